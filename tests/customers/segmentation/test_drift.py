import numpy as np
import pytest

from customers.segmentation.drift import (
    Drift,
    find_triggers,
    population_stability,
    shift_of_values,
)

EVEN = np.full(4, 0.25)


def codes(**over) -> list[str]:
    values = {"shares_then": EVEN, "shares_now": EVEN, "distance_ratio": 1.0, "age": 28.0}
    return [trigger.code for trigger in find_triggers(Drift(**values | over))]


def test_a_model_that_holds_has_no_trigger():
    assert codes() == []


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ({"shares_now": np.array([0.45, 0.25, 0.15, 0.15])}, ["shares_drift"]),
        ({"distance_ratio": 0.84}, ["distance_drift"]),
        ({"distance_ratio": 1.21}, ["distance_drift"]),
        ({"age": 91.0}, ["model_age"]),
        ({"order_value_psi": 0.11}, ["order_value_alarm"]),
        ({"discount_psi": 0.51}, ["discount_alarm"]),
        ({"discount_psi": 0.49, "order_value_psi": 0.09}, []),
        ({"order_value_psi": 3.0, "age": 13.0}, []),
    ],
)
def test_each_trigger_has_its_limit(over, expected):
    assert codes(**over) == expected


def test_a_segment_that_shrank_is_a_trigger():
    then = np.array([0.485, 0.485, 0.03])

    assert codes(shares_then=then, shares_now=np.array([0.49, 0.491, 0.019])) == ["segment_shrunk"]


def test_stability_by_hand():
    expected = 0.2 * np.log(0.7 / 0.5) + -0.2 * np.log(0.3 / 0.5)

    assert population_stability(np.array([0.5, 0.5]), np.array([0.7, 0.3])) == pytest.approx(
        expected
    )


def test_stability_of_an_empty_bin_is_a_number():
    assert np.isfinite(population_stability(np.array([1.0, 0.0]), np.array([0.0, 1.0])))


def test_a_rise_in_prices_shows():
    before = np.random.default_rng(1).lognormal(3, 0.5, 2_000)

    assert shift_of_values(before, before[::3]) < 0.01
    assert shift_of_values(before, 1.8 * before[::3]) > 0.1


def test_values_that_are_mostly_equal_can_be_compared():
    before = np.r_[np.zeros(900), np.full(100, 0.2)]
    now = np.r_[np.zeros(300), np.full(700, 0.2)]

    assert shift_of_values(before, before) == 0
    assert shift_of_values(before, now) > 1


def test_too_few_orders_tell_nothing():
    assert shift_of_values(np.ones(5_000), np.ones(199)) is None
