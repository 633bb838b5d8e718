"""Purchases -> what the models learn from: who bought what, how lately, and who was new to it."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

# A purchase counts half after this many days, where tastes are meant.
HALF_LIFE_DAYS = 182.0
# First purchases of this many days say how many customers take a product up.
ADOPTION_DAYS = 70.0


@dataclass(frozen=True)
class Purchases:
    """One entry for each product a customer bought.

    Parameters
    ----------
    customers, products : ndarray of int, shape (n_pairs,)
        Row numbers; each pair occurs once.
    decayed : ndarray of float, shape (n_pairs,)
        Orders with the product, each weighed by `decay`; no unit, above 0.
    first_age_days : ndarray of float, shape (n_pairs,)
        Days since the first of them.
    """

    customers: np.ndarray
    products: np.ndarray
    decayed: np.ndarray
    first_age_days: np.ndarray


@dataclass(frozen=True)
class History:
    """A shop's purchases as matrices and sums.

    Parameters
    ----------
    bought : csr_array of float32, shape (n_customers, n_products)
        1 where the customer bought the product, however often.
    affinity : csr_array of float32, shape (n_customers, n_products)
        `affinity_of` what the customer bought of it; no unit.
    buyers, new_buyers : ndarray of int, shape (n_products,)
        Customers who ever bought it; those who did so first within `ADOPTION_DAYS`.
    """

    bought: csr_array
    affinity: csr_array
    buyers: np.ndarray
    new_buyers: np.ndarray


def decay(age_days: np.ndarray) -> np.ndarray:
    """Weigh purchases by their age.

    Parameters
    ----------
    age_days : ndarray of float
        Days since the purchase, at least 0.

    Returns
    -------
    ndarray of float
        From 1 for today's, halved with every `HALF_LIFE_DAYS`.

    Examples
    --------
    >>> decay(np.array([0.0, 182.0, 364.0])).tolist()
    [1.0, 0.5, 0.25]
    """
    return 2.0 ** (-np.asarray(age_days) / HALF_LIFE_DAYS)


def affinity_of(decayed: np.ndarray) -> np.ndarray:
    """Turn decayed orders into affinity, in which the tenth order adds less than the first.

    Parameters
    ----------
    decayed : ndarray of float
        Sums of `decay` over a customer's orders of a product.

    Returns
    -------
    ndarray of float
        ln(1 + decayed).

    Examples
    --------
    >>> affinity_of(np.array([1.0, 3.0])).round(3).tolist()
    [0.693, 1.386]
    """
    return np.log1p(decayed)


def build_history(purchases: Purchases, n_customers: int, n_products: int) -> History:
    """Gather purchases by customer and product.

    Parameters
    ----------
    purchases : Purchases
        In any order.
    n_customers, n_products : int
        How many rows there are of each.

    Returns
    -------
    History
        Products nobody bought have empty columns.

    Examples
    --------
    Customer 0 bought product 1 yesterday for the first time, customer 1 long ago.

    >>> history = build_history(
    ...     Purchases(np.array([0, 1]), np.array([1, 1]), np.array([1, 0.5]), np.array([1, 200])),
    ...     n_customers=2, n_products=2)
    >>> history.bought.toarray().tolist()
    [[0.0, 1.0], [0.0, 1.0]]
    >>> history.buyers.tolist(), history.new_buyers.tolist()
    ([0, 2], [0, 1])
    """
    shape, at = (n_customers, n_products), (purchases.customers, purchases.products)
    ones = np.ones(len(purchases.customers), dtype=np.float32)
    is_new = purchases.first_age_days <= ADOPTION_DAYS
    return History(
        bought=csr_array((ones, at), shape=shape),
        affinity=csr_array((affinity_of(purchases.decayed).astype(np.float32), at), shape=shape),
        buyers=np.bincount(purchases.products, minlength=n_products),
        new_buyers=np.bincount(purchases.products[is_new], minlength=n_products),
    )
