"""Tables of recommendations: what a run learned, and the rules staff set."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F

from products.models import Product
from runs.models import Run


class Vocabulary(models.Model):
    """The terms of a similarity run, enough to make one product's vector again."""

    run = models.OneToOneField(Run, models.CASCADE, primary_key=True, related_name="+")
    content = models.JSONField()

    def __str__(self) -> str:
        return f"vocabulary of {self.run}"


class ProductVector(models.Model):
    """A product's unit-length vector in one similarity run: term numbers and weights."""

    pk = models.CompositePrimaryKey("run_id", "product_id")
    run = models.ForeignKey(Run, models.CASCADE, related_name="+", db_index=False)
    product = models.ForeignKey(Product, models.CASCADE, related_name="+")
    terms = ArrayField(models.IntegerField())
    weights = ArrayField(models.FloatField())

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
