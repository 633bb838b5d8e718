import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customers.features import NAMES, build_features
from customers.norms import ShopNorms
from tests.customers.frames import AS_OF, category_frame, totals_frame, totals_row

NORMS = ShopNorms(
    order_value=50.0,
    discount_rate=0.2,
    return_rate=0.1,
    season_rate=0.25,
    usual_gap=30.0,
    history=500.0,
    category_shares={1: 0.5, 2: 0.5},
    category_prices={1: [1.0, 2.0, 3.0, 4.0], 2: [10.0, 20.0]},
    unit_prices=[],
)


def one(row: dict, *categories: tuple) -> dict[str, float]:
    features = build_features(totals_frame(row), category_frame(*categories), AS_OF, NORMS)
    return dict(zip(NAMES, features.values[0].tolist(), strict=True))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("order_count", 2),
        ("total_spent", 90),
        ("average_order_value", 45),
        ("recent_spend", 80),
        ("days_since_last_order", 10),
        ("days_since_first_order", 20),
        ("overdue", 17 / 27),  # a week more than 10 and 20; gap = (20 − 10 + 30) / 2
        ("discount_share", (10 + 50 * 0.2) / (100 + 50)),
        ("units_per_order", 2),
        ("return_rate", 50 * 0.1 / (90 + 50)),
        ("season_share", 0.25 / 3),
    ],
)
def test_features_of_a_customer_by_hand(name, expected):
    assert one(totals_row())[name] == pytest.approx(expected, rel=1e-6)


def test_price_tier_is_drawn_to_the_middle():
    found = one(totals_row(), (1, 1, 2, 2, 8.0))  # a price of 4: place 3.5 of 4 in category 1

    assert found["price_tier"] == pytest.approx((2 * 0.875 + 1.5) / 5)


def test_without_categories_the_price_level_is_among_all_products():
    totals = totals_frame(
        totals_row(1, units=1, order_count=3), totals_row(2, units=90, order_count=3)
    )

    features = build_features(totals, category_frame(), AS_OF)

    dear, cheap = features.column("price_tier")
    assert dear > 0.6
    assert cheap == pytest.approx(1 - dear, abs=0.01)


def test_variety_and_favourite_by_hand():
    found = one(totals_row(), (1, 1, 1, 1, 50.0))

    shares = np.array([75, 25]) / 100  # 50 and nothing, with 25 of the shop's added to each
    entropy = -(shares * np.log(shares)).sum() / np.log(2)
    assert found["category_variety"] == pytest.approx(entropy, rel=1e-5)
    assert found["top_category_share"] == pytest.approx(0.75)


def test_variety_equals_the_slow_way_over_all_categories():
    random = np.random.default_rng(3)
    rows = [
        (customer, category, 1, 1, float(random.integers(1, 100)))
        for customer in range(1, 30)
        for category in range(1, 9)
        if random.uniform() < 0.4
    ]
    totals = totals_frame(*(totals_row(customer) for customer in range(1, 30)))

    features = build_features(totals, category_frame(*rows), AS_OF)

    norms = features.norms
    for number, customer in enumerate(features.customer_ids):
        spent = {category: net for who, category, _, _, net in rows if who == customer}
        drawn = np.array(
            [
                spent.get(category, 0) + norms.order_value * share
                for category, share in norms.category_shares.items()
            ]
        )
        shares = drawn / drawn.sum()
        expected = -(shares * np.log(shares)).sum() / np.log(len(shares))
        assert features.column("category_variety")[number] == pytest.approx(expected, rel=1e-4)
        assert features.column("top_category_share")[number] == pytest.approx(
            shares.max(), rel=1e-4
        )


def test_categories_the_shop_did_not_know_are_left_out():
    assert one(totals_row(), (1, 99, 5, 5, 1e6)) == one(totals_row())


def test_rows_of_other_customers_are_left_out():
    assert one(totals_row(2), (1, 1, 1, 1, 50.0), (3, 2, 1, 1, 5.0)) == one(totals_row(2))


def test_money_below_nothing_counts_as_nothing():
    found = one(totals_row(net=-40.0, decayed_spend=-3.0, gross=10.0, returned=50.0))

    assert found["total_spent"] == found["average_order_value"] == found["recent_spend"] == 0
    assert 0 <= found["return_rate"] <= 1


def test_an_order_after_the_clock_counts_as_made_at_it():
    assert one(totals_row(last=-5))["days_since_last_order"] == 0


def test_rows_come_back_by_rising_customer_id():
    totals = totals_frame(totals_row(9, units=2), totals_row(3, units=6))

    features = build_features(totals, category_frame(), AS_OF, NORMS)

    assert features.customer_ids.tolist() == [3, 9]
    assert features.column("units_per_order").tolist() == [3, 1]


def test_a_customer_twice_is_an_error():
    with pytest.raises(ValueError, match="more than one row"):
        build_features(totals_frame(totals_row(1), totals_row(1)), category_frame(), AS_OF)


def test_a_customer_without_orders_is_an_error():
    with pytest.raises(ValueError, match="without a counted order"):
        build_features(totals_frame(totals_row(order_count=0)), category_frame(), AS_OF)


def test_nobody_has_no_features():
    features = build_features(totals_frame(), category_frame(), AS_OF)

    assert features.values.shape == (0, len(NAMES))


money = st.floats(-1e7, 1e7, allow_nan=False)


@settings(max_examples=50, deadline=None)
@given(
    gross=money,
    net=money,
    discount=money,
    returned=money,
    units=st.integers(-10, 10**6),
    orders=st.integers(1, 10_000),
    first=st.integers(-10, 5_000),
    last=st.integers(-10, 5_000),
)
def test_features_are_always_numbers_in_their_range(
    gross, net, discount, returned, units, orders, first, last
):
    row = totals_row(
        gross=gross,
        net=net,
        discount=discount,
        returned=returned,
        units=units,
        order_count=orders,
        first=max(first, last),
        last=last,
    )
    features = build_features(totals_frame(row), category_frame((1, 1, 3, units, net)), AS_OF)

    found = pd.Series(features.values[0], index=list(NAMES))
    assert np.isfinite(found).all()
    assert (found >= 0).all()
    shares = ["discount_share", "return_rate", "season_share", "price_tier"]
    assert (found[shares] <= 1).all()
