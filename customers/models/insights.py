"""Insights: sums of sales kept by month, so that no click has to add up orders.

All of it is one answer, rebuilt in one transaction from one state of the orders. A month is its
first day in the shop's zone; money is in the shop's currency.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from customers.models.segments import Segment
from products.models import Category, Product

MONEY = {"max_digits": 28, "decimal_places": 4, "default": 0}
# Rows are written by the hundred thousand from rows that are never deleted.
UNCHECKED = {"db_index": False, "db_constraint": False, "related_name": "+"}


class InsightBuild(models.Model):
    """One row: of when the kept sums are, and what they rest on."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    as_of = models.DateTimeField(help_text="The data's clock.")
    built_at = models.DateTimeField()
    seconds = models.FloatField()
    currency = models.CharField(max_length=3)
    first_day = models.DateField(help_text="Of the first counted order.")
    rests_on = models.JSONField(help_text="Beside orders; with another, all is made anew.")
    pulse = models.JSONField(help_text="The last days, by segment.")
    moves_since = models.DateTimeField(
        null=True, help_text="The data's clock of the run that moves are counted from."
    )

    class Meta:
        constraints = [models.CheckConstraint(name="insights_one_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"insights as of {self.as_of:%Y-%m-%d}"

    @property
    def price_edges(self) -> list[float]:
        """Where one price band ends and the next begins."""
        return self.rests_on.get("edges", [])


class MonthlyOrders(models.Model):
    """Orders of a month: how many count, how many do not and why, and a mark of their state."""

    month = models.DateField(primary_key=True)
    mark = models.BigIntegerField(help_text="Another one once any order of the month is written.")
    orders = models.IntegerField(help_text="Counted, and sold something.")
    anonymous_orders = models.IntegerField(help_text="Of these, without a customer.")
    anonymous_net = models.DecimalField(**MONEY)
    without_rate = models.IntegerField(help_text="Paid, in a currency without a rate.")
    pending = models.IntegerField()
    cancelled = models.IntegerField()
    refunded = models.IntegerField()

    def __str__(self) -> str:
        return f"orders of {self.month:%Y-%m}"


class MonthlySales(models.Model):
    """What was sold in a month, by category, present segment and price band; sums that add up."""

    month = models.DateField()
    category = models.ForeignKey(Category, models.CASCADE, null=True, **UNCHECKED)
    segment = models.ForeignKey(Segment, models.CASCADE, null=True, **UNCHECKED)
    band = models.PositiveSmallIntegerField(help_text="Of the product's mean price that month.")
    lines = models.BigIntegerField(help_text="Sold; returns are not counted.")
    reduced_lines = models.BigIntegerField(help_text="Sold with a discount.")
    sold = models.BigIntegerField(help_text="Units, returns not taken off.")
    units = models.BigIntegerField(help_text="Units, returns taken off.")
    gross = models.DecimalField(**MONEY)
    discount = models.DecimalField(**MONEY)
    returned = models.DecimalField(**MONEY)
    net = models.DecimalField(help_text="Gross less discount and returns.", **MONEY)

    class Meta:
        verbose_name_plural = "monthly sales"
        constraints = [
            models.UniqueConstraint(
                name="monthly_sales_once",
                fields=["month", "category", "segment", "band"],
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"sales of {self.month:%Y-%m}"


class ProductSales(models.Model):
    """What one product sold in a month."""

    pk = models.CompositePrimaryKey("month", "product_id")
    month = models.DateField()
    product = models.ForeignKey(Product, models.CASCADE, **UNCHECKED)
    band = models.PositiveSmallIntegerField(help_text="Of its mean price.")
    sold = models.BigIntegerField(help_text="Units, returns not taken off.")
    units = models.BigIntegerField(help_text="Units, returns taken off.")
    net = models.DecimalField(**MONEY)

    class Meta:
        verbose_name_plural = "product sales"

    def __str__(self) -> str:
        return f"sales of {self.product_id} in {self.month:%Y-%m}"


class ProductFigures(models.Model):
    """How many products sold in a month, or in the twelve to its end, by category or by band.

    A row with neither is of products without a category.
    """

    until = models.DateField(help_text="The last month.")
    months = models.PositiveSmallIntegerField(help_text="1 or 12")
    category = models.ForeignKey(Category, models.CASCADE, null=True, **UNCHECKED)
    band = models.PositiveSmallIntegerField(null=True)
    products = models.IntegerField()

    class Meta:
        verbose_name_plural = "product figures"
        constraints = [
            models.UniqueConstraint(
                name="product_figures_once",
                fields=["until", "months", "category", "band"],
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"products of {self.months} months to {self.until:%Y-%m}"


class BuyerFigures(models.Model):
    """Who bought in a month, or in the twelve months to its end; figures that do not add up.

    A row is of everyone, of one segment, or, without a segment, of customers who are in none.
    """

    until = models.DateField(help_text="The last month.")
    months = models.PositiveSmallIntegerField(help_text="1 or 12")
    everyone = models.BooleanField()
    segment = models.ForeignKey(Segment, models.CASCADE, null=True, **UNCHECKED)
    buyers = models.IntegerField(help_text="Customers with a counted order that sold something.")
    new_buyers = models.IntegerField(help_text="Of these, whose first order it was.")
    orders = models.IntegerField()
    net = models.DecimalField(help_text="Of all customers.", **MONEY)
    new_net = models.DecimalField(help_text="Of new buyers.", **MONEY)
    gross = models.DecimalField(help_text="Of buyers.", **MONEY)
    discount = models.DecimalField(help_text="Of buyers.", **MONEY)
    discount_error = models.FloatField(
        null=True, help_text="Standard error of discount over gross, from buyer to buyer."
    )
    top_shares = ArrayField(
        models.FloatField(), help_text="Of net, of the buyers who spent most; see concentration."
    )

    class Meta:
        verbose_name_plural = "buyer figures"
        constraints = [
            models.UniqueConstraint(
                name="buyer_figures_once",
                fields=["until", "months", "everyone", "segment"],
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"buyers of {self.months} months to {self.until:%Y-%m}"


class RankedBuyers(models.Model):
    """The buyers that figures count, who spent most first, so that a click opens just them."""

    figures = models.OneToOneField(
        BuyerFigures, models.CASCADE, primary_key=True, related_name="ranked"
    )
    customers = ArrayField(models.IntegerField())

    def __str__(self) -> str:
        return str(self.figures)


class SegmentFlow(models.Model):
    """Customers who moved from one segment to another since an earlier published run."""

    from_segment = models.ForeignKey(Segment, models.CASCADE, null=True, **UNCHECKED)
    to_segment = models.ForeignKey(Segment, models.CASCADE, null=True, **UNCHECKED)
    customers = ArrayField(models.IntegerField())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="segment_flow_once",
                fields=["from_segment", "to_segment"],
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.from_segment_id} to {self.to_segment_id}"
