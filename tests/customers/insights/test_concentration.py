import numpy as np
import pytest

from customers.insights.concentration import STEPS, places, top_shares


def test_equal_customers_bring_equal_shares():
    assert top_shares(np.ones(100)) == pytest.approx(STEPS)


@pytest.mark.parametrize("count", [1, 7, 99, 100, 101, 2469])
def test_a_share_of_customers_is_at_least_one_and_all_are_all(count):
    found = places(count)

    assert found[0] >= 1
    assert found[-1] == count
    assert (found / count >= np.array(STEPS) - 1e-9).all()


def test_returns_beyond_purchases_count_as_nothing():
    assert top_shares(np.array([3.0, 1.0, -50.0]), (1 / 3, 1.0)).tolist() == [0.75, 1.0]


def test_nobody_who_spent_has_no_shares():
    assert np.isnan(top_shares(np.array([0.0, -2.0]))).all()


def test_amounts_must_fall():
    with pytest.raises(ValueError, match="fall"):
        top_shares(np.array([1.0, 2.0]))
