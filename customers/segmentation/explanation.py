"""Why a customer is in this segment and not in the next one; why another one moved."""

from dataclasses import dataclass

import numpy as np

MOST_SHOWN = 3


@dataclass(frozen=True)
class Reason:
    """A feature that speaks for the customer's own segment.

    `contribution` is its part of the squared-distance margin, `share` its part of all that speaks
    for the segment, from 0 to 1.
    """

    feature: str
    contribution: float
    share: float


def contributions(z: np.ndarray, own: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Split the margin between two centres by feature.

    Parameters
    ----------
    z, own, other : ndarray of shape (..., n_features)
        Coordinates of customers, of their own centre and of another one.

    Returns
    -------
    ndarray of shape (..., n_features)
        (z − other)² − (z − own)²: they add up to d_other² − d_own², above 0 where a feature
        speaks for the own segment.

    Examples
    --------
    >>> contributions(np.array([0.0, 3.0]), np.array([0.0, 0.0]), np.array([2.0, 4.0])).tolist()
    [4.0, -8.0]
    """
    return (z - other) ** 2 - (z - own) ** 2


def main_reasons(names: tuple[str, ...], parts: np.ndarray, most: int = MOST_SHOWN) -> list[Reason]:
    """Pick the features that speak most for the own segment.

    Parameters
    ----------
    names : tuple of str
        The features, in the order of `parts`.
    parts : ndarray of shape (n_features,)
        As of `contributions`.
    most : int
        Features to return.

    Returns
    -------
    list of Reason
        Largest first, equal ones in the order of `names`; only those above 0.

    Examples
    --------
    >>> [(why.feature, why.share) for why in main_reasons(("a", "b", "c"), np.array([1, -2, 3.0]))]
    [('c', 0.75), ('a', 0.25)]
    """
    speaking = parts[parts > 0].sum()
    order = np.argsort(-parts, kind="stable")[:most]
    return [
        Reason(names[number], float(parts[number]), float(parts[number] / speaking))
        for number in order
        if parts[number] > 0
    ]


def moving_feature(
    was: np.ndarray, now: np.ndarray, left: np.ndarray, entered: np.ndarray
) -> np.ndarray:
    """Find the feature that did most to move each customer from one segment to another.

    Parameters
    ----------
    was, now : ndarray of shape (n_customers, n_features)
        Coordinates before and after.
    left, entered : ndarray of shape (n_customers, n_features)
        Centre of the segment each left, and of the one each entered.

    Returns
    -------
    ndarray of int, shape (n_customers,)
        Column of the feature whose part of the margin towards the new segment grew most.

    Examples
    --------
    >>> moving_feature(np.array([[0.0, 0.0]]), np.array([[1.0, 5.0]]),
    ...     np.array([[0.0, 0.0]]), np.array([[4.0, 4.0]])).tolist()
    [1]
    """
    grown = contributions(now, entered, left) - contributions(was, entered, left)
    return grown.argmax(axis=1)
