"""Best, typical and rising products of some customers."""

import numpy as np

from customers.demand import Buyers, best, rising, times_elsewhere, typical


def buyers(now, before=None, elsewhere=None, own=100, others=100) -> Buyers:
    none = [0] * len(now)
    counts = (np.array(each) for each in (now, before or none, elsewhere or none))
    return Buyers(np.arange(1, len(now) + 1), *counts, own=own, others=others)


def test_best_are_those_of_most_buyers_and_equal_ones_by_id():
    assert best(buyers([3, 7, 7, 0]), 10).tolist() == [1, 2, 0]


def test_rising_needs_more_than_chance():
    counted = buyers(now=[60, 25, 4, 9], before=[30, 20, 0, 1])

    assert rising(counted, 10).tolist() == [0, 3]


def test_typical_are_those_bought_surely_more_often_than_by_others():
    counted = buyers(now=[50, 22, 5, 90], elsewhere=[20, 20, 0, 95])

    assert typical(counted, 10).tolist() == [0, 2]


def test_a_product_that_everybody_buys_is_typical_of_nobody():
    assert typical(buyers(now=[100], elsewhere=[100]), 10).tolist() == []


def test_without_others_nothing_is_typical():
    counted = buyers(now=[50], others=0)

    assert typical(counted, 10).tolist() == []
    assert times_elsewhere(counted, 0) is None


def test_times_elsewhere_compares_shares_not_counts():
    assert times_elsewhere(buyers(now=[50], elsewhere=[10], own=100, others=40), 0) == 2.0
