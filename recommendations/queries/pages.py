"""What staff pages list: products with how many neighbours and buyers they have."""

from django.db.models import Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from products.models import Product
from recommendations.models import Popularity, Rule, SimilarList
from recommendations.rulings import is_in
from runs.queries import published_run


def recommended_products(products: QuerySet) -> QuerySet:
    """Products not deleted, with the length of their stored list and their buyers of late."""
    length = Func(F("neighbours"), function="cardinality", output_field=IntegerField())
    buyers = Popularity.objects.filter(product=OuterRef("pk")).values("buyers_90_days")
    return products.filter(deleted_at=None).annotate(
        neighbour_count=Subquery(_lists().values(length=length)[:1]),
        buyers_90_days=Subquery(buyers[:1]),
    )


def with_neighbours(products: QuerySet, some: bool) -> QuerySet:
    """Those with a stored list that is not empty, or those without."""
    stored = Exists(_lists().exclude(neighbours=[]))
    return products.filter(stored if some else ~stored)


def rules_at(product: Product) -> list[Rule]:
    """The rules in force for lists beside a product, the oldest first."""
    now = timezone.now()
    rules = Rule.objects.filter(Q(beside=None) | Q(beside=product), segment=None)
    rules = rules.exclude(starts_at__gt=now).exclude(ends_at__lte=now)
    found = rules.filter(list__in=["", Rule.List.SIMILAR, Rule.List.TOGETHER]).order_by("id")
    return [
        rule
        for rule in found.select_related("product", "beside", "segment")
        if not rule.within or is_in(product.product_type, rule.within)
    ]


def _lists() -> QuerySet[SimilarList]:
    return SimilarList.objects.filter(run=published_run("similar"), product=OuterRef("pk"))
