"""The search finds exactly what looking at every pair finds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from recommendations import similarity
from recommendations.similarity import build_index, nearest


def plain_lists(weights, groups, k):
    """The definition, by loops over every pair."""
    rows = [[int(weight) for weight in row] for row in weights]
    lists = {}
    for here, row in enumerate(rows):
        best = {}
        for there, other in enumerate(rows):
            dot = sum(a * b for a, b in zip(row, other, strict=True))
            squares = sum(a * a for a in row) * sum(b * b for b in other)
            if dot and groups[there] != groups[here]:
                score = round(dot / squares**0.5 * 2**24) / 2**24
                best.setdefault(groups[there], []).append((-score, there))
        if any(row):
            lists[here] = [(there, -score) for score, there in sorted(map(min, best.values()))[:k]]
    return lists


def found_lists(weights, groups, k):
    index = build_index(csr_array(np.array(weights, dtype=np.float32)), np.array(groups), k)
    lists = {}
    for part in range(index.part_count):
        found = nearest(index, part)
        pairs = list(zip(found.neighbours.tolist(), found.scores.tolist(), strict=True))
        for row, start, end in zip(found.rows, found.starts, found.starts[1:], strict=False):
            assert row not in lists
            lists[int(row)] = pairs[start:end]
    return lists


@st.composite
def catalogues(draw):
    """Draw few terms and groups, so that equal rows, ties and empty rows are common."""
    products, terms = draw(st.integers(1, 40)), draw(st.integers(1, 6))
    weight = st.sampled_from([0, 0, 0, 1, 2, 3, 1000])
    row = st.lists(weight, min_size=terms, max_size=terms)
    weights = draw(st.lists(row, min_size=products, max_size=products))
    groups = draw(st.lists(st.integers(0, 12), min_size=products, max_size=products))
    return weights, groups, draw(st.integers(1, 8))


@given(catalogues(), st.integers(1, 5), st.integers(1, 3), st.integers(1, 20))
@settings(max_examples=60, deadline=None)
def test_lists_equal_those_of_looking_at_every_pair(catalogue, block, probes, part):
    with pytest.MonkeyPatch.context() as small:
        small.setattr(similarity, "BLOCK", block)
        small.setattr(similarity, "PROBES", probes)
        small.setattr(similarity, "PART", part)
        small.setattr(similarity, "WAITING", 1)

        assert found_lists(*catalogue) == plain_lists(*catalogue)


def test_blocks_of_a_thousand_products_give_the_same_lists_as_every_pair():
    random = np.random.default_rng(5)
    weights = random.integers(1, 1000, (1000, 30)) * (random.random((1000, 30)) < 0.2)
    groups = random.integers(0, 400, 1000)

    dots = (weights @ weights.T).astype(float)
    squares = dots.diagonal()
    steps = np.rint(dots / np.sqrt(np.maximum(np.outer(squares, squares), 1)) * 2**24)
    steps[groups[:, None] == groups] = 0
    for row, found in found_lists(weights, groups, k=10).items():
        order = np.lexsort((np.arange(1000), -steps[row]))[: np.count_nonzero(steps[row])]
        _, first = np.unique(groups[order], return_index=True)
        best = order[np.sort(first)][:10]
        assert found == list(zip(best.tolist(), (steps[row, best] / 2**24).tolist(), strict=True))


def test_one_product_has_an_empty_list():
    assert found_lists([[3, 4]], [0], k=5) == {0: []}


def test_no_products_have_no_lists():
    empty = csr_array((0, 4), dtype=np.float32)

    assert build_index(empty, np.empty(0, int), k=5).part_count == 0


def test_two_equal_products_are_each_others_neighbour_with_score_one():
    assert found_lists([[7, 5], [7, 5]], [0, 1], k=5) == {0: [(1, 1.0)], 1: [(0, 1.0)]}


def test_a_product_without_weights_has_no_list_and_stands_in_none():
    assert found_lists([[1], [0], [1]], [0, 1, 2], k=5) == {0: [(2, 1.0)], 2: [(0, 1.0)]}


def test_of_equal_scores_the_lower_row_comes_first():
    lists = found_lists([[1]] * 100, range(100), k=3)

    assert lists[0] == [(1, 1.0), (2, 1.0), (3, 1.0)]
    assert lists[2] == [(0, 1.0), (1, 1.0), (3, 1.0)]
    assert lists[99] == [(0, 1.0), (1, 1.0), (2, 1.0)]


def test_the_own_group_is_left_out_and_others_are_stood_for_by_their_best():
    weights, groups = [[10, 0], [10, 1], [5, 5], [9, 3], [0, 10]], [0, 0, 1, 1, 2]

    lists = found_lists(weights, groups, k=5)

    assert [row for row, _ in lists[0]] == [3]
    assert [row for row, _ in lists[4]] == [2, 1]


@pytest.mark.parametrize("k", [0, -1])
def test_less_than_one_neighbour_is_an_error(k):
    with pytest.raises(ValueError, match="k must be"):
        build_index(csr_array((1, 1), dtype=np.float32), np.array([0]), k)
