"""Order lines by canonical names, with those of GA4 as aliases."""

from decimal import Decimal

from runs.copying import NULL
from runs.imports import Checked, Column, Format, RowProblem
from runs.parsing import (
    BadCell,
    Forms,
    category_path,
    currency,
    email,
    identifier,
    line_of_text,
    money,
    one_of,
    whole,
)
from runs.parsing import moment as instant

# More pieces of one product in one line are taken for a mistake.
MOST_PIECES = 10_000_000
STATUSES = {
    "paid": "paid",
    "fulfilled": "fulfilled",
    "pending": "pending",
    "cancelled": "cancelled",
    "refunded": "refunded",
    "canceled": "cancelled",
    "completed": "fulfilled",
    "complete": "fulfilled",
    "shipped": "fulfilled",
    "delivered": "fulfilled",
    "processing": "paid",
    "on-hold": "pending",
    "failed": "cancelled",
    "voided": "cancelled",
}
_pieces = whole(-MOST_PIECES, MOST_PIECES, default=1)


def quantity(raw: str, forms: Forms) -> int:
    """Read a number of pieces; below 0 they came back."""
    pieces = _pieces(raw, forms)
    if pieces == 0:
        raise BadCell("is zero")
    return pieces


COLUMNS = {
    "order_id": Column(text=identifier, needed=True),
    "line_no": Column(number=whole(1, 2**31 - 1)),
    "ordered_at": Column(date=instant, needed=True),
    "customer_id": Column(text=identifier),
    "email": Column(text=email),
    "status": Column(text=one_of(STATUSES, default="")),
    "currency": Column(text=currency),
    "product_id": Column(text=identifier, needed=True),
    "quantity": Column(number=quantity),
    "unit_price": Column(number=money()),
    "discount": Column(number=money(default=0)),
    "line_total": Column(number=money(least=None)),
    "title": Column(text=line_of_text(500)),
    "product_type": Column(text=category_path),
    "brand": Column(text=line_of_text(200)),
    "country": Column(text=line_of_text(60)),
    "region": Column(text=line_of_text(100)),
}
NEEDED = (("order_id",), ("ordered_at",), ("product_id",), ("unit_price", "line_total"))
CANONICAL = Format(
    "canonical",
    columns={name: (name,) for name in COLUMNS}
    | {
        "order_id": ("order_id", "transaction_id"),
        "ordered_at": ("ordered_at", "event_timestamp", "event_date", "date"),
        "customer_id": ("customer_id", "user_id"),
        "product_id": ("product_id", "item_id"),
        "unit_price": ("unit_price", "price"),
        "title": ("title", "item_name"),
        "product_type": ("product_type", "item_category", "category"),
        "brand": ("brand", "item_brand"),
    },
    needed=NEEDED,
)


def check_money(checked: Checked) -> list[RowProblem]:
    """Ask each line for a price, and its total for the sign of its quantity."""
    count = len(checked.places)
    prices, totals = (
        checked.values.get(name, [NULL] * count) for name in ("unit_price", "line_total")
    )
    if NULL not in prices:
        return []
    pieces = checked.values.get("quantity", ["1"] * count)
    problems = []
    for place, price, total, piece in zip(checked.places, prices, totals, pieces, strict=True):
        if price == total == NULL:
            problems.append(RowProblem(place, "unit_price", "", "is missing, as is a line_total"))
        elif price == NULL and Decimal(total) and total.startswith("-") != piece.startswith("-"):
            problems.append(RowProblem(place, "line_total", total, "has not the quantity's sign"))
    return problems
