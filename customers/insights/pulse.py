"""The last days: what was sold on each, and how many bought, beside as many days before."""

from dataclasses import dataclass

import numpy as np

DAYS = 30


@dataclass(frozen=True)
class Pulse:
    """The last DAYS and the DAYS before them, oldest first; `buyers` before, then now.

    Money is in whole ten-thousandths. `new_buyers` are those whose first order it was.
    """

    net: np.ndarray
    orders: np.ndarray
    buyers: tuple[int, int]
    new_buyers: tuple[int, int]


def take_pulse(
    age: np.ndarray, buyer: np.ndarray, sold: np.ndarray, net: np.ndarray, first_age: np.ndarray
) -> Pulse:
    """Sum the last days.

    Parameters
    ----------
    age : ndarray of int, shape (n_orders,)
        Days before the data's last day; that day is 0.
    buyer : ndarray of int, shape (n_orders,)
        The customer's number; −1 for none.
    sold : ndarray of bool, shape (n_orders,)
        Whether the order sold anything.
    net : ndarray of shape (n_orders,)
        Money.
    first_age : ndarray of int, shape (n_orders,)
        Days between the customer's first purchase, ever, and the last day.

    Returns
    -------
    Pulse

    Examples
    --------
    >>> pulse = take_pulse(np.array([0, 31]), np.array([4, 4]), np.array([True, True]),
    ...     np.array([7.0, 5.0]), np.array([31, 31]))
    >>> pulse.net[-1], pulse.net[28], pulse.buyers, pulse.new_buyers
    (np.float64(7.0), np.float64(5.0), (1, 1), (1, 0))
    """
    late = age < 2 * DAYS
    day = 2 * DAYS - 1 - age[late]
    bought = sold & (buyer >= 0)
    buyers, new_buyers = [], []
    for least in (DAYS, 0):
        now = bought & (age >= least) & (age < least + DAYS)
        is_new = now & (first_age >= least) & (first_age < least + DAYS)
        buyers.append(len(np.unique(buyer[now])))
        new_buyers.append(len(np.unique(buyer[is_new])))
    return Pulse(
        net=np.bincount(day, net[late], 2 * DAYS),
        orders=np.bincount(day, sold[late], 2 * DAYS).astype(int),
        buyers=(buyers[0], buyers[1]),
        new_buyers=(new_buyers[0], new_buyers[1]),
    )
