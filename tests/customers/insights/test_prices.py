import numpy as np
import pytest

from customers.insights.prices import BANDS, price_edges, price_level

PRICES = np.random.default_rng(2).lognormal(1, 1, 5000)


def shares(edges, prices) -> np.ndarray:
    return np.bincount(np.searchsorted(edges, prices, "right"), minlength=len(edges) + 1) / len(
        prices
    )


def test_bands_hold_about_as_many_lines_each():
    edges = price_edges(PRICES)

    assert len(edges) == BANDS - 1
    assert shares(edges, PRICES) == pytest.approx(1 / BANDS, abs=0.1)


def test_bands_stay_while_they_fit_and_change_when_they_do_not():
    edges = price_edges(PRICES)

    assert price_edges(PRICES * 1.1, edges) == edges
    assert price_edges(PRICES * 20, edges) != edges


@pytest.mark.parametrize("prices", [[], [0.0, 0.0], [3.0], [3.0, 3.0]])
def test_prices_all_alike_make_one_band(prices):
    assert price_edges(np.array(prices)) == ()


def test_very_small_and_very_large_prices_have_round_edges():
    assert price_edges(np.array([0.012, 0.013, 99_000, 101_000])) == (0.015, 50_000, 100_000)


def test_who_buys_at_everyones_prices_is_at_one():
    shop_sold, shop_gross = np.array([10.0, 5.0]), np.array([20.0, 50.0])

    assert price_level(shop_sold / 5, shop_gross / 5, shop_sold, shop_gross) == pytest.approx(1)


def test_nothing_bought_has_no_level():
    assert price_level(np.zeros(1), np.zeros(1), np.ones(1), np.ones(1)) is None
