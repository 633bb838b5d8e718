"""Flat order files of a till: an invoice line a row, with title, customer and country on it."""

import re
from collections.abc import Iterable, Iterator, Mapping

from runs.imports import Format, Row, Skip
from runs.parsing import BadCell, Forms, clean, number


def uci_retail(not_goods: Mapping[str, re.Pattern]) -> Format:
    """Make the format; lines whose product id matches a pattern are no goods, for that reason."""

    def adapt(rows: Iterable[Row]) -> Iterator[Row | Skip]:
        for row in rows:
            yield skipped(row, not_goods) or row

    return Format(
        "uci-retail",
        columns={
            "order_id": ("invoice", "invoiceno", "invoice_no"),
            "product_id": ("stockcode", "stock_code"),
            "title": ("description",),
            "quantity": ("quantity",),
            "ordered_at": ("invoicedate", "invoice_date"),
            "unit_price": ("price", "unitprice", "unit_price"),
            "customer_id": ("customer_id", "customerid"),
            "country": ("country",),
        },
        needed=(("order_id",), ("product_id",), ("quantity",), ("ordered_at",), ("unit_price",)),
        adapt=adapt,
        repeats_are_errors=True,
        currency="GBP",
        label="a flat file of a till",
    )


def skipped(row: Row, not_goods: Mapping[str, re.Pattern]) -> Skip | None:
    """Say why a line is kept out, if it is: no goods, or goods that nobody bought."""
    code = clean(row.get("product_id", "")[:200])
    for reason, pattern in not_goods.items():
        if pattern.fullmatch(code):
            return Skip(reason)
    if not clean(row.get("customer_id", "")) and _is_zero(row.get("unit_price", "")):
        return Skip("stock correction without a price and a customer")
    return None


def _is_zero(cell: str) -> bool:
    try:
        return number(cell, Forms()) == 0
    except BadCell:
        return False
