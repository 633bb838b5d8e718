"""Tables of recommendations: what a run learned, and the rules staff set."""

from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F

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
