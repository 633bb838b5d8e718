"""Customers on a plane."""

import numpy as np
import pytest

from customers.projection import HIGHEST, LOWEST, NAME_HEIGHT, heights_apart, project

NAMES = ("orders", "spend", "silence")
CENTRES = np.array([[2.0, 0, 0], [-2, 0, 0], [0, 0, 1]])
SHARES = np.array([0.4, 0.4, 0.2])


def cloud(seed: int = 1, n: int = 300) -> np.ndarray:
    random = np.random.default_rng(seed)
    return CENTRES[np.arange(n) % 3] + 0.3 * random.normal(size=(n, 3))


def test_the_first_direction_parts_the_largest_segments():
    plane = project(cloud(), CENTRES, SHARES, NAMES)

    assert plane.axes[0][0] == ("orders", 1)
    assert plane.axes[1][0] == ("silence", 1)
    right, left, top = (plane.points[segment::3].mean(axis=0) for segment in range(3))
    assert right[0] > 80 > 20 > left[0]
    assert top[1] > max(right[1], left[1])


def test_points_stay_on_the_sheet():
    plane = project(50 * cloud(), 50 * CENTRES, SHARES, NAMES)

    assert plane.points.min() >= 0
    assert plane.points.max() <= 100


def test_the_picture_does_not_turn_round_with_the_order_of_rows():
    z = cloud()
    plane, turned = project(z, CENTRES, SHARES, NAMES), project(z[::-1], CENTRES, SHARES, NAMES)

    assert np.allclose(plane.points, turned.points[::-1])


def test_two_segments_on_a_line_spread_by_what_differs_within_them():
    z = cloud()
    z[:, 1] *= 10
    plane = project(z, CENTRES[:2], SHARES[:2], NAMES)

    assert plane.axes[1][0][0] == "spend"
    assert plane.points[:, 1].std() > 5


def test_customers_all_alike_lie_on_one_point():
    plane = project(np.ones((4, 3)), np.ones((2, 3)), SHARES[:2], NAMES)

    assert np.isfinite(plane.points).all()
    assert np.ptp(plane.points, axis=0).tolist() == [0, 0]


def test_one_feature_makes_no_plane():
    with pytest.raises(ValueError, match="two features"):
        project(np.ones((4, 1)), np.ones((2, 1)), SHARES[:2], ("orders",))


@pytest.mark.parametrize("height", [0, 50, 100])
def test_names_in_one_place_are_written_below_each_other_on_the_sheet(height):
    heights = np.sort(heights_apart(np.full((12, 2), [50.0, height])))

    assert np.diff(heights).min() >= NAME_HEIGHT
    assert heights[0] >= LOWEST
    assert heights[-1] <= HIGHEST


def test_names_far_from_each_other_stay():
    places = np.array([[10.0, 40], [90, 41], [50, 60]])

    assert heights_apart(places).tolist() == [40, 41, 60]


@pytest.mark.parametrize("seed", range(20))
def test_no_name_lies_on_another(seed):
    places = np.random.default_rng(seed).uniform(0, 100, (10, 2))
    heights = heights_apart(places)

    for one in range(10):
        for other in range(one):
            beside = abs(places[one, 0] - places[other, 0]) >= 45
            assert beside or abs(heights[one] - heights[other]) >= NAME_HEIGHT
