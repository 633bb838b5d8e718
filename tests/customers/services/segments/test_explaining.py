import numpy as np
import pytest

from customers.models import CustomerTotal, Membership
from customers.services.segments.explaining import explain_customer
from customers.services.segments.refreshing import refresh_segments
from tests.factories import make_customer, make_segment

pytestmark = pytest.mark.django_db


def test_every_customer_is_explained_as_the_run_left_them(shop):
    refresh_segments(k=7)

    for stay in Membership.objects.filter(to_run=None)[:40]:
        told = explain_customer(stay.customer)
        assert told.segment == stay.segment
        assert told.second != stay.segment
        assert told.borderline == stay.borderline == (told.confidence < 0.10)
        assert 1 <= len(told.why) <= 3
        assert sum(why.share for why in told.why) <= 1 + 1e-9


def test_reasons_come_with_values_and_places(shop):
    refresh_segments(k=7)
    best = Membership.objects.filter(to_run=None, segment__key="high-value-frequent").first()

    told = explain_customer(best.customer)

    for why in told.why:
        assert np.isfinite(why.value)
        assert 0 <= why.percentile <= 100
    assert max(why.percentile for why in told.why) > 70


def test_who_ordered_as_often_as_the_fewest_is_above_nobody(shop):
    refresh_segments(k=7)
    once = CustomerTotal.objects.filter(order_count=1, customer__memberships__to_run=None)

    told = [explain_customer(total.customer) for total in once[:40]]

    below = [why.below for each in told for why in each.why if why.feature == "order_count"]
    assert below == [0.0] * len(below)
    assert below


def test_who_is_in_no_segment_is_not_explained(shop):
    refresh_segments(k=7)

    assert explain_customer(make_customer(external_id="stranger")) is None


def test_who_is_in_a_segment_that_is_not_the_runs_is_told_no_reasons(shop):
    run = refresh_segments(k=7)
    stay = Membership.objects.filter(to_run=None).first()
    Membership.objects.filter(pk=stay.pk).update(segment=make_segment(run))

    told = explain_customer(stay.customer)

    assert (told.since, told.second, told.why) == (stay.since, None, [])
