"""The catalogue's tables."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Collate, Lower, Upper


class Category(models.Model):
    """A top-level category: the first step of products' category paths."""

    id = models.AutoField(primary_key=True)
    name = models.CharField(max_length=200, unique=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """Something the shop sells, or once sold."""

    class Availability(models.TextChoices):
        IN_STOCK = "in_stock"
        PREORDER = "preorder"
        BACKORDER = "backorder"
        OUT_OF_STOCK = "out_of_stock"

    ON_SALE = (Availability.IN_STOCK, Availability.PREORDER, Availability.BACKORDER)

    id = models.AutoField(primary_key=True)
    external_id = models.CharField("id", max_length=100, help_text="The shop's own id.")
    title = models.CharField(max_length=500)
    description = models.TextField(blank=True)
    product_type = models.CharField(
        "category path", max_length=1000, blank=True, help_text="As in Home > Kitchen > Mugs."
    )
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    brand = models.CharField(max_length=200, blank=True)
    price = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    availability = models.CharField(
        max_length=20, choices=Availability, default=Availability.IN_STOCK
    )
    link = models.CharField(max_length=2000, blank=True)
    image_link = models.CharField(max_length=2000, blank=True)
    item_group_id = models.CharField(
        max_length=100, blank=True, help_text="Variants of one article share it."
    )
    gtin = models.CharField("GTIN", max_length=50, blank=True)
    visible = models.BooleanField(default=True)
    named_only = models.BooleanField(
        db_default=False, help_text="Known from orders alone, without a title."
    )
    attributes = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    deleted_at = models.DateTimeField(
        null=True, blank=True, help_text="Off sale for good; kept for the orders that name it."
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(Lower("external_id"), name="product_id_once_case_blind"),
            models.CheckConstraint(name="product_id_not_empty", condition=~Q(external_id="")),
            models.CheckConstraint(
                name="product_price_not_negative", condition=Q(price=None) | Q(price__gte=0)
            ),
            models.CheckConstraint(
                name="product_availability_known",
                condition=Q(availability__in=["in_stock", "preorder", "backorder", "out_of_stock"]),
            ),
        ]
        indexes = [
            models.Index(
                OpClass(Lower("product_type"), name="text_pattern_ops"), name="product_by_category"
            ),
            models.Index(Lower("brand"), name="product_by_brand"),
            models.Index(
                fields=["item_group_id"], name="product_by_group", condition=~Q(item_group_id="")
            ),
            models.Index(
                F("created_at").desc(), Collate(Lower("external_id"), "C"), name="product_by_newest"
            ),
            GinIndex(OpClass(Upper("title"), name="gin_trgm_ops"), name="product_title_trigrams"),
        ]

    def __str__(self) -> str:
        return self.title


class CatalogueState(models.Model):
    """One row with a number that rises in every transaction that changes what lists may show."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    version = models.BigIntegerField(default=1)

    class Meta:
        constraints = [models.CheckConstraint(name="catalogue_state_one_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"catalogue version {self.version}"
