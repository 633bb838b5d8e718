"""SQL of the catalogue."""

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Lower

from products.models import CatalogueState, Product


def products_on_sale() -> QuerySet[Product]:
    """Products that shoppers may be shown, sold out or not."""
    return Product.objects.filter(visible=True, deleted_at=None)


def product_by_external_id(external_id: str) -> QuerySet[Product]:
    """The product of this id, whatever its case, if it is not deleted."""
    return Product.objects.alias(folded_id=Lower("external_id")).filter(
        folded_id=external_id.lower(), deleted_at=None
    )


def in_category(products: QuerySet[Product], path: str) -> QuerySet[Product]:
    """Those in this category or below it, whatever its case."""
    folded = " > ".join(step.strip() for step in path.split(">")).lower()
    found = products.alias(folded_type=Lower("product_type"))
    return found.filter(folded_type=folded) | found.filter(folded_type__startswith=folded + " > ")


def catalogue_version() -> int:
    """The number that rose with every change of what lists may show."""
    return CatalogueState.objects.values_list("version", flat=True).first() or 0


def bump_catalogue_version() -> None:
    """Raise the number; last thing in a writing transaction, since others wait for its row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO products_cataloguestate AS state (id, version) VALUES (1, 1)"
            " ON CONFLICT (id) DO UPDATE SET version = state.version + 1"
        )
