"""The neighbours of a few products, by looking at all: for patches, and to check a full build."""

from collections.abc import Iterator
from itertools import chain

import numpy as np
from scipy.sparse import csr_array

from recommendations.layout import squared_lengths
from recommendations.likeness import STEPS, cosine_steps
from recommendations.similarity import Neighbours

# Products looked at side by side: their dense columns stay small.
AT_ONCE = 64


def scan(weights: csr_array, groups: np.ndarray, rows: np.ndarray, k: int) -> Neighbours:
    """Find the best product of each of the k nearest other groups of these rows.

    Parameters
    ----------
    weights : csr_array of float32, shape (n_products, n_terms)
        Whole numbers, as `recommendations.vectors` makes them.
    groups : ndarray of int, shape (n_products,)
        The item group of each product.
    rows : ndarray of int, shape (n_rows,)
        Whose neighbours to find; those without weights get no list.
    k : int
        Groups to find.

    Returns
    -------
    Neighbours
        The very same lists as `recommendations.similarity.nearest` finds.

    Examples
    --------
    >>> weights = csr_array(np.array([[10, 0], [6, 8], [8, 6], [0, 10.0]], dtype="f4"))
    >>> found = scan(weights, np.array([0, 1, 1, 2]), np.array([0, 1]), k=1)
    >>> found.neighbours.tolist(), found.scores.round(6).tolist()
    ([2, 3], [0.8, 0.8])
    """
    rows = rows[np.diff(weights.indptr)[rows] > 0]
    squares = squared_lengths(weights)
    products = chain.from_iterable(dot_products(weights, rows))
    shrink = (1 / np.sqrt(np.maximum(squares, 1))).astype(np.float32)
    lists = []
    for row, dots in zip(rows, products, strict=True):
        rough = dots * shrink
        rough[groups == groups[row]] = 0
        lists.append(_best(dots, rough, squares[row] * squares, groups, k))
    starts = np.cumsum([0, *(len(best) for best, _ in lists)])
    nothing = np.empty(0, dtype=int)
    best = np.concatenate([nothing, *(best for best, _ in lists)])
    steps = np.concatenate([nothing, *(steps for _, steps in lists)])
    return Neighbours(rows, starts, best, steps / STEPS)


def dot_products(weights: csr_array, rows: np.ndarray) -> Iterator[np.ndarray]:
    """Multiply rows with all products, `AT_ONCE` at a time.

    Parameters
    ----------
    weights : csr_array of float32, shape (n_products, n_terms)
        Whole numbers.
    rows : ndarray of int, shape (n_rows,)
        Which to multiply.

    Yields
    ------
    ndarray of float32, shape (up to `AT_ONCE`, n_products)
        Of the next of these rows with every product.

    Examples
    --------
    >>> weights = csr_array(np.array([[3, 4], [4, 3], [0, 0.0]], dtype="f4"))
    >>> [dots.astype(int).tolist() for dots in dot_products(weights, np.array([0, 1]))]
    [[[25, 24, 0], [24, 25, 0]]]
    """
    for start in range(0, len(rows), AT_ONCE):
        part = weights[rows[start : start + AT_ONCE]]
        yield np.ascontiguousarray((weights @ part.T.toarray()).T)


def _best(
    dots: np.ndarray, rough: np.ndarray, squares: np.ndarray, groups: np.ndarray, k: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the best product of each of the k best groups, and their scores in steps.

    `rough` is in single precision what decides; it only says which products to look at.
    """
    reach = 8 * k
    while True:
        is_all = reach >= np.count_nonzero(rough)
        least = np.float32(0) if is_all else np.partition(rough, -reach)[-reach]
        pool = np.flatnonzero((rough > 0) & (rough >= least * np.float32(1 - 1e-5)))
        steps = cosine_steps(dots[pool].astype(float), squares[pool])
        order = np.argsort(-steps, kind="stable")
        _, firsts = np.unique(groups[pool[order]], return_index=True)
        if len(firsts) >= k or is_all:
            best = order[np.sort(firsts)[:k]]
            return pool[best], steps[best]
        reach *= 8
