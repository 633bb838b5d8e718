"""A customer's segment over HTTP, of a shop with segments of its own."""

import pytest
from django.db import connection

from customers.models import Membership
from customers.services.segments.refreshing import refresh_segments
from tests.api import crm
from tests.customers.services.segments.shops import load_shop

pytestmark = pytest.mark.django_db


def explained_and_stay() -> tuple[dict, Membership]:
    """Ask about someone, in a transaction that cannot write."""
    caller, stay = crm(), Membership.objects.filter(to_run=None).first()
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
    return caller.get(f"/customers/{stay.customer.external_id}/segment/").json(), stay


def test_a_segment_is_explained_by_features_with_their_shares():
    load_shop(n_customers=700)
    refresh_segments(k=7)

    shown, stay = explained_and_stay()

    assert (shown["key"], shown["borderline"]) == (stay.segment.key, stay.borderline)
    assert 0 <= shown["confidence"] <= 1
    assert shown["second"] not in (None, shown["key"])
    assert all(0 <= why["percentile"] <= 100 and 0 < why["share"] <= 1 for why in shown["why"])
    assert all(why["value"] == round(why["value"], 4) for why in shown["why"])
    assert [(step["to"], step["cause"]) for step in shown["history"]] == [
        (shown["key"], "first_order")
    ]


def test_a_group_by_rfm_is_explained_by_its_three_numbers():
    load_shop(n_customers=60)
    refresh_segments()

    shown, stay = explained_and_stay()

    assert shown["key"] == stay.segment.key
    assert (shown["confidence"], shown["second"]) == (None, None)
    assert [why["share"] for why in shown["why"]] == [None] * 3
