"""A customer's purchases -> what they may want to buy again.

    score = ln(1 + d) + 0.1 rhythm

where d counts the orders with the product, each halved with every `HALF_LIFE_DAYS`, and `rhythm` is
1 while no more than 1.5 times the usual time between two orders has passed, and falls after that.
"""

import numpy as np

from recommendations.personal.history import affinity_of

RHYTHM_SHARE = 0.1
# Of the usual time between two orders, before a customer seems to have stopped.
PATIENCE = 1.5


def again(
    decayed: np.ndarray, orders: np.ndarray, first_age_days: np.ndarray, last_age_days: np.ndarray
) -> np.ndarray:
    """Score what one customer bought.

    Parameters
    ----------
    decayed : ndarray of float, shape (n_bought,)
        Orders with the product, each weighed by `history.decay`.
    orders : ndarray of int, shape (n_bought,)
        How many there were, at least 1.
    first_age_days, last_age_days : ndarray of float, shape (n_bought,)
        Days since the first and the last of them, at least 0.

    Returns
    -------
    ndarray of float, shape (n_bought,)
        The higher, the sooner wanted; no unit.

    Examples
    --------
    Bought every ten days, and last three days ago; bought as often, but not for a hundred days.

    >>> decayed, orders = np.array([3.0, 3.0]), np.array([4, 4])
    >>> again(decayed, orders, np.array([33.0, 130]), np.array([3.0, 100])).round(3).tolist()
    [1.486, 1.386]
    """
    usual = (first_age_days - last_age_days) / np.maximum(orders - 1, 1)
    late = last_age_days / np.maximum(usual, 1) - PATIENCE
    rhythm = np.where(orders > 1, np.exp(-np.maximum(late, 0)), 0)
    return affinity_of(decayed) + RHYTHM_SHARE * rhythm
