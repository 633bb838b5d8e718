import numpy as np
import pytest

from customers.segmentation.learning import best_start
from tests.customers.segmentation.test_clusters import blobs


def test_segments_that_still_fit_stay_where_their_members_are():
    z, truth = blobs()
    current = truth.copy()
    current[:2] = 1  # two customers are not where the nearest centre would have them

    found, start = best_start(z, 4, seed=1, current=current)

    assert start == "recentred"
    assert found.centres[1] == pytest.approx(z[current == 1].mean(axis=0))


def test_segments_that_customers_have_left_are_moved_to_them():
    z, truth = blobs()
    z[truth == 0] += 3 * np.arange(60)[:, None] / 60
    halves = np.where((truth == 0) & (np.arange(len(z)) % 60 >= 20), 1, truth)

    _, start = best_start(z, 4, seed=1, current=halves)

    assert start == "warm"


def test_a_clearly_tighter_start_from_nothing_wins():
    z, truth = blobs(k=4)
    stuck = np.where(truth < 2, 0, np.where(truth == 2, 1, 2))
    stuck[(truth == 3) & (np.arange(len(z)) % 2 == 0)] = 3  # one blob split, two as one

    found, start = best_start(z, 4, seed=1, current=stuck)

    assert start == "cold"
    assert found.mean_squared_distance < 3


def test_nobody_in_a_segment_means_a_start_from_nothing():
    z, truth = blobs()

    assert best_start(z, 4, seed=1, current=None)[1] == "cold"
    assert best_start(z, 4, seed=1, current=np.minimum(truth, 2))[1] == "cold"
    assert best_start(z, 3, seed=1, current=truth)[1] == "cold"
