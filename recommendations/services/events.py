"""Events: what callers tell -> checked -> kept once; forgotten by age, and with a person."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from customers.models import Customer
from recommendations.event_rows import BadEvent, EventRow, read_event
from recommendations.queries import events as queries
from runs.imports import Written

# Old events go in parts, so that nobody waits long for one.
FORGOTTEN_AT_ONCE = 20_000


def take_events(told: list) -> Written:
    """Keep the events that can be kept, each once; say what is wrong with the others."""
    rows: list[EventRow] = []
    numbers: list[int] = []
    rejected = []
    for number, row in enumerate(told):
        try:
            rows.append(read_event(row, settings.SHOP_ZONE))
            numbers.append(number)
        except BadEvent as bad:
            rejected.append({"index": number, "errors": bad.errors})
    for unknown in queries.take_events(rows, timezone.now()) if rows else ():
        names = [name for name in ("product", "customer") if getattr(unknown, name)]
        errors = [{"field": name, "detail": "is not known"} for name in names]
        rejected.append({"index": numbers[unknown.number], "errors": errors})
    rejected.sort(key=lambda row: row["index"])
    return Written(len(told) - len(rejected), rejected)


def forget_events() -> int:
    """Delete what was received too long ago, and whom events lead to that may not; count those."""
    before = timezone.now() - timedelta(days=settings.EVENTS_KEPT_DAYS)
    queries.forget_unnamed()
    forgotten = 0
    while count := queries.forget_old(before, FORGOTTEN_AT_ONCE):
        forgotten += count
    return forgotten


def forget_person(sender: str, customer: Customer, **_) -> None:
    """Make an erased customer's events nobody's."""
    queries.forget_person(customer)


def export_person(sender: str, customer: Customer, **_) -> dict:
    """Return what is kept of what a customer did."""
    return {"events": queries.events_of(customer)}
