"""Tables of recommendations: what a run learned, the rules staff set, what shoppers did."""

from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q

from customers.models import Customer, Segment
from products.models import Product
from runs.models import Run


class Vocabulary(models.Model):
    """The terms of a similarity run, by column: enough to weigh one product again."""

    run = models.OneToOneField(Run, models.CASCADE, primary_key=True, related_name="+")
    labels = ArrayField(models.TextField())
    rarity = ArrayField(models.FloatField())
    version = models.UUIDField(default=uuid4, help_text="Differs when a row of weights changed.")

    def __str__(self) -> str:
        return f"vocabulary of {self.run}"


class ProductVector(models.Model):
    """A product's row of weights in one similarity run, as arrays of little-endian numbers."""

    pk = models.CompositePrimaryKey("run_id", "product_id")
    run = models.ForeignKey(Run, models.CASCADE, related_name="+", db_index=False)
    product = models.ForeignKey(Product, models.CASCADE, related_name="+")
    group = models.BigIntegerField(help_text="A number for its item group.")
    digest = models.UUIDField(help_text="Of all it was made from: differs when that changed.")
    terms = models.BinaryField(help_text="Columns of the vocabulary, int32, ascending.")
    weights = models.BinaryField(help_text="int16.")

    def __str__(self) -> str:
        return f"vector of {self.product_id}"


class SimilarList(models.Model):
    """A product's neighbours in one run: the nearest product of each of its nearest groups."""

    pk = models.CompositePrimaryKey("run_id", "product_id")
    run = models.ForeignKey(Run, models.CASCADE, related_name="+", db_index=False)
    product = models.ForeignKey(Product, models.CASCADE, related_name="+")
    neighbours = ArrayField(models.IntegerField(), help_text="Product keys, nearest first.")
    scores = ArrayField(models.FloatField(), help_text="Cosines.")

    def __str__(self) -> str:
        return f"similar to {self.product_id}"


class TogetherList(models.Model):
    """What is bought together with a product in one run: one product of each item group."""

    pk = models.CompositePrimaryKey("run_id", "product_id")
    run = models.ForeignKey(Run, models.CASCADE, related_name="+", db_index=False)
    product = models.ForeignKey(Product, models.CASCADE, related_name="+")
    others = ArrayField(models.IntegerField(), help_text="Product keys, best first.")
    scores = ArrayField(models.FloatField(), help_text="Damped cosines.")
    direct = ArrayField(
        models.FloatField(), help_text="Of the scores, what orders with both products give."
    )

    def __str__(self) -> str:
        return f"bought together with {self.product_id}"


class PersonalShelf(models.Model):
    """The products that a personal run recommends from, as arrays of little-endian numbers.

    One entry a product in each; `codes` are the numbers of its top category, category and brand
    one after the other, -1 for none.
    """

    run = models.OneToOneField(Run, models.CASCADE, primary_key=True, related_name="+")
    products = models.BinaryField(help_text="Keys, int32, by the products' own ids.")
    base = models.BinaryField(help_text="float32; empty in a shop too small for weights.")
    buyers = models.BinaryField(help_text="int32.")
    adoption = models.BinaryField(help_text="float64.")
    codes = models.BinaryField(help_text="int32.")
    fields = models.JSONField(help_text="Of each field the values by code, with their shares.")
    appeal_share = models.FloatField(
        db_default=0.35, help_text="What appeal weighs beside purchases."
    )

    def __str__(self) -> str:
        return f"shelf of {self.run}"


class ItemWeight(models.Model):
    """What a purchase of a product adds to others' scores in one run, beyond their base."""

    pk = models.CompositePrimaryKey("run_id", "product_id")
    run = models.ForeignKey(Run, models.CASCADE, related_name="+", db_index=False)
    product = models.ForeignKey(Product, models.CASCADE, related_name="+")
    neighbours = models.BinaryField(help_text="Places on the shelf, int16; -1 for none.")
    deviations = models.BinaryField(help_text="float32.")

    def __str__(self) -> str:
        return f"weights of {self.product_id}"


class SegmentPopularity(models.Model):
    """How many customers of a segment bought a product, lately and ever; of the most bought."""

    pk = models.CompositePrimaryKey("segment_id", "product_id")
    segment = models.ForeignKey(Segment, models.CASCADE, related_name="+", db_index=False)
    product = models.ForeignKey(Product, models.CASCADE, related_name="+")
    buyers_90_days = models.IntegerField()
    buyers_ever = models.IntegerField()

    class Meta:
        verbose_name_plural = "popularity in segments"

    def __str__(self) -> str:
        return f"popularity of {self.product_id} in {self.segment_id}"


class Popularity(models.Model):
    """How many customers bought a product, lately and ever, at the data's clock."""

    product = models.OneToOneField(Product, models.CASCADE, primary_key=True, related_name="+")
    buyers_90_days = models.IntegerField(default=0)
    buyers_ever = models.IntegerField(default=0)

    class Meta:
        verbose_name_plural = "popularity"
        indexes = [
            models.Index(
                F("buyers_90_days").desc(), F("buyers_ever").desc(), name="popularity_falling"
            )
        ]

    def __str__(self) -> str:
        return f"popularity of {self.product_id}"


class Event(models.Model):
    """What a shopper did with a product, in a list or outside; told by pages and the shop's server.

    Orders are never told: they are those imported.
    """

    class Type(models.TextChoices):
        VIEW = "view"
        IMPRESSION = "impression"
        CLICK = "click"
        CART = "cart"

    id = models.UUIDField(primary_key=True, help_text="A hash of the caller's id.")
    type = models.CharField(max_length=10, choices=Type)
    at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)
    product = models.ForeignKey(Product, models.CASCADE, related_name="+", db_index=False)
    list_id = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=30, blank=True, help_text="Of the list.")
    arm = models.CharField(max_length=10, blank=True)
    source = models.CharField(max_length=20, blank=True, help_text="Of the place in the list.")
    position = models.SmallIntegerField(null=True, help_text="In the list, from 1.")
    visitor = models.CharField(max_length=100, blank=True, help_text="As the page knows them.")
    customer = models.ForeignKey(
        Customer, models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        default_permissions = ("view",)
        verbose_name = "online result"
        constraints = [
            models.CheckConstraint(
                name="event_type_known",
                condition=Q(type__in=["view", "impression", "click", "cart"]),
            )
        ]
        indexes = [
            BrinIndex(fields=["at"], name="event_by_time", autosummarize=True),
            BrinIndex(fields=["received_at"], name="event_by_receipt", autosummarize=True),
            models.Index(
                fields=["customer", "at"], name="event_by_customer", condition=~Q(customer=None)
            ),
            models.Index(fields=["visitor"], name="event_by_visitor", condition=~Q(visitor="")),
        ]

    def __str__(self) -> str:
        return f"{self.type} of {self.product_id}"


class Rule(models.Model):
    """What staff want of lists: a product pinned, hidden or boosted, an attribute kept or changed.

    It holds for all lists, or for those beside one product, of one category, for one segment.
    """

    class Action(models.TextChoices):
        PIN = "pin", "Pin a product to a place"
        HIDE = "hide", "Hide"
        BOOST = "boost", "Move up or down"
        SAME = "same", "Show only the same"
        OTHER = "other", "Show only another"

    class List(models.TextChoices):
        SIMILAR = "similar", "Similar products"
        TOGETHER = "bought-together", "Bought together"
        BASKET = "basket", "For a basket"
        CUSTOMER = "for-customer", "For a customer"
        AGAIN = "buy-again", "Buy again"
        POPULAR = "popular", "Popular"

    action = models.CharField(max_length=10, choices=Action)
    product = models.ForeignKey(Product, models.CASCADE, null=True, blank=True, related_name="+")
    category = models.CharField(
        max_length=1000, blank=True, help_text="Or all of a category path: Home > Mugs."
    )
    brand = models.CharField(max_length=200, blank=True, help_text="Or all of a brand.")
    attribute = models.CharField(
        max_length=100,
        blank=True,
        help_text="As of the product shown: brand, category, top category, or an attribute’s name.",
    )
    position = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Of a pinned product: 1 is the first place."
    )
    factor = models.FloatField(
        null=True,
        blank=True,
        help_text="How far to move: 2 counts scores double, 0.5 half. Scores stay as they are.",
    )
    list = models.CharField(max_length=20, blank=True, choices=List, help_text="Empty: every list.")
    beside = models.ForeignKey(
        Product,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="beside the product",
        help_text="Only in lists beside this one, and for baskets that hold it.",
    )
    within = models.CharField(
        "in the category",
        max_length=1000,
        blank=True,
        help_text="Only in lists beside products of this category path, or asked for of it.",
    )
    segment = models.ForeignKey(
        Segment,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="for the segment",
        help_text="Only in lists for its customers.",
    )
    starts_at = models.DateTimeField("from", null=True, blank=True)
    ends_at = models.DateTimeField("until", null=True, blank=True)
    note = models.CharField(max_length=200, blank=True, help_text="Why, for colleagues.")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="rule_action_known",
                condition=Q(action__in=["pin", "hide", "boost", "same", "other"]),
            ),
            models.CheckConstraint(
                name="rule_factor_positive", condition=Q(factor=None) | Q(factor__gt=0)
            ),
            models.CheckConstraint(
                name="rule_ends_after_it_starts",
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.about}"

    @property
    def about(self) -> str:
        """What the rule is about, in words."""
        return str(self.product or self.category or self.brand or self.attribute)
