"""What staff pages list: products with how many neighbours and buyers they have."""

from django.db.models import Exists, F, Func, IntegerField, OuterRef, QuerySet, Subquery

from recommendations.models import Popularity, SimilarList
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


def _lists() -> QuerySet[SimilarList]:
    return SimilarList.objects.filter(run=published_run("similar"), product=OuterRef("pk"))
