from datetime import timedelta

import pandas as pd
import pytest
from django.utils import timezone

from benchmarks.simulator import SEVEN, nobody_differs, simulate
from customers.models import (
    Customer,
    Segment,
)
from customers.queries import ledger
from customers.queries.totals import recompute_totals
from customers.services.segments.explaining import explain_customer
from customers.services.segments.refreshing import refresh_segments
from runs.models import Run
from runs.services import roll_back
from tests.customers.services.segments.seen import causes, codes, everything, places
from tests.customers.services.segments.shops import LAST_DAY, load_lines, load_shop
from tests.factories import make_customer, make_order

pytestmark = pytest.mark.django_db


def said(run: Run, code: str) -> str:
    """Return the sentence that goes with a code."""
    return next(reason["text"] for reason in run.reasons if reason["code"] == code)


def test_too_few_customers_are_grouped_by_rfm_and_told_why():
    load_shop(n_customers=100)

    run = refresh_segments()

    assert (run.status, run.metrics["method"]) == ("published", "rfm")
    assert said(run, "too_few_customers") == "100 customers take part; segments need 500."
    assert all(key.startswith("rfm-") for key in places().values())
    assert len(places()) == 100
    again = refresh_segments()
    assert again.metrics["moved"] == 0


def test_rfm_groups_move_by_behaviour_and_keep_the_ledger():
    load_shop(n_customers=100)
    refresh_segments(as_of=LAST_DAY - timedelta(weeks=6))
    before = everything()

    run = refresh_segments()

    assert "behaviour" in causes(run)
    assert ledger.ledger_counts() == ledger.member_counts()
    roll_back("segments")
    assert everything() == before


def test_a_shop_that_grows_goes_from_groups_to_segments():
    shop = simulate(700, seed=1)
    few = shop.lines["customer_id"].isin(shop.truth.index[:100])
    load_lines(shop.lines[few])
    refresh_segments()
    load_lines(shop.lines[~few])

    run = refresh_segments(k=6)

    assert (run.status, run.metrics["method"]) == ("published", "kmeans")
    assert causes(run) == {"model", "first_order"}
    assert not Segment.objects.filter(key__startswith="rfm-", retired_run=None)
    assert ledger.ledger_counts() == ledger.member_counts()


def test_structureless_customers_are_refused_for_that_reason():
    load_lines(nobody_differs(600, seed=3, rate=4).lines)

    run = refresh_segments(k=5)

    assert (run.status, run.metrics["method"]) == ("published", "rfm")
    assert said(run, "no_structure").endswith("there are no segments to be found.")


def test_customers_all_alike_are_one_group():
    shop = simulate(1, seed=1, archetypes=SEVEN[:1])
    one = shop.lines
    copies = [
        one.assign(customer_id=f"c{n}", order_id=one["order_id"] + 1000 * n) for n in range(600)
    ]
    load_lines(pd.concat(copies))

    run = refresh_segments()

    assert (run.status, run.metrics["method"], run.metrics["k"]) == ("published", "rfm", 1)
    assert said(run, "customers_alike").startswith("Customers are too much alike to part")


def test_one_customer_is_a_group():
    make_order(make_customer(), units=1, gross=10, net=10)
    recompute_totals()

    run = refresh_segments()

    assert (run.status, run.metrics["k"], run.metrics["customers"]) == ("published", 1, 1)
    assert "too_few_customers" in codes(run)


def test_a_shop_without_orders_is_refused():
    make_customer()

    run = refresh_segments()

    assert (run.status, codes(run)) == ("refused", ["no_orders"])
    assert run.reasons[0]["text"] == "No order has been imported yet."
    assert run.metrics["segments"] == []


def test_a_shop_two_weeks_old_is_too_young():
    load_lines(simulate(800, seed=2, archetypes=SEVEN[:1], days=14).lines)

    run = refresh_segments()

    assert (run.status, run.metrics["method"]) == ("published", "rfm")
    assert said(run, "too_little_history") == "Orders reach back 13 days; segments need 42."


def test_a_feature_that_is_the_same_for_all_is_left_out():
    lines = simulate(700, seed=1).lines
    sold = lines[lines["quantity"] > 0]
    load_lines(sold.assign(discount=0.0, unit_price=10.0, category="all"))

    run = refresh_segments(k=6)

    assert (run.status, run.metrics["method"]) == ("published", "kmeans")
    left_out = run.metrics["features_left_out"]
    assert {"discount_share", "return_rate", "price_tier", "category_variety"} <= left_out.keys()
    assert refresh_segments().metrics["moved"] == 0


def test_only_orders_in_the_future_are_no_orders():
    make_order(
        make_customer(), ordered_at=timezone.now() + timedelta(days=2), units=1, gross=1, net=1
    )
    recompute_totals()

    run = refresh_segments()

    assert (run.status, codes(run)) == ("refused", ["no_orders"])


def test_groups_are_explained_by_their_three_numbers():
    load_shop(n_customers=40)
    refresh_segments()

    told = explain_customer(Customer.objects.first())

    assert [why.feature for why in told.why] == [
        "days_since_last_order",
        "order_count",
        "total_spent",
    ]
    assert told.confidence is told.second is None
