"""What segments buy, and pictures of shops that have no model."""

from statistics import median

import pytest

from customers.models import CustomerTotal, SegmentProfile, Shop
from customers.services.segments.picture import draw_segments, find_bought
from customers.services.segments.refreshing import refresh_segments
from tests.customers.services.segments.shops import load_shop
from tests.factories import NOW, make_customer, make_order, make_product, make_run, make_segment

pytestmark = pytest.mark.django_db


def test_rfm_groups_are_drawn_by_the_three_numbers_that_make_them():
    load_shop(n_customers=60)
    refresh_segments()

    picture = draw_segments()

    assert len(picture.points) == 60
    named = {name for axis in picture.axes for name, _ in axis}
    assert named <= {"days_since_last_order", "order_count", "total_spent"}


def test_the_shops_medians_are_kept_with_each_run():
    load_shop(n_customers=60)

    run = refresh_segments()

    orders = CustomerTotal.objects.values_list("order_count", flat=True)
    for profile in SegmentProfile.objects.filter(run=run):
        assert profile.features["shop"]["order_count"] == median(orders)


def test_nothing_is_drawn_before_the_first_run():
    assert draw_segments() is None


def test_what_a_segment_buys_is_told_by_buyers_and_beside_others():
    Shop.objects.create(currency="EUR")
    run, mug, bowl, vase = (
        make_run(),
        *(make_product(title=name) for name in ("Mug", "Bowl", "Vase")),
    )
    ours = [make_customer() for _ in range(20)]
    others = [make_customer() for _ in range(20)]
    segment = make_segment(run, *ours)
    make_segment(run, *others)
    CustomerTotal.objects.bulk_create(CustomerTotal(customer=each) for each in [*ours, *others])
    for number, customer in enumerate(ours):
        make_order(customer, mug, *([bowl] if number < 12 else []), days_ago=number)
        make_order(customer, mug, *([bowl] if number < 2 else []), days_ago=100 + number)
        make_order(customer, mug, days_ago=1)  # bought twice, one buyer
    for number, customer in enumerate(others):
        make_order(customer, *([mug] if number < 10 else []), vase, days_ago=number)
    make_order(ours[0], vase, status="cancelled")
    make_order(ours[0], vase, days_ago=200)

    bought = find_bought(segment, run)

    titles = {mug.pk: "Mug", bowl.pk: "Bowl", vase.pk: "Vase"}
    assert (bought.customers, bought.days) == (20, 90)
    best = {titles[each.product_id]: each for each in bought.best}
    assert {name: each.buyers for name, each in best.items()} == {"Mug": 20, "Bowl": 12}
    assert (best["Mug"].times_elsewhere, best["Bowl"].times_elsewhere) == (2.0, None)
    assert [titles[each.product_id] for each in bought.typical] == ["Bowl", "Mug"]
    assert [(titles[each.product_id], each.before) for each in bought.rising] == [("Bowl", 2)]
    assert bought.as_of.date() == NOW.date()


def test_a_segment_without_customers_buys_nothing():
    run = make_run()
    segment = make_segment(make_run(status="superseded"))
    make_order(None, make_product(), days_ago=1)

    assert find_bought(segment, run) is None
