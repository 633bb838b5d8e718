import numpy as np
import pytest

from customers.insights.windows import distinct_in_windows


@pytest.mark.parametrize("span", [1, 3, 12])
@pytest.mark.parametrize("ends", [range(20), range(14, 20)], ids=str)
def test_every_window_is_as_if_counted_alone(span, ends):
    random = np.random.default_rng(8)
    key, group, month = random.integers(0, [[30], [4], [20]], (3, 200))

    found = distinct_in_windows(key, group, month, span, ends)

    for row in range(4):
        for column, end in enumerate(ends):
            there = (group == row) & (month > end - span) & (month <= end)
            assert found[row, column] == len({*key[there]})


def test_nothing_is_counted_nowhere():
    none = np.array([], dtype=int)

    assert distinct_in_windows(none, none, none, 12, range(5)).shape == (0, 5)
