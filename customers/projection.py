"""Customers on a plane: the two directions in which segments lie furthest apart."""

from dataclasses import dataclass

import numpy as np

WITHIN = 0.1  # part of the spread inside segments, for when they lie on one line
OUTERMOST = (1, 99)  # percentiles that are drawn at the edges
LOWEST, HIGHEST = 2, 94  # where names stand wholly on the sheet
NAME_HEIGHT, NAME_WIDTH = 5, 45  # on a phone


@dataclass(frozen=True)
class Plane:
    """A view of customers from where segments are parted most.

    `points` has two columns from 0 to 100, the second rising upwards; `axes` names for each
    direction the features that make it, the strongest first, with −1 for one that falls.
    """

    points: np.ndarray
    axes: tuple[tuple[tuple[str, int], ...], tuple[tuple[str, int], ...]]


def project(
    z: np.ndarray, centres: np.ndarray, shares: np.ndarray, names: tuple[str, ...], named: int = 2
) -> Plane:
    """Lay customers on a plane.

    Parameters
    ----------
    z : ndarray of shape (n_customers, n_features)
        Coordinates, at least two features.
    centres : ndarray of shape (k, n_features)
        Of the segments.
    shares : ndarray of shape (k,)
        Part of all customers in each, from 0 to 1: large segments decide more.
    names : tuple of str
        The features.
    named : int
        How many features to name a direction by.

    Returns
    -------
    Plane
        Principal directions of the weighted centres. A direction's strongest feature rises along
        it, so that equal data give an equal picture.

    Raises
    ------
    ValueError
        If there are fewer than two features.

    Examples
    --------
    >>> z = np.array([[0.0, 0.0], [0, 2], [9, 0], [9, 2]])
    >>> plane = project(z, np.array([[0.0, 1], [9, 1]]), np.array([0.5, 0.5]), ("spend", "days"))
    >>> plane.axes
    ((('spend', 1), ('days', 1)), (('days', 1), ('spend', 1)))
    >>> plane.points.round().tolist()
    [[0.0, 0.0], [0.0, 100.0], [100.0, 0.0], [100.0, 100.0]]
    """
    if z.shape[1] < 2:
        raise ValueError("a plane needs two features")
    middle = shares @ centres / shares.sum()
    between = np.sqrt(shares)[:, None] * (centres - middle)
    within = WITHIN * (z - z.mean(axis=0)) / np.sqrt(len(z))
    _, _, directions = np.linalg.svd(np.vstack([between, within]), full_matrices=False)
    directions = directions[:2].copy()
    strongest = np.abs(directions).argmax(axis=1)
    directions *= np.sign(directions[[0, 1], strongest])[:, None]
    axes = tuple(_named(direction, names, named) for direction in directions)
    flat = (z - middle) @ directions.T
    low, high = np.percentile(flat, OUTERMOST, axis=0)
    reach = np.where(high > low, high - low, 1)
    return Plane(np.clip(100 * (flat - low) / reach, 0, 100), axes)


def heights_apart(places: np.ndarray) -> np.ndarray:
    """Move names up or down so that none lies on another.

    Parameters
    ----------
    places : ndarray of shape (n, 2)
        Where names would stand, from 0 to 100, the second rising upwards.

    Returns
    -------
    ndarray of shape (n,)
        How high each stands; as before where nothing is in its way.

    Examples
    --------
    >>> heights_apart(np.array([[10.0, 50], [90, 50], [30, 49], [50, 0]])).tolist()
    [50.0, 50.0, 45.0, 2.0]
    """
    heights = np.clip(places[:, 1], LOWEST, HIGHEST)
    order = np.argsort(-heights, kind="stable")
    for above, name in enumerate(order):
        near = np.abs(places[order[:above], 0] - places[name, 0]) < NAME_WIDTH
        lowest_above = heights[order[:above]][near].min(initial=np.inf)
        left_below = len(order) - 1 - above
        height = min(heights[name], lowest_above - NAME_HEIGHT)
        heights[name] = max(height, LOWEST + NAME_HEIGHT * left_below)
    return heights


def _named(direction: np.ndarray, names: tuple[str, ...], named: int) -> tuple:
    order = np.argsort(-np.abs(direction), kind="stable")[:named]
    return tuple((names[number], -1 if direction[number] < 0 else 1) for number in order)
