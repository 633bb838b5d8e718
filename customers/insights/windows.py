"""How many different things occur in each stretch of months."""

import numpy as np


def distinct_in_windows(
    key: np.ndarray, group: np.ndarray, month: np.ndarray, span: int, ends: range
) -> np.ndarray:
    """Count the different keys of each group in windows of so many months.

    Parameters
    ----------
    key, group, month : ndarray of int, shape (n,)
        What occurred (0 or more), in which group (from 0), in which month. A key is counted in
        each group it occurs in.
    span : int
        Months a window has.
    ends : range
        The months that windows end with, one after the other.

    Returns
    -------
    ndarray of int, shape (n_groups, n_ends)

    Examples
    --------
    >>> key, month = np.array([7, 7, 8]), np.array([0, 2, 2])
    >>> distinct_in_windows(key, np.zeros(3, int), month, span=2, ends=range(3)).tolist()
    [[1, 1, 2]]
    """
    n_groups = int(group.max(initial=-1)) + 1
    changes = np.zeros((n_groups, len(ends) + 1), dtype=int)
    if not n_groups:
        return changes[:, :-1]
    earliest = int(month.min())
    n_months = int(month.max()) - earliest + 1
    # One number for group, key and month, so that one sort brings a key's months together.
    kinds = group.astype(np.int64) * (int(key.max()) + 1) + key
    kind, at = np.divmod(np.unique(kinds * n_months + (month - earliest)), n_months)
    at += earliest
    # An occurrence counts in the windows that end before the next one, which counts itself.
    until = at + span
    same = kind[1:] == kind[:-1]
    until[:-1][same] = np.minimum(until[:-1][same], at[1:][same])
    of = kind // (int(key.max()) + 1)
    begin, end = (np.clip(edge - ends.start, 0, len(ends)) for edge in (at, until))
    np.add.at(changes, (of, begin), 1)
    np.add.at(changes, (of, end), -1)
    return changes.cumsum(axis=1)[:, :-1]
