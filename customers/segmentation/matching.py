"""New clusters, old segments: who is who, by the members they share."""

import numpy as np

SAME_SEGMENT = 0.35  # a smaller Jaccard overlap is not the same segment


def match_segments(old: np.ndarray, new: np.ndarray, n_old: int, n_new: int) -> np.ndarray:
    """Find the old segment each new cluster continues.

    Parameters
    ----------
    old, new : ndarray of int, shape (n_customers,)
        Old segment and new cluster of the same customers, −1 for none.
    n_old, n_new : int
        How many there are of each.

    Returns
    -------
    ndarray of int, shape (n_new,)
        Old segment of each new cluster, −1 where there is none: the pairing with the largest sum
        of Jaccard overlaps, without pairs below SAME_SEGMENT.

    References
    ----------
    Kuhn, H. W. (1955). The Hungarian method for the assignment problem. Naval Research Logistics.

    Examples
    --------
    >>> match_segments(np.array([0, 0, 1, 1, 1]), np.array([1, 1, 0, 0, 2]), 2, 3).tolist()
    [1, 0, -1]
    """
    from scipy.optimize import linear_sum_assignment  # slow to import, and of no use to pages

    overlap = jaccard(old, new, n_old, n_new)
    rows, columns = linear_sum_assignment(-overlap)
    matched = np.full(n_new, -1)
    same = overlap[rows, columns] >= SAME_SEGMENT
    matched[columns[same]] = rows[same]
    return matched


def jaccard(old: np.ndarray, new: np.ndarray, n_old: int, n_new: int) -> np.ndarray:
    """Return the share of members common to each old segment and new cluster, of those in either.

    Parameters
    ----------
    old, new : ndarray of int, shape (n_customers,)
        Old segment and new cluster of the same customers, −1 for none.
    n_old, n_new : int
        How many there are of each.

    Returns
    -------
    ndarray of shape (n_old, n_new)
        From 0 to 1.

    Examples
    --------
    >>> jaccard(np.array([0, 0, 1]), np.array([0, 0, 0]), 2, 1).round(3).tolist()
    [[0.667], [0.333]]
    """
    both = (old >= 0) & (new >= 0)
    common = np.bincount(old[both] * n_new + new[both], minlength=n_old * n_new)
    common = common.reshape(n_old, n_new).astype(float)
    either = (
        np.bincount(old[old >= 0], minlength=n_old)[:, None]
        + np.bincount(new[new >= 0], minlength=n_new)
        - common
    )
    return common / np.maximum(either, 1)
