"""WooCommerce's export of products: variations are rows that point to their parent."""

import re
from collections.abc import Iterable, Iterator

from runs.imports import Format, Row, Skip, fold
from runs.parsing import clean, text_of_html

# What a variation takes from its parent where it has none of its own.
INHERITED = ("name", "description", "short_description", "categories", "brands", "images", "tags")


def adapt(rows: Iterable[Row]) -> Iterator[Row | Skip]:
    """Make a product of each row but those that only hold variations together."""
    parents: dict[str, Row] = {}
    for row in rows:
        kind = clean(row.get("type", "")).lower()
        if "variable" in kind or "grouped" in kind:
            own = {name: row.get(name, "") for name in INHERITED} | {"key": _key(row)}
            parents[f"id:{clean(row.get('id', ''))}"] = own
            if sku := clean(row.get("sku", "")):
                parents[sku] = own
            yield Skip("product sold as its variations")
            continue
        parent = parents.get(clean(row.get("parent", "")), {}) if "variation" in kind else {}
        yield _product(row, parent)


def _product(row: Row, parent: Row) -> Row:
    def own(name: str) -> str:
        return clean(row.get(name, "")) or parent.get(name, "")

    description = own("description") or own("short_description")
    return {
        "id": _key(row),
        "title": own("name"),
        "description": text_of_html(description),
        "product_type": re.split(r",\s*", own("categories"))[0],
        "brand": re.split(r",\s*", own("brands"))[0],
        "price": clean(row.get("sale_price", "")) or row.get("regular_price", ""),
        "availability": _availability(row),
        "image_link": re.split(r",\s*", own("images"))[0],
        "item_group_id": parent.get("key", "") or _key(row),
        "gtin": row.get("gtin", ""),
        "visible": _is_visible(row),
        "tags": own("tags"),
    } | _attributes(row)


def _key(row: Row) -> str:
    return clean(row.get("sku", "")) or clean(row.get("id", ""))


def _attributes(row: Row) -> Row:
    """Pair the columns Attribute 1 name, Attribute 1 value(s) and so on."""
    folded = {fold(name): clean(value) for name, value in row.items()}
    pairs = ((folded.get(f"attribute_{n}_name"), f"attribute_{n}_value_s") for n in range(1, 51))
    return {name: folded.get(values, "") for name, values in pairs if name}


def _availability(row: Row) -> str:
    word = clean(row.get("in_stock", "")).lower()
    if word == "backorder":
        return "backorder"
    if word not in ("0", "no", "false", "outofstock"):
        return "in_stock"
    return "backorder" if clean(row.get("backorders", "")).lower() in ("1", "notify") else "none"


def _is_visible(row: Row) -> str:
    published = clean(row.get("published", "")) not in ("0", "-1")
    return "no" if not published or clean(row.get("visibility", "")) == "hidden" else "yes"


WOOCOMMERCE = Format(
    "woocommerce",
    columns={
        "id": ("id",),
        "type": ("type",),
        "sku": ("sku",),
        "gtin": ("gtin_upc_ean_or_isbn",),
        "name": ("name",),
        "published": ("published",),
        "visibility": ("visibility_in_catalog",),
        "short_description": ("short_description",),
        "description": ("description",),
        "in_stock": ("in_stock",),
        "backorders": ("backorders_allowed",),
        "sale_price": ("sale_price",),
        "regular_price": ("regular_price",),
        "categories": ("categories",),
        "tags": ("tags",),
        "images": ("images",),
        "parent": ("parent",),
        "brands": ("brands",),
    },
    needed=(("id",), ("name",), ("type",), ("regular_price",)),
    adapt=adapt,
    label="an export of WooCommerce",
    keeps_other_columns=True,
    other_columns=r"attribute_\d+_(name|value_s)",
)
