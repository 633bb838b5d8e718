import numpy as np
import pytest

from customers.segmentation.matching import jaccard, match_segments


def test_renumbered_clusters_find_their_segments():
    random = np.random.default_rng(1)
    old = random.integers(0, 5, 300)
    renumbering = np.array([3, 0, 4, 1, 2])

    assert match_segments(old, renumbering[old], 5, 5)[renumbering].tolist() == [0, 1, 2, 3, 4]


def test_overlap_by_hand():
    old, new = np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 1])

    assert jaccard(old, new, 2, 2) == pytest.approx(np.array([[2 / 3, 1 / 5], [0, 2 / 3]]))


def test_a_vanished_segment_is_matched_with_nobody():
    old = np.repeat([0, 1, 2], 100)
    new = np.repeat([0, 1, 1], 100)

    assert match_segments(old, new, 3, 2).tolist() in ([0, 1], [0, 2])


def test_too_small_an_overlap_is_another_segment():
    old = np.repeat([0, 1, 2, 3], 100)
    new = np.tile([0, 1, 2, 3], 100)

    assert match_segments(old, new, 4, 4).tolist() == [-1, -1, -1, -1]


def test_customers_in_one_of_both_only_count_in_the_whole():
    old, new = np.array([0, 0, -1, -1]), np.array([0, 0, 0, 0])

    assert jaccard(old, new, 1, 1)[0, 0] == 0.5


def test_nobody_matches_nobody():
    nobody = np.array([], dtype=int)

    assert match_segments(nobody, nobody, 2, 3).tolist() == [-1, -1, -1]
