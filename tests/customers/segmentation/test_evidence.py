import numpy as np
import pytest

from customers.segmentation.evidence import dominance, eta_squared, structure_gain
from tests.customers.segmentation.test_clusters import blobs


def test_blobs_have_structure_and_a_cloud_has_none():
    z, _ = blobs()
    cloud = np.random.default_rng(1).normal(size=(800, 3))

    assert structure_gain(z, 4, seed=1) > 1
    assert abs(structure_gain(cloud, 4, seed=1)) < 0.05


def test_one_feature_alone_can_be_looked_at():
    assert np.isfinite(structure_gain(np.random.default_rng(1).normal(size=(90, 1)), 3, seed=1))


def test_what_sets_segments_apart_adds_up_to_one():
    centres = np.random.default_rng(2).normal(size=(5, 7))

    assert dominance(centres, np.arange(1, 6)).sum() == pytest.approx(1)


def test_foresight_by_hand():
    groups, spent = np.array([0, 0, 1, 1]), np.expm1([0.0, 1.0, 2.0, 3.0])

    # Between: 4 · 1²; in all: 1.5² + 0.5² + 0.5² + 1.5² = 5; the largest is cut to 2.98.
    assert eta_squared(groups, spent) == pytest.approx(4 / 5, abs=0.01)


def test_chance_foretells_nothing():
    random = np.random.default_rng(3)

    assert eta_squared(random.integers(0, 6, 5_000), random.lognormal(size=5_000)) < 0.005


@pytest.mark.parametrize("spent", [np.zeros(4), np.full(4, -3.0), np.full(4, 7.0)])
def test_where_all_spend_the_same_nothing_is_explained(spent):
    assert eta_squared(np.array([0, 0, 1, 1]), spent) == 0
