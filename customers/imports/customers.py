"""Customers by canonical names; every other column is an attribute."""

from customers.imports.shopify_customers import SHOPIFY
from runs.imports import Column, Format
from runs.parsing import email, identifier, line_of_text, moment, yes_or_no

COLUMNS = {
    "customer_id": Column(text=identifier, needed=True),
    "email": Column(text=email),
    "first_name": Column(text=line_of_text(150)),
    "last_name": Column(text=line_of_text(150)),
    "country": Column(text=line_of_text(60)),
    "region": Column(text=line_of_text(100)),
    "created_at": Column(date=moment),
    "marketing_consent": Column(text=yes_or_no(default=False)),
    "profiling_opt_out": Column(text=yes_or_no(default=False)),
}
CANONICAL = Format(
    "canonical",
    columns={name: (name,) for name in COLUMNS} | {"customer_id": ("customer_id", "user_id")},
    needed=(("customer_id",),),
    keeps_other_columns=True,
)
FORMATS = (SHOPIFY, CANONICAL)
