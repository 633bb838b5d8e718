"""Everything that is kept of one person, by the names that files use."""

from collections.abc import Iterable, Iterator

from django.db.models import F

from customers.models import Customer, CustomerScore, CustomerTotal, Membership, Move, OrderLine

IDENTITY = (
    "email",
    "first_name",
    "last_name",
    "country",
    "region",
    "created_at",
    "marketing_consent",
    "profiling_opt_out",
    "attributes",
    "is_guest",
)
TOTALS = (
    "order_count",
    "units",
    "gross",
    "discount",
    "returned",
    "net",
    "first_order_at",
    "last_order_at",
)


def record_of(customer: Customer) -> dict:
    """Who they are, what they bought, what was concluded from it."""
    return {
        "customer_id": customer.external_id,
        **{name: getattr(customer, name) for name in IDENTITY},
        "totals": CustomerTotal.objects.filter(customer=customer).values(*TOTALS).first(),
        "order_lines": list(_lines(customer)),
        "segments": list(_stays(customer)),
        "moves": list(_moves(customer)),
        "scores": list(_scores(customer)),
    }


def _lines(customer: Customer) -> Iterator[dict]:
    lines = OrderLine.objects.filter(order__customer=customer).select_related("order", "product")
    for line in lines.order_by("order__ordered_at", "order_id", "line_no"):
        yield {
            "order_id": line.order.external_id,
            "line_no": line.line_no,
            "ordered_at": line.order.ordered_at,
            "status": line.order.status,
            "currency": line.order.currency,
            "product_id": line.product.external_id,
            "quantity": line.quantity,
            "unit_price": line.unit_price,
            "discount": line.discount,
        }


def _stays(customer: Customer) -> Iterable[dict]:
    stays = Membership.objects.filter(customer=customer).order_by("id")
    return stays.values("since", "borderline", key=F("segment__key"), until=F("to_run__as_of"))


def _moves(customer: Customer) -> Iterable[dict]:
    moves = Move.objects.filter(customer=customer).order_by("id")
    names = {"from": F("from_segment__key"), "to": F("to_segment__key"), "is": F("now")}
    return moves.values("at", "cause", "feature", "was", **names)


def _scores(customer: Customer) -> Iterable[dict]:
    scores = CustomerScore.objects.filter(customer=customer).order_by("id")
    return scores.values("rfm_code", "rfm_name", "value_tier", since=F("from_run__as_of"))
