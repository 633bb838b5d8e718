"""What the API shows of customers and segments."""

from datetime import datetime

from django.db.models import Q, QuerySet

from customers.models import Customer, Membership, Move, Segment
from customers.queries.pages import customers_with_segment


def customers_shown() -> QuerySet[Customer]:
    """Customers with totals, segment and score; erased ones are not customers any more."""
    return customers_with_segment().filter(erased_at=None)


def members_of(segment: Segment) -> QuerySet[Membership]:
    """Who is in a segment now."""
    open_stays = Membership.objects.filter(segment=segment, to_run=None, customer__erased_at=None)
    return open_stays.select_related("customer")


def moves_touching(segment: Segment, since: datetime | None) -> QuerySet[Move]:
    """Moves into and out of a segment from this time on."""
    moves = Move.objects.select_related("customer", "from_segment", "to_segment")
    touching = moves.filter(Q(from_segment=segment) | Q(to_segment=segment))
    return touching.filter(at__gte=since) if since else touching
