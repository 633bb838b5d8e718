import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from customers.segmentation.clusters import assign, fit_clusters, squared_distances


def blobs(k: int = 4, n: int = 60, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    corners = 10 * np.array([[x, y] for x in range(k) for y in range(2)])[:k]
    truth = np.repeat(np.arange(k), n)
    return (corners[truth] + random.normal(size=(k * n, 2))).astype(np.float32), truth


def test_four_points_by_hand():
    found = fit_clusters(np.array([[0.0, 0], [0, 1], [8, 0], [8, 1]]), 2, seed=3)

    assert found.centres.tolist() == [[8, 0.5], [0, 0.5]]
    assert found.mean_squared_distance == 0.25


def test_well_parted_blobs_are_found_whatever_the_seed():
    z, truth = blobs()

    for seed in range(5):
        labels = assign(z, fit_clusters(z, 4, seed=seed).centres).labels
        assert adjusted_rand_score(truth, labels) == 1


def test_numbers_of_centres_do_not_depend_on_the_seed():
    z, _ = blobs()

    first, second = (fit_clusters(z, 4, seed=seed).centres for seed in (1, 2))

    assert np.allclose(first, second, atol=1e-4)


def test_the_same_seed_gives_the_same_centres():
    z = np.random.default_rng(1).normal(size=(500, 6)).astype(np.float32)

    assert (fit_clusters(z, 5, seed=9).centres == fit_clusters(z, 5, seed=9).centres).all()


def test_a_warm_start_stays_where_it_is_good():
    z, _ = blobs()
    cold = fit_clusters(z, 4, seed=1)

    warm = fit_clusters(z, 4, seed=2, start=cold.centres)

    assert np.allclose(warm.centres, cold.centres, atol=1e-4)


def test_many_customers_are_fitted_as_few_are(monkeypatch):
    z, _ = blobs(n=200)
    whole = fit_clusters(z, 4, seed=1)

    monkeypatch.setattr("customers.segmentation.clusters.MANY", 100)
    found = fit_clusters(z, 4, seed=1)

    assert np.allclose(found.centres, whole.centres, atol=1e-3)


@pytest.mark.parametrize("z", [np.zeros((0, 2)), np.zeros((1, 2)), np.zeros((90, 2))])
def test_too_few_distinct_customers_is_an_error(z):
    with pytest.raises(ValueError, match="fewer than 3 distinct"):
        fit_clusters(z, 3, seed=1)


def test_distances_equal_the_slow_way():
    random = np.random.default_rng(4)
    z, centres = random.normal(size=(20, 5)), random.normal(size=(3, 5))

    expected = [[((row - centre) ** 2).sum() for centre in centres] for row in z]

    assert np.allclose(squared_distances(z, centres), expected)


def test_many_rows_are_assigned_as_few_are(monkeypatch):
    z, _ = blobs(n=50)
    centres = fit_clusters(z, 4, seed=1).centres
    whole = assign(z, centres)

    monkeypatch.setattr("customers.segmentation.clusters.ROWS_AT_ONCE", 7)
    parts = assign(z, centres)

    assert (parts.labels == whole.labels).all()
    assert np.allclose(parts.confidence, whole.confidence)


@pytest.mark.parametrize(("at", "expected"), [(5.5, 0), (5.6, 1)])
def test_hysteresis_asks_for_four_fifths_of_the_distance(at, expected):
    centres = np.array([[0.0], [10.0]])  # at 5.556: 4.444 = 0.8 · 5.556

    assert assign(np.array([[at]]), centres, np.array([0])).labels[0] == expected


def test_without_hysteresis_everyone_goes_to_the_nearest():
    z, centres = np.random.default_rng(5).normal(size=(99, 2)), np.eye(2)

    free = assign(z, centres, np.zeros(99, int), hysteresis=1.0)

    assert (free.labels == squared_distances(z, centres).argmin(axis=1)).all()


def test_confidence_is_the_margin_between_the_nearest_two():
    found = assign(np.array([[1.0]]), np.array([[0.0], [5.0], [9.0]]))

    assert found.second[0] == 1
    assert found.confidence[0] == pytest.approx(1 - 1 / 4)
    assert not found.borderline[0]


def test_who_stays_by_hysteresis_has_no_confidence():
    found = assign(np.array([[5.1]]), np.array([[0.0], [10.0]]), np.array([0]))

    assert (found.labels[0], found.second[0], found.confidence[0]) == (0, 1, 0)
    assert found.borderline[0]
