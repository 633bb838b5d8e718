"""Orders that ought not to be in an otherwise good shop."""

from datetime import UTC, datetime, time, timedelta
from math import isfinite

import pytest
from django.utils import timezone

from customers.models import Customer
from customers.queries.totals import recompute_totals
from customers.services.segments.explaining import explain_customer
from customers.services.segments.refreshing import refresh_segments
from tests.customers.services.segments.seen import places
from tests.customers.services.segments.shops import LAST_DAY
from tests.factories import make_order

pytestmark = pytest.mark.django_db


def test_orders_in_the_future_are_not_looked_at(shop):
    before = refresh_segments(k=6)
    someone = Customer.objects.first()
    ahead = timezone.now() + timedelta(days=400)
    make_order(someone, ordered_at=ahead, units=9, gross=9000, net=9000)
    recompute_totals()

    run = refresh_segments()

    assert (run.status, run.metrics["moved"], run.as_of) == ("published", 0, before.as_of)


def test_customers_who_sent_back_more_than_they_bought_are_in_segments(shop):
    for number, someone in enumerate(Customer.objects.order_by("pk")[:50]):
        at = datetime.combine(LAST_DAY, time(12), tzinfo=UTC) - timedelta(days=number)
        make_order(someone, ordered_at=at, returned=9_000, net=-9_000)
    recompute_totals()

    run = refresh_segments(k=6)

    assert (run.status, run.metrics["method"]) == ("published", "kmeans")
    assert len(places()) == run.metrics["customers"] == len(shop.truth)
    told = explain_customer(Customer.objects.order_by("pk").first())
    assert all(isfinite(why.share) for why in told.why)
