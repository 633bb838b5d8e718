import json
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customers import rfm

CODES = list(product(range(1, 6), repeat=3))


def test_every_code_has_one_of_eleven_names():
    assert {rfm.name_of(*code) for code in CODES} == set(rfm.GROUPS)
    assert len(rfm.GROUPS) == 11


def test_every_group_has_its_own_key():
    keys = {rfm.key_of(name) for name in rfm.GROUPS}

    assert len(keys) == 11
    assert all(key.startswith("rfm-") for key in keys)


@pytest.mark.parametrize("code", [(0, 1, 1), (1, 6, 1), (5, 5, 9)])
def test_a_score_out_of_range_is_an_error(code):
    with pytest.raises(ValueError, match="1 to 5"):
        rfm.name_of(*code)


def test_more_recent_never_reads_as_longer_gone():
    gone = ["Dormant", "Previously loyal", "At risk", "Almost lost"]
    for frequency, money in product(range(1, 6), repeat=2):
        names = [rfm.name_of(recency, frequency, money) in gone for recency in range(1, 6)]
        assert names == [True, True, False, False, False]


def test_five_customers_fill_five_scores():
    values = np.array([10.0, 20, 30, 40, 50])

    scores = rfm.score(rfm.measure_thresholds(values, values, values), values, values, values)

    assert scores.tolist() == [[5, 1, 1], [4, 2, 2], [3, 3, 3], [2, 4, 4], [1, 5, 5]]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 20), min_size=1, max_size=60))
def test_equal_customers_have_equal_scores_and_order_is_kept(numbers):
    values = np.array(numbers, dtype=float)

    scores = rfm.score(rfm.measure_thresholds(values, values, values), values, values, values)

    assert scores.min() >= 1
    assert scores.max() <= 5
    order = np.argsort(values, kind="stable")
    assert (np.diff(scores[order, 2]) >= 0).all()
    assert (np.diff(scores[order, 0]) <= 0).all()
    for value in set(numbers):
        assert len(np.unique(scores[values == value], axis=0)) == 1


def test_customers_all_alike_share_a_name():
    same = np.full(9, 3.0)

    scores = rfm.score(rfm.measure_thresholds(same, same, same), same, same, same)

    assert len({rfm.name_of(*row) for row in scores.tolist()}) == 1


def test_thresholds_survive_json():
    values = np.arange(50.0)
    thresholds = rfm.measure_thresholds(values, values, values)

    assert rfm.Thresholds.from_json(json.loads(json.dumps(thresholds.to_json()))) == thresholds
