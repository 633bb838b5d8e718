"""SQL of conditions that a list of customers has by a filter or a link."""

from django.db.models import QuerySet

from customers.conditions import NONE, makes_sense
from customers.insights.counted import Buyers
from customers.models import Customer
from customers.queries import pages
from customers.queries.clock import start_of
from customers.queries.insights import reading


def meeting(customers: QuerySet[Customer], condition: str) -> QuerySet[Customer]:
    """Those who meet a condition; one that makes no sense is met by nobody."""
    if not makes_sense(condition):
        return customers.none()
    name, _, value = condition.partition(":")
    if name == "q":
        return pages.named(customers, value)
    if name == "moved":
        return reading.movers(customers, *value.split("."))
    if name == "bought":
        return _bought(customers, Buyers.read(value))
    if name == "last_order":
        return customers.filter(total__last_order_at=None)
    return pages.in_segment(customers, None) if value == NONE else pages.borderline(customers)


def how_many(counted: Buyers) -> int:
    """How many customers they were when their figure was made."""
    window = counted.window
    figures = reading.figures_of(window.until, window.months, counted.segment)
    if not figures:
        return 0
    returning = figures.buyers - figures.new_buyers
    known = {"new": figures.new_buyers, "returning": returning}
    return known.get(counted.who, reading.most(figures, counted.top))


def is_kept(condition: str) -> bool:
    """Say whether those whom a condition counts are still known by name."""
    name, _, value = condition.partition(":")
    counted = Buyers.read(value) if name == "bought" else None
    return not counted or reading.is_ranked(counted.window.until, counted.window.months)


def _bought(customers: QuerySet[Customer], counted: Buyers) -> QuerySet[Customer]:
    window = counted.window
    found = reading.buyers(customers, window.until, window.months, counted.segment, counted.top)
    if counted.who not in ("new", "returning"):
        return found
    return reading.first_bought(found, start_of(window.start), before=counted.who == "returning")
