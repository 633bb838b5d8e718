"""Products by the names of product feeds; every other column is an attribute."""

import re
from collections.abc import Iterable, Iterator

from runs.files.ndjson import cell_text
from runs.imports import Column, Format
from runs.imports.formats import Row
from runs.parsing import (
    category_path,
    clean,
    currency,
    identifier,
    line_of_text,
    money,
    paragraph,
    web_link,
    yes_or_no,
)

_PRICE_WITH_CURRENCY = re.compile(r"[\d.,'’\s]+([A-Z]{3})|([A-Z]{3})[\d.,'’\s]+")


def availability(raw: str) -> str:
    """Read a stock state; words that mean none of those on sale are out of stock."""
    word = clean(raw).lower().replace(" ", "_").replace("-", "_").rpartition("/")[2]
    known = {"": "in_stock", "instock": "in_stock", "pre_order": "preorder"}
    word = known.get(word, word)
    return word if word in ("in_stock", "preorder", "backorder") else "out_of_stock"


COLUMNS = {
    "id": Column(text=identifier, needed=True),
    "title": Column(text=line_of_text(500), needed=True),
    "description": Column(text=paragraph),
    "product_type": Column(text=category_path),
    "brand": Column(text=line_of_text(200)),
    "price": Column(number=money()),
    "currency": Column(text=currency),
    "availability": Column(text=availability),
    "link": Column(text=web_link),
    "image_link": Column(text=web_link),
    "item_group_id": Column(text=identifier),
    "gtin": Column(text=line_of_text(50)),
    "visible": Column(text=yes_or_no(default=True)),
}


def split_prices(rows: Iterable[Row]) -> Iterator[Row]:
    """Take the currency from a price as in 15.00 USD where no column names it."""
    for row in rows:
        price, named = (cell_text(row.get(name)) for name in ("price", "currency"))
        found = _PRICE_WITH_CURRENCY.fullmatch(price.strip())
        if found and not clean(named):
            row = row | {"currency": found[1] or found[2]}
        yield row


CANONICAL = Format(
    "canonical",
    columns={name: (name,) for name in COLUMNS}
    | {"id": ("id", "product_id", "item_id", "g_id"), "title": ("title", "item_name", "name")}
    | {"product_type": ("product_type", "category"), "brand": ("brand", "item_brand")},
    needed=(("id",), ("title",)),
    adapt=split_prices,
    keeps_other_columns=True,
)
