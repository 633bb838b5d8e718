"""The neighbours of a few products, by looking at all: for patches, and to check a full build."""

import numpy as np
from scipy.sparse import csr_array

from recommendations.likeness import STEPS, cosine_steps

# Products looked at side by side: their dense columns stay small.
AT_ONCE = 64


def scan(
    weights: csr_array, groups: np.ndarray, rows: np.ndarray, k: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Find the best product of each of the k nearest other groups of these rows.

    Parameters
    ----------
    weights : csr_array of float32, shape (n_products, n_terms)
        Whole numbers, as `recommendations.vectors` makes them.
    groups : ndarray of int, shape (n_products,)
        The item group of each product.
    rows : ndarray of int, shape (n_rows,)
        Whose neighbours to find.
    k : int
        Groups to find.

    Returns
    -------
    list of (ndarray of int, ndarray of float)
        For each row its neighbours, nearest first, of equal scores the lower row first, and
        their cosines: the very same as `recommendations.similarity.nearest` finds.

    Examples
    --------
    >>> weights = csr_array(np.array([[10, 0], [6, 8], [8, 6], [0, 10.0]], dtype="f4"))
    >>> [(near.tolist(), scores.round(6).tolist())
    ...     for near, scores in scan(weights, np.array([0, 1, 1, 2]), np.array([0, 1]), k=1)]
    [([2], [0.8]), ([3], [0.8])]
    """
    found = []
    for _, own, steps in score_all(weights, rows):
        for row, column in zip(own, steps.T, strict=True):
            found.append(_best(column, groups, row, k))
    return found


def score_all(weights: csr_array, rows: np.ndarray):
    """Score rows against all products, `AT_ONCE` at a time.

    Parameters
    ----------
    weights : csr_array of float32, shape (n_products, n_terms)
        Whole numbers.
    rows : ndarray of int, shape (n_rows,)
        Which to score.

    Yields
    ------
    start : int
        Where in `rows` this part begins.
    part : ndarray of int, shape (n_part,)
        These rows.
    steps : ndarray of int, shape (n_products, n_part)
        Cosines in steps of 1 / `STEPS`.
    """
    squares = np.bincount(
        np.arange(weights.shape[0]).repeat(np.diff(weights.indptr)),
        weights.data.astype(float) ** 2,
        minlength=weights.shape[0],
    )
    for start in range(0, len(rows), AT_ONCE):
        part = rows[start : start + AT_ONCE]
        dots = (weights @ weights[part].T.toarray()).astype(float)
        yield start, part, cosine_steps(dots, squares[:, None] * squares[part])


def _best(steps: np.ndarray, groups: np.ndarray, row: int, k: int) -> tuple[np.ndarray, np.ndarray]:
    others = np.flatnonzero((steps > 0) & (groups != groups[row]))
    order = others[np.lexsort((others, -steps[others]))]
    _, firsts = np.unique(groups[order], return_index=True)
    best = order[np.sort(firsts)[:k]]
    return best, steps[best] / STEPS
