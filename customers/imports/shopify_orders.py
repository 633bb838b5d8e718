"""Shopify's export of orders: a row a line, the order's own fields on its first row only."""

from collections.abc import Iterable, Iterator
from decimal import ROUND_DOWN, Decimal
from itertools import groupby

from runs.imports import Doubtful, Format, Row, Skip
from runs.parsing import BadCell, Forms, clean, number

ORDER_FIELDS = (
    "email",
    "customer_id",
    "financial_status",
    "fulfillment_status",
    "cancelled_at",
    "created_at",
    "currency",
    "subtotal",
    "discount_amount",
    "refunded_amount",
    "country",
    "region",
)
STATUSES = {
    "": "paid",
    "paid": "paid",
    "partially_refunded": "paid",
    "refunded": "refunded",
    "pending": "pending",
    "authorized": "pending",
    "partially_paid": "pending",
    "unpaid": "pending",
    "expired": "cancelled",
    "voided": "cancelled",
}
CENT = Decimal("0.01")
# Lines of one order are held together to share out its discount; more are taken piece by piece.
MOST_LINES = 5_000


def adapt(rows: Iterable[Row]) -> Iterator[Row | Skip]:
    """Put the order's fields on every line, and its discount and refund into the lines."""
    for _, lines in groupby(_filled(rows), key=lambda row: (row["name"], row["part"])):
        yield from _priced(list(lines))


def _filled(rows: Iterable[Row]) -> Iterator[Row]:
    """Fill what only an order's first row has into its others."""
    first: Row = {"name": ""}
    count = 0
    for row in rows:
        name = clean(row.get("name", "")) or first["name"]
        if name != first["name"]:
            first, count = {field: row.get(field, "") for field in ORDER_FIELDS} | {"name": name}, 0
        count += 1
        yield row | first | {"part": str(count // MOST_LINES)}


def _priced(lines: list[Row]) -> Iterator[Row | Skip]:
    own = lines[0]
    values = [_value(line) for line in lines]
    discounts = [_amount(line.get("line_discount")) for line in lines]
    whole = sum(values)
    subtotal = own.get("subtotal", "")
    off = whole - _amount(subtotal) if clean(subtotal) else _amount(own.get("discount_amount"))
    off = min(max(off, sum(discounts)), whole)
    refund = Decimal(0)
    if clean(own.get("financial_status", "")).lower() == "partially_refunded":
        refund = min(_amount(own.get("refunded_amount")), whole - off)
    off += refund
    shares = share_out(off, values) if off != sum(discounts) else discounts
    status = _status(own)
    for line, share in zip(lines, shares, strict=True):
        if _pieces(line) == 0:
            yield Skip("line removed from its order")
            continue
        title = line.get("title", "")
        row = {
            "order_id": own["name"],
            "ordered_at": own["created_at"],
            "customer_id": clean(own["customer_id"]).lstrip("'"),
            "email": own["email"],
            "status": status,
            "currency": own["currency"],
            "product_id": clean(line.get("sku", "")).lstrip("'") or clean(title)[:100],
            "quantity": line.get("quantity", ""),
            "unit_price": line.get("unit_price", ""),
            "discount": str(share),
            "title": title,
            "brand": line.get("brand", ""),
            "country": own["country"],
            "region": own["region"],
        }
        yield Doubtful(row, "a partial refund, taken as a discount") if refund else row


def share_out(amount: Decimal, values: list[Decimal]) -> list[Decimal]:
    """Share an amount out by value, to the cent; what rounding leaves goes to the largest.

    >>> share_out(Decimal("1.00"), [Decimal(10), Decimal(20)])
    [Decimal('0.33'), Decimal('0.67')]
    """
    whole = sum(values)
    if not whole:
        return [Decimal(0)] * len(values)
    shares = [(amount * value / whole).quantize(CENT, ROUND_DOWN) for value in values]
    largest = max(range(len(values)), key=values.__getitem__)
    shares[largest] += amount - sum(shares)
    return shares


def _status(own: Row) -> str:
    if clean(own["cancelled_at"]):
        return "cancelled"
    status = clean(own["financial_status"]).lower().replace(" ", "_")
    if status == "paid" and clean(own["fulfillment_status"]).lower() == "fulfilled":
        return "fulfilled"
    return STATUSES.get(status, status)


def _value(line: Row) -> Decimal:
    return _amount(line.get("unit_price")) * max(_pieces(line), 0)


def _pieces(line: Row) -> Decimal:
    try:
        return number(line.get("quantity", ""), Forms()) or Decimal(0)
    except BadCell:
        return Decimal(1)


def _amount(cell: str | None) -> Decimal:
    """Read an amount; what cannot be read is rejected later, with its row."""
    try:
        return max(number(cell or "", Forms()) or Decimal(0), Decimal(0))
    except BadCell:
        return Decimal(0)


SHOPIFY = Format(
    "shopify",
    columns={
        "name": ("name",),
        "email": ("email",),
        "customer_id": ("customer_id",),
        "financial_status": ("financial_status",),
        "fulfillment_status": ("fulfillment_status",),
        "cancelled_at": ("cancelled_at",),
        "created_at": ("created_at", "paid_at"),
        "currency": ("currency",),
        "subtotal": ("subtotal",),
        "discount_amount": ("discount_amount",),
        "refunded_amount": ("refunded_amount",),
        "country": ("shipping_country", "billing_country"),
        "region": ("shipping_province", "billing_province"),
        "quantity": ("lineitem_quantity",),
        "title": ("lineitem_name",),
        "unit_price": ("lineitem_price",),
        "sku": ("lineitem_sku",),
        "line_discount": ("lineitem_discount",),
        "brand": ("vendor",),
    },
    needed=(("name",), ("created_at",), ("title",), ("unit_price",), ("quantity",)),
    adapt=adapt,
    label="an export of Shopify",
)
