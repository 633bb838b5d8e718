"""Shopify's export of customers."""

from collections.abc import Iterable, Iterator

from runs.imports import Format, Row
from runs.parsing import clean


def adapt(rows: Iterable[Row]) -> Iterator[Row]:
    """Take the apostrophe off ids, which keeps spreadsheets from rounding them."""
    for row in rows:
        yield row | {"customer_id": clean(row.get("customer_id", "")).lstrip("'")}


SHOPIFY = Format(
    "shopify",
    columns={
        "customer_id": ("customer_id",),
        "email": ("email",),
        "first_name": ("first_name",),
        "last_name": ("last_name",),
        "marketing_consent": ("accepts_email_marketing", "accepts_marketing"),
        "country": ("default_address_country_code", "default_address_country", "country"),
        "region": ("default_address_province_code", "default_address_province", "province"),
        "tags": ("tags",),
    },
    needed=(("customer_id",), ("email",), ("marketing_consent",)),
    marks=("total_spent", "total_orders"),
    adapt=adapt,
    label="an export of Shopify",
)
