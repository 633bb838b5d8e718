"""Order lines by canonical names, with those of GA4 as aliases."""

import re
from decimal import Decimal

from runs.copying import NULL
from runs.imports import Checked, Column, Format, RowProblem
from runs.parsing import (
    BadCell,
    Forms,
    category_path,
    clean,
    currency,
    email,
    identifier,
    line_of_text,
    money,
    whole,
)
from runs.parsing import moment as instant

# More pieces of one product in one line are taken for a mistake.
MOST_PIECES = 10_000_000
# Sums of money are taken in ten-thousandths; of lines below this, hundreds fit into 64 bits.
MOST_WORTH = 10**12
# Other shops' words for the five states of an order.
STATUSES = {
    word: state
    for state, words in {
        "paid": "processing, payment accepted, payment received, succeeded, captured, unshipped, "
        "unfulfilled, partially shipped, partially fulfilled, partially refunded, "
        "awaiting fulfillment, awaiting shipment, bezahlt, payé, payée, pagado",
        "fulfilled": "completed, complete, shipped, delivered, picked up, ready for pickup, "
        "abgeschlossen, versendet, versandt, livré, livrée, expédié, expédiée, enviado, completado",
        "pending": "pending payment, awaiting payment, awaiting bank wire payment, on hold, "
        "holded, unpaid, partially paid, authorized, authorised, payment review, checkout draft, "
        "en attente",
        "cancelled": "canceled, voided, failed, declined, expired, payment error, rejected, "
        "storniert, annulé, annulée, cancelado",
        "refunded": "returned, chargeback, charged back, erstattet, remboursé, remboursée",
    }.items()
    for word in (state, *words.split(", "))
}
_pieces = whole(-MOST_PIECES, MOST_PIECES, default=1)


def quantity(raw: str, forms: Forms) -> int:
    """Read a number of pieces; below 0 they came back."""
    pieces = _pieces(raw, forms)
    if pieces == 0:
        raise BadCell("is zero")
    return pieces


def status(raw: str) -> str:
    """Read a state of an order, by its name here or a word that other shops have for it."""
    word = re.sub(r"[-_\s]+", " ", clean(raw).lower()).removeprefix("wc ")
    if word and word not in STATUSES:
        raise BadCell(f"is none of {', '.join(sorted({*STATUSES.values()}))}")
    return STATUSES.get(word, "")


COLUMNS = {
    "order_id": Column(text=identifier, needed=True),
    "line_no": Column(number=whole(1, 2**31 - 1)),
    "ordered_at": Column(date=instant, needed=True),
    "customer_id": Column(text=identifier),
    "email": Column(text=email),
    "status": Column(text=status),
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
    pieces = checked.values.get("quantity", ["1"] * count)
    problems = _too_much_worth(checked.places, prices, pieces)
    if NULL not in prices:
        return problems
    for place, price, total, piece in zip(checked.places, prices, totals, pieces, strict=True):
        if price == total == NULL:
            problems.append(RowProblem(place, "unit_price", "", "is missing, as is a line_total"))
        elif price == NULL and Decimal(total) and total.startswith("-") != piece.startswith("-"):
            problems.append(RowProblem(place, "line_total", total, "has not the quantity's sign"))
    return problems


def _too_much_worth(places: list[int], prices: list[str], pieces: list[str]) -> list[RowProblem]:
    # As most lines by far have too few figures for it, they are not multiplied one by one.
    if not prices or max(map(len, prices)) + max(map(len, pieces)) < len(str(MOST_WORTH)):
        return []
    reason = f"makes the line worth {MOST_WORTH:,} or more"
    return [
        RowProblem(place, "unit_price", price, reason)
        for place, price, piece in zip(places, prices, pieces, strict=True)
        if NULL not in (price, piece) and abs(Decimal(price) * int(piece)) >= MOST_WORTH
    ]
