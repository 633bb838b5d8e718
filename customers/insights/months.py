"""Months as numbers that can be counted on: year · 12 + month − 1."""

from datetime import date

import numpy as np

_EPOCH = 1970 * 12


def number_of(day: date) -> int:
    """Number the month of a day.

    Parameters
    ----------
    day : date

    Returns
    -------
    int
        Rises by 1 from month to month.

    Examples
    --------
    >>> number_of(date(2026, 1, 31)) - number_of(date(2025, 12, 1))
    1
    """
    return 12 * day.year + day.month - 1


def first_day(number: int) -> date:
    """Return the first day of a month.

    Parameters
    ----------
    number : int
        As of `number_of`.

    Returns
    -------
    date

    Examples
    --------
    >>> first_day(number_of(date(2026, 2, 17)))
    datetime.date(2026, 2, 1)
    """
    return date(number // 12, number % 12 + 1, 1)


def numbers_of(days: np.ndarray) -> np.ndarray:
    """Number the months of many days.

    Parameters
    ----------
    days : ndarray of int, shape (n,)
        Days since 1 January 1970.

    Returns
    -------
    ndarray of int64, shape (n,)

    Examples
    --------
    >>> [first_day(number).isoformat() for number in numbers_of(np.array([0, 31]))]
    ['1970-01-01', '1970-02-01']
    """
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + _EPOCH
