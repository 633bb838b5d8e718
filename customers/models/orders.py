"""Customers, their orders, and the sums kept of them."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from products.models import Category, Product


class Shop(models.Model):
    """One row: what was settled about the shop at its first import."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    currency = models.CharField(max_length=3, help_text="Analysis is in it.")
    is_demo = models.BooleanField(default=False)
    key_mark = models.CharField(
        max_length=16, blank=True, help_text="Tells whether ERASURE_KEY is still the same."
    )

    class Meta:
        constraints = [models.CheckConstraint(name="shop_one_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"a shop in {self.currency}"


class Customer(models.Model):
    """A person who buys; a guest has an e-mail and an id made from it."""

    id = models.AutoField(primary_key=True)
    external_id = models.CharField("id", max_length=100, unique=True)
    is_guest = models.BooleanField(default=False)
    email = models.CharField(max_length=254, blank=True)
    first_name = models.CharField(max_length=150, blank=True)
    last_name = models.CharField(max_length=150, blank=True)
    country = models.CharField(max_length=60, blank=True)
    region = models.CharField(max_length=100, blank=True)
    marketing_consent = models.BooleanField(default=False)
    profiling_opt_out = models.BooleanField(default=False)
    attributes = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(null=True, blank=True, help_text="In the shop.")
    updated_at = models.DateTimeField(auto_now=True)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["id"]
        permissions = [
            ("export_customer", "Can export all that is kept of a person"),
            ("erase_customer", "Can erase a person"),
        ]
        constraints = [
            models.CheckConstraint(name="customer_id_not_empty", condition=~Q(external_id=""))
        ]
        indexes = [
            models.Index(Lower("email"), name="customer_by_email", condition=~Q(email="")),
            models.Index(fields=["country"], name="customer_by_country"),
            models.Index(
                fields=["id"],
                name="customer_left_out",
                condition=Q(profiling_opt_out=True) | Q(erased_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.external_id


class Order(models.Model):
    """One order; its sums over its lines are in its own currency."""

    class Status(models.TextChoices):
        PAID = "paid"
        FULFILLED = "fulfilled"
        PENDING = "pending"
        CANCELLED = "cancelled"
        REFUNDED = "refunded"

    COUNTED = (Status.PAID, Status.FULFILLED)

    id = models.BigAutoField(primary_key=True)
    external_id = models.CharField("id", max_length=100, unique=True)
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    ordered_at = models.DateTimeField(db_index=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.PAID)
    currency = models.CharField(max_length=3)
    rate = models.DecimalField(
        max_digits=18,
        decimal_places=9,
        null=True,
        help_text="Of its currency in the shop's on that day; none: left out of analysis.",
    )
    units = models.BigIntegerField(default=0, help_text="Sold, returns not taken off.")
    gross = models.DecimalField(max_digits=24, decimal_places=4, default=0)
    discount = models.DecimalField(max_digits=24, decimal_places=4, default=0)
    returned = models.DecimalField(max_digits=24, decimal_places=4, default=0)
    net = models.DecimalField(
        max_digits=24, decimal_places=4, default=0, help_text="Gross less discount and returns."
    )

    class Meta:
        ordering = ["-ordered_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="order_status_known",
                condition=Q(status__in=["paid", "fulfilled", "pending", "cancelled", "refunded"]),
            ),
            models.CheckConstraint(
                name="order_net_adds_up",
                condition=Q(net=F("gross") - F("discount") - F("returned")),
            ),
        ]
        indexes = [models.Index(fields=["customer", "ordered_at"], name="order_by_customer")]

    def __str__(self) -> str:
        return self.external_id


class OrderLine(models.Model):
    """One product of an order; a negative quantity is a return."""

    pk = models.CompositePrimaryKey("order_id", "line_no")
    order = models.ForeignKey(Order, models.CASCADE, related_name="lines", db_index=False)
    line_no = models.IntegerField()
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    quantity = models.IntegerField()
    unit_price = models.DecimalField(max_digits=14, decimal_places=4)
    discount = models.DecimalField(
        max_digits=14, decimal_places=4, default=0, help_text="Of the whole line."
    )
    net = models.DecimalField(
        max_digits=22, decimal_places=4, help_text="Of the whole line, negative for a return."
    )

    class Meta:
        ordering = ["order_id", "line_no"]
        constraints = [
            models.CheckConstraint(name="line_quantity_not_zero", condition=~Q(quantity=0)),
            models.CheckConstraint(
                name="line_money_not_negative", condition=Q(unit_price__gte=0, discount__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.line_no}"


class CurrencyRate(models.Model):
    """What one unit of a currency was worth in the shop's currency from a day on."""

    date = models.DateField()
    currency = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=18, decimal_places=9)

    class Meta:
        ordering = ["currency", "date"]
        constraints = [
            models.UniqueConstraint(name="rate_once_a_day", fields=["currency", "date"]),
            models.CheckConstraint(name="rate_positive", condition=Q(rate__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.date}: {self.rate}"


class CustomerTotal(models.Model):
    """Lifetime sums of a customer's counted orders, kept by the transaction that writes orders."""

    customer = models.OneToOneField(
        Customer, models.CASCADE, primary_key=True, related_name="total"
    )
    order_count = models.IntegerField(default=0, help_text="Counted orders that sold something.")
    units = models.BigIntegerField(default=0)
    gross = models.DecimalField(max_digits=28, decimal_places=4, default=0)
    discount = models.DecimalField(max_digits=28, decimal_places=4, default=0)
    returned = models.DecimalField(max_digits=28, decimal_places=4, default=0)
    net = models.DecimalField(max_digits=28, decimal_places=4, default=0)
    season_orders = models.IntegerField(default=0, help_text="Ordered in the gift season.")
    first_order_at = models.DateTimeField(null=True)
    last_order_at = models.DateTimeField(null=True, db_index=True)
    decayed_spend = models.FloatField(
        default=0, help_text="Net, doubled for every 90 days after the reference date."
    )

    def __str__(self) -> str:
        return f"totals of {self.customer_id}"


class CustomerCategoryTotal(models.Model):
    """What a customer bought in one top category, kept like CustomerTotal."""

    pk = models.CompositePrimaryKey("customer_id", "category_id")
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+", db_index=False)
    category = models.ForeignKey(Category, models.PROTECT, related_name="+")
    lines = models.IntegerField(default=0, help_text="Sold; returns are not counted.")
    units = models.BigIntegerField(default=0, help_text="Sold less returned.")
    net = models.DecimalField(
        max_digits=28, decimal_places=4, default=0, help_text="Sold less returned."
    )

    def __str__(self) -> str:
        return f"totals of {self.customer_id} in {self.category_id}"


class ErasedIdentity(models.Model):
    """A keyed hash of an erased person's id or e-mail, so that imports do not bring them back."""

    digest = models.CharField(max_length=64, primary_key=True)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return self.digest
