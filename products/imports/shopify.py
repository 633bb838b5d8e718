"""Shopify's export of products, in its old and its new header: a row a variant or a picture."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from runs.imports import Format, Row, Skip
from runs.parsing import BadCell, Forms, clean, number, text_of_html

# What only a product's first row has.
SHARED = (
    "title",
    "description",
    "vendor",
    "category",
    "type",
    "tags",
    "published",
    "status",
    "image",
    "option1_name",
    "option2_name",
    "option3_name",
)
OPTIONS = ("option1", "option2", "option3")


def adapt(rows: Iterable[Row]) -> Iterator[Row | Skip]:
    """Make a product of each variant; what the first row of a handle says counts for all."""
    shared: Row = {"handle": ""}
    for row in rows:
        handle = clean(row.get("handle", "")) or shared["handle"]
        is_first = handle != shared["handle"]
        if is_first:
            shared = {name: row.get(name, "") for name in SHARED} | {"handle": handle}
        choices = [clean(row.get(f"{option}_value", "")) for option in OPTIONS]
        if not is_first and not any(choices) and not clean(row.get("sku", "")):
            yield Skip("picture of a product")
            continue
        yield _variant(row | shared, [choice for choice in choices if choice != "Default Title"])


def _variant(row: Row, choices: list[str]) -> Row:
    chosen = [choice for choice in choices if choice]
    sku = clean(row.get("sku", "")).lstrip("'")
    names = [clean(row[f"{option}_name"]) for option in OPTIONS]
    attributes = {name: choice for name, choice in zip(names, choices, strict=False) if name}
    handle = row["handle"]
    return {
        "id": sku or "/".join([handle, *chosen])[:100],
        "title": " - ".join([clean(row["title"]), *([" / ".join(chosen)] if chosen else [])]),
        "description": text_of_html(row["description"]),
        "product_type": clean(row["category"]) or row["type"],
        "brand": row["vendor"],
        "price": row.get("price", ""),
        "availability": _availability(row),
        "link": f"/products/{handle}",
        "image_link": clean(row.get("variant_image", "")) or row["image"],
        "item_group_id": handle[:100],
        "gtin": clean(row.get("barcode", "")).lstrip("'"),
        "visible": _is_visible(row),
        "tags": row["tags"],
    } | {name: value for name, value in attributes.items() if name != "Title"}


def _availability(row: Row) -> str:
    tracked = clean(row.get("tracker", "")) or "tracker" not in row
    left = _pieces_left(row)
    if not tracked or left is None or left > 0:
        return "in_stock"
    goes_on = clean(row.get("when_out", "")).lower() in ("continue", "true", "yes")
    return "backorder" if goes_on else "out_of_stock"


def _pieces_left(row: Row) -> Decimal | None:
    try:
        return number(row.get("stock", ""), Forms())
    except BadCell:
        return None


def _is_visible(row: Row) -> str:
    hidden = clean(row["published"]).lower() in ("false", "no")
    return "no" if hidden or clean(row["status"]).lower() in ("draft", "archived") else "yes"


SHOPIFY = Format(
    "shopify",
    columns={
        "handle": ("handle", "url_handle"),
        "title": ("title",),
        "description": ("body_html", "description"),
        "vendor": ("vendor",),
        "category": ("product_category",),
        "type": ("type",),
        "tags": ("tags",),
        "published": ("published", "published_on_online_store"),
        "status": ("status",),
        "sku": ("variant_sku", "sku"),
        "barcode": ("variant_barcode", "barcode"),
        "price": ("variant_price", "price"),
        "tracker": ("variant_inventory_tracker", "inventory_tracker"),
        "stock": ("variant_inventory_qty", "inventory_quantity"),
        "when_out": ("variant_inventory_policy", "continue_selling_when_out_of_stock"),
        "image": ("image_src", "product_image_url"),
        "variant_image": ("variant_image", "variant_image_url"),
    }
    | {
        f"{option}_{part}": (f"{option}_{part}",)
        for option in OPTIONS
        for part in ("name", "value")
    },
    needed=(("handle",), ("title",), ("vendor",), ("price",)),
    adapt=adapt,
    label="an export of Shopify",
)
