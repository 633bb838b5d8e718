"""What a customer should spend in the next 90 days, in closed form, and three tiers of it."""

import numpy as np

HORIZON_DAYS = 90
TIERS = ("low", "medium", "high")


def expected_value(
    order_count: np.ndarray,
    average_order_value: np.ndarray,
    days_since_first: np.ndarray,
    days_since_last: np.ndarray,
    usual_gap: np.ndarray,
) -> np.ndarray:
    """Expect a customer's spend over the next 90 days, without fitting anything.

    Parameters
    ----------
    order_count : ndarray of shape (n_customers,)
        Orders counted, at least 1.
    average_order_value : ndarray of shape (n_customers,)
        Money an order.
    days_since_first, days_since_last : ndarray of shape (n_customers,)
        Days since the first and the last order.
    usual_gap : ndarray of shape (n_customers,)
        Days between orders as usual for the customer.

    Returns
    -------
    ndarray of shape (n_customers,)
        Money: 90 · rate · alive · average order value, where
        rate = (orders − ½) / (days since first + 45) and
        alive = 1 / (1 + exp(1.2 · (ln(days since last + 1) − ln(2.2 · gap + 7)))).

    Examples
    --------
    >>> expected_value(np.array([2.0]), np.array([10.0]), np.array([90.0]), np.array([28.0]),
    ...     np.array([10.0])).round(6).tolist()
    [5.0]
    """
    rate = (order_count - 0.5) / (days_since_first + 45)
    silence = np.log(days_since_last + 1) - np.log(2.2 * usual_gap + 7)
    alive = 1 / (1 + np.exp(1.2 * silence))
    return HORIZON_DAYS * rate * alive * np.maximum(average_order_value, 0)


def measure_tiers(value: np.ndarray) -> tuple[float, float]:
    """Find the cut points that part customers into thirds by expected value.

    Parameters
    ----------
    value : ndarray of shape (n_customers,)
        Money, of at least one customer.

    Returns
    -------
    tuple of float
        The largest value of the lowest third, and of the lower two.

    Examples
    --------
    >>> measure_tiers(np.array([1.0, 2, 3]))
    (1.0, 2.0)
    """
    low, high = np.quantile(value, (1 / 3, 2 / 3), method="inverted_cdf")
    return float(low), float(high)


def tier(value: np.ndarray, cuts: tuple[float, float]) -> np.ndarray:
    """Number the tier of each customer.

    Parameters
    ----------
    value : ndarray of shape (n_customers,)
        Money.
    cuts : tuple of float
        As of `measure_tiers`.

    Returns
    -------
    ndarray of int, shape (n_customers,)
        0, 1 or 2: the place in TIERS; equal values have equal tiers.

    Examples
    --------
    >>> tier(np.array([1.0, 2, 3]), (1.0, 2.0)).tolist()
    [0, 1, 2]
    """
    return np.searchsorted(np.asarray(cuts), value, "left")
