import numpy as np
import pytest

from customers.value import expected_value, measure_tiers, tier


def value_of(orders=5.0, order_value=40.0, first=200.0, last=10.0, gap=40.0) -> float:
    numbers = (orders, order_value, first, last, gap)
    return float(expected_value(*(np.array([number]) for number in numbers))[0])


def test_a_customer_by_hand():
    rate = 4.5 / 245
    alive = 1 / (1 + np.exp(1.2 * (np.log(11) - np.log(2.2 * 40 + 7))))

    assert value_of() == pytest.approx(90 * rate * alive * 40)


def test_longer_silence_is_worth_less():
    assert value_of(last=10) > value_of(last=60) > value_of(last=200) > 0


def test_negative_spend_is_worth_nothing():
    assert value_of(order_value=-5.0) == 0


def test_thirds_are_thirds():
    value = np.arange(300.0)

    assert np.bincount(tier(value, measure_tiers(value))).tolist() == [100, 100, 100]


def test_equal_customers_share_a_tier():
    value = np.array([1.0, 2, 2, 2, 2, 2, 2, 2, 9])

    tiers = tier(value, measure_tiers(value))

    assert len(set(tiers[1:8])) == 1
