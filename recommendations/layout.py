"""Rows of weights laid out for searching: equal ones once, alike ones side by side, in blocks."""

from collections.abc import Iterator

import numpy as np
from scipy.sparse import csr_array

# Rows are laid out by the terms that carry most of their weight.
AXES = 128


def first_equal_rows(weights: csr_array) -> np.ndarray:
    """Find rows that are equal.

    Parameters
    ----------
    weights : csr_array of shape (n_rows, n_terms)
        With columns in order.

    Returns
    -------
    ndarray of int, shape (n_rows,)
        For each row the first one equal to it; -1 for rows without weights.

    Examples
    --------
    >>> first_equal_rows(csr_array(np.array([[1, 2], [0, 0], [3, 0], [1, 2]]))).tolist()
    [0, -1, 2, 0]
    """
    first: dict[bytes, int] = {}
    twins = np.full(weights.shape[0], -1)
    for row, (start, end) in enumerate(zip(weights.indptr, weights.indptr[1:], strict=False)):
        if end > start:
            written = weights.indices[start:end].tobytes() + weights.data[start:end].tobytes()
            twins[row] = first.setdefault(written, row)
    return twins


def candidates(twins: np.ndarray, groups: np.ndarray, k: int) -> np.ndarray:
    """Leave out rows that can stand in no list: k + 1 groups with an equal row come before them.

    Parameters
    ----------
    twins : ndarray of int, shape (n_rows,)
        For each row the first one equal to it, or -1 to leave it out.
    groups : ndarray of int, shape (n_rows,)
        The item group of each.
    k : int
        Groups in a list, without the own one.

    Returns
    -------
    ndarray of int, ascending
        Rows: of equal ones the first of each group, and no more than k + 1.

    Examples
    --------
    >>> candidates(np.array([0, 0, 0, 0, -1]), np.array([7, 7, 8, 9, 9]), k=1).tolist()
    [0, 2]
    """
    order = np.lexsort((np.arange(len(twins)), groups, twins))
    order = order[twins[order] >= 0]
    firsts = order[run_starts(twins[order], groups[order])]
    firsts = firsts[np.lexsort((firsts, twins[firsts]))]
    return np.sort(firsts[rank_in_run(twins[firsts]) <= k])


def side_by_side(weights: csr_array, groups: np.ndarray, block: int) -> np.ndarray:
    """Order rows so that alike groups come next to each other; a group's rows stay together.

    Groups are cut in two halves along the direction their averages vary most in, and these
    again, down to blocks. How well that is done decides the time of a search, not its result.

    Parameters
    ----------
    weights : csr_array of float32, shape (n_rows, n_terms)
        None of them empty.
    groups : ndarray of int, shape (n_rows,)
        The item group of each.
    block : int
        Rows below which nothing is cut.

    Returns
    -------
    ndarray of int, shape (n_rows,)
        The rows in their new order; within a group, as before.

    Examples
    --------
    >>> weights = csr_array(np.array([[9, 0], [0, 9], [9, 1], [1, 9]], dtype="f4"))
    >>> side_by_side(weights, np.arange(4), block=1).tolist()
    [1, 0, 3, 2]
    """
    _, group = np.unique(groups, return_inverse=True)
    sizes = np.bincount(group).astype(np.float32)
    averages = csr_array(
        (1 / sizes[group], (group, np.arange(len(group)))), shape=(len(sizes), len(group))
    )
    energy = np.bincount(weights.indices, weights.data**2, minlength=weights.shape[1])
    presence = np.bincount(weights.indices, minlength=weights.shape[1]) / max(len(group), 1)
    axes = np.sort(np.argsort(-energy * (1 - presence), kind="stable")[:AXES])
    means = (averages @ weights[:, axes]).toarray()
    rank = np.empty(len(sizes), dtype=int)
    rank[np.concatenate(list(_halves(means, sizes, block)))] = np.arange(len(sizes))
    return np.lexsort((np.arange(len(group)), rank[group]))


def block_maxima(weights: csr_array, block: int) -> csr_array:
    """Find the largest weight of each term in each block of rows.

    A row's dot product with the maxima of a block is no less than that with any row of it.

    Parameters
    ----------
    weights : csr_array of shape (n_rows, n_terms)
        Not negative.
    block : int
        Rows to a block.

    Returns
    -------
    csr_array of shape (n_blocks, n_terms)
        Their maxima.

    Examples
    --------
    >>> block_maxima(csr_array(np.array([[1, 0], [2, 3], [0, 4]])), block=2).toarray().tolist()
    [[2, 3], [0, 4]]
    """
    blocks = np.arange(weights.shape[0]).repeat(np.diff(weights.indptr)) // block
    keys = blocks * weights.shape[1] + weights.indices
    order = np.argsort(keys, kind="stable")
    starts = run_starts(keys[order])
    firsts = order[starts]
    values = np.maximum.reduceat(weights.data[order], starts) if len(starts) else weights.data
    shape = (-(-weights.shape[0] // block), weights.shape[1])
    return csr_array((values, (blocks[firsts], weights.indices[firsts])), shape=shape)


def sharers(twins: np.ndarray, firsts: np.ndarray) -> csr_array:
    """List the rows that are equal.

    Parameters
    ----------
    twins : ndarray of int, shape (n_rows,)
        For each row the first one equal to it, or -1.
    firsts : ndarray of int, shape (n_distinct,)
        Each of these firsts once, in the order wanted.

    Returns
    -------
    csr_array of int8, shape (n_distinct, n_rows)
        A one where a row is equal.

    Examples
    --------
    >>> sharers(np.array([0, -1, 2, 0]), np.array([2, 0])).toarray().tolist()
    [[0, 0, 1, 0], [1, 0, 0, 1]]
    """
    place = np.full(len(twins), -1)
    place[firsts] = np.arange(len(firsts))
    rows = np.flatnonzero(twins >= 0)
    shape = (len(firsts), len(twins))
    return csr_array((np.ones(len(rows), np.int8), (place[twins[rows]], rows)), shape=shape)


def squared_lengths(weights: csr_array) -> np.ndarray:
    """Sum the squares of each row, in double precision.

    Parameters
    ----------
    weights : csr_array of shape (n_rows, n_terms)
        Any numbers.

    Returns
    -------
    ndarray of float, shape (n_rows,)
        The squared length of each row.

    Examples
    --------
    >>> squared_lengths(csr_array(np.array([[3, 4], [0, 0]]))).tolist()
    [25.0, 0.0]
    """
    row = np.arange(weights.shape[0]).repeat(np.diff(weights.indptr))
    return np.bincount(row, weights.data.astype(float) ** 2, minlength=weights.shape[0])


def run_starts(*sorted_values: np.ndarray) -> np.ndarray:
    """Find where runs of equal values begin.

    Parameters
    ----------
    *sorted_values : ndarray of shape (n,)
        At least one; a run ends where any of them changes.

    Returns
    -------
    ndarray of int, ascending
        Places.

    Examples
    --------
    >>> run_starts(np.array([5, 5, 7, 7]), np.array([1, 1, 1, 2])).tolist()
    [0, 2, 3]
    """
    differs = np.zeros(len(sorted_values[0]), dtype=bool)
    differs[:1] = True
    for values in sorted_values:
        differs[1:] |= values[1:] != values[:-1]
    return np.flatnonzero(differs)


def rank_in_run(sorted_values: np.ndarray) -> np.ndarray:
    """Number the members of each run of equal values.

    Parameters
    ----------
    sorted_values : ndarray of shape (n,)
        Equal values next to each other.

    Returns
    -------
    ndarray of int, shape (n,)
        From 0 in each run.

    Examples
    --------
    >>> rank_in_run(np.array([5, 5, 7, 7, 7])).tolist()
    [0, 1, 0, 1, 2]
    """
    starts = run_starts(sorted_values)
    lengths = np.diff(np.append(starts, len(sorted_values)))
    return np.arange(len(sorted_values)) - starts.repeat(lengths)


def _halves(points: np.ndarray, sizes: np.ndarray, block: int) -> Iterator[np.ndarray]:
    """Cut points in two, again and again, down to `block` rows; yield the parts in order."""
    stack = [np.arange(len(points))]
    while stack:
        members = stack.pop()
        if len(members) <= 1 or sizes[members].sum() <= block:
            yield members
            continue
        centred = points[members] - points[members].mean(axis=0)
        order = np.argsort(centred @ _main_direction(centred), kind="stable")
        cumulated = np.cumsum(sizes[members[order]])
        cut = int(np.searchsorted(cumulated, cumulated[-1] / 2))
        cut = min(max(cut, 1), len(members) - 1)
        stack += [members[order[cut:]], members[order[:cut]]]


def _main_direction(centred: np.ndarray) -> np.ndarray:
    """Approximate the first principal axis by a few power iterations."""
    covariance = centred.T @ centred
    direction = covariance[:, np.argmax(covariance.diagonal())]
    for _ in range(8):
        direction = covariance @ (direction / max(np.abs(direction).max(), 1e-30))
    return direction
