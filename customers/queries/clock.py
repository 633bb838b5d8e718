"""The clock of the data: the end of the day of the newest order."""

from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from customers.models import Order


def data_clock(as_of: date | None = None) -> datetime | None:
    """Return the end of this day, or of the newest order's that is not in the future."""
    if as_of is None:
        newest = Order.objects.filter(ordered_at__lte=timezone.now()).aggregate(
            at=Max("ordered_at")
        )
        if newest["at"] is None:
            return None
        as_of = newest["at"].astimezone(settings.SHOP_ZONE).date()
    return start_of(as_of + timedelta(days=1)) - timedelta(microseconds=1)


def start_of(day: date) -> datetime:
    """The first instant of a day, or of the month that begins with it, in the shop's zone."""
    return datetime.combine(day, time(), settings.SHOP_ZONE)
