"""Months as numbers that can be counted on: year · 12 + month − 1."""

from datetime import date


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
