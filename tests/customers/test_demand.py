"""Best, typical and rising products of some customers."""

import numpy as np
import pytest
from scipy.stats import hypergeom, norm

from customers.demand import Buyers, best, rising, sureness, times_elsewhere, typical


def buyers(now, before=None, elsewhere=None, own=100, others=100) -> Buyers:
    none = [0] * len(now)
    counts = (np.array(each) for each in (now, before or none, elsewhere or none))
    return Buyers(np.arange(1, len(now) + 1), *counts, own=own, others=others)


def test_best_are_those_of_most_buyers_and_equal_ones_by_id():
    assert best(buyers([3, 7, 7, 0]), 10).tolist() == [1, 2, 0]


def test_rising_needs_more_than_chance():
    counted = buyers(now=[60, 25, 4, 12, 20], before=[20, 20, 0, 1, 60])

    assert rising(counted, 10).tolist() == [0, 3]


def test_what_fell_less_than_everything_else_is_not_rising():
    assert rising(buyers(now=[28, 10, 10], before=[30, 90, 90]), 10).tolist() == []


def test_nothing_rises_from_nothing():
    assert rising(buyers(now=[60, 25]), 10).tolist() == []


def test_typical_are_those_bought_surely_more_often_than_by_others():
    counted = buyers(now=[50, 22, 7, 90, 5], elsewhere=[20, 20, 0, 95, 0])

    assert typical(counted, 10).tolist() == [0, 2]


@pytest.mark.parametrize(
    ("here", "there", "wholes"), [(12, 40, (200, 4000)), (9, 2, (60, 80)), (30, 11, (500, 500))]
)
def test_sureness_is_that_of_an_exact_test(here, there, wholes):
    found = sureness(np.array([here]), np.array([there]), *wholes)[0]

    exact = hypergeom.sf(here - 1, sum(wholes), here + there, wholes[0])
    assert found == pytest.approx(norm.isf(exact), abs=0.15)


SIZES = [(20_000, 20_000), (500, 20_000), (20_000, 500)]


def traded(own: int, others: int, *, busier: float = 1, seed: int) -> Buyers:
    """Draw the buyers of 3,000 products that everybody likes alike, some a lot and most little."""
    draws, liked = np.random.default_rng(seed), 0.3 / np.arange(1, 3001) ** 0.7
    counts = [
        draws.binomial(number, part)
        for number, part in ((own, busier * liked), (own, liked), (others, busier * liked))
    ]
    return Buyers(np.arange(3000), *counts, own, others)


@pytest.mark.parametrize(("own", "others"), SIZES)
def test_where_all_buy_alike_nothing_is_typical(own, others):
    found = [typical(traded(own, others, seed=seed), 3000) for seed in range(10)]

    assert sum(map(len, found)) <= 2


@pytest.mark.parametrize("busier", [0.5, 1, 2])
def test_a_segment_that_buys_more_of_everything_has_nothing_that_rises(busier):
    found = [rising(traded(20_000, 1, busier=busier, seed=seed), 3000) for seed in range(10)]

    assert sum(map(len, found)) <= 2


@pytest.mark.parametrize("row", [3, 100, 300])
@pytest.mark.parametrize("busier", [1, 2])
def test_a_product_that_truly_sells_better_is_found_among_thousands(busier, row):
    counted = traded(20_000, 20_000, busier=busier, seed=row)
    counted.now[row] *= 2

    assert typical(counted, 6).tolist()[0] == row
    assert rising(counted, 6).tolist()[0] == row


def test_a_product_that_everybody_buys_is_typical_of_nobody():
    assert typical(buyers(now=[100], elsewhere=[100]), 10).tolist() == []


def test_without_others_nothing_is_typical():
    counted = buyers(now=[50], others=0)

    assert typical(counted, 10).tolist() == []
    assert times_elsewhere(counted, 0) is None


def test_times_elsewhere_compares_shares_not_counts():
    assert times_elsewhere(buyers(now=[50], elsewhere=[10], own=100, others=40), 0) == 2.0
