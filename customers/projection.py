"""Customers on a plane: the two directions in which segments lie furthest apart."""

from dataclasses import dataclass

import numpy as np

WITHIN = 0.1  # part of the spread inside segments, for when they lie on one line
OUTERMOST = (1, 99)  # percentiles that are drawn at the edges


@dataclass(frozen=True)
class Plane:
    """A view of customers from where segments are parted most.

    `points` and `centres` have two columns from 0 to 100, the second rising upwards; `axes` names
    for each direction the features that make it, the strongest first, with −1 for one that falls.
    """

    points: np.ndarray
    centres: np.ndarray
    axes: tuple[tuple[tuple[str, int], ...], tuple[tuple[str, int], ...]]


def project(
    z: np.ndarray, centres: np.ndarray, shares: np.ndarray, names: tuple[str, ...], named: int = 2
) -> Plane:
    """Lay customers and centres on a plane.

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
    >>> plane.centres.round().tolist()
    [[0.0, 50.0], [100.0, 50.0]]
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
    scaled = [
        np.clip(100 * (each - low) / reach, 0, 100)
        for each in (flat, (centres - middle) @ directions.T)
    ]
    return Plane(*scaled, axes)


def _named(direction: np.ndarray, names: tuple[str, ...], named: int) -> tuple:
    order = np.argsort(-np.abs(direction), kind="stable")[:named]
    return tuple((names[number], -1 if direction[number] < 0 else 1) for number in order)
