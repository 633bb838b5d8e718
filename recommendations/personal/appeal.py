"""What a product is to anyone, and to those who like what it is: priors times lifts.

A lift says how much more of a field's value (a category, a brand) is in a customer's purchases than
in everybody's; no other customer's taste enters, so it works for new shops and new customers.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

# Purchases of the average customer that stand beside a customer's own.
PRIOR_PURCHASES = 20.0
# First-time buyers and customers added to the share of customers who take a product up.
PRIOR_NEW_BUYERS, PRIOR_CUSTOMERS = 1.0, 50.0
# Powers of the lifts where the appeal stands beside weights learned from purchases.
BESIDE_WEIGHTS = {"top": 0.3, "category": 0.5}
# Powers where it stands alone: of lifts, of the number of buyers and of the adoption rate.
ALONE = {"top": 1.0, "category": 0.4, "brand": 0.25}
ALONE_BUYERS, ALONE_ADOPTION = 1.5, 0.75


@dataclass(frozen=True)
class Field:
    """One thing that is known of products: their category, say.

    Parameters
    ----------
    codes : ndarray of int, shape (n_products,)
        The number of each product's value; -1 where it has none.
    shares : ndarray of float, shape (n_values,)
        The share of all customers' affinity that each value has; they sum to at most 1.
    """

    codes: np.ndarray
    shares: np.ndarray


def make_field(codes: np.ndarray, affinity: np.ndarray) -> Field:
    """Sum up how much of all purchases each value of a field has.

    Parameters
    ----------
    codes : ndarray of int, shape (n_products,)
        -1 where a product has no value.
    affinity : ndarray of float, shape (n_products,)
        All customers' affinity to each product; no unit.

    Returns
    -------
    Field

    Examples
    --------
    >>> make_field(np.array([0, 1, 1, -1]), np.array([2.0, 1, 3, 2])).shares.tolist()
    [0.25, 0.5]
    """
    has = codes >= 0
    sums = np.bincount(codes[has], affinity[has], minlength=codes.max(initial=-1) + 1)
    return Field(codes, sums / max(affinity.sum(), 1e-12))


def lift(field: Field, codes: np.ndarray, affinity: np.ndarray) -> np.ndarray:
    """Say how much more of each value one customer buys than everybody does.

    Parameters
    ----------
    field : Field
        With the shares of everybody.
    codes : ndarray of int, shape (n_bought,)
        The values of the products the customer bought; -1 for none.
    affinity : ndarray of float, shape (n_bought,)
        The customer's affinity to them; no unit.

    Returns
    -------
    ndarray of float, shape (n_values + 1,)
        ln((own + 20 share) / ((all own + 20) share)) for each value; the last entry, which
        code -1 finds, is 0.

    Examples
    --------
    One purchase moves a customer little: of a value that is half of all, ln((1+10) / (21 x 0.5)).

    >>> field = Field(np.array([0, 1]), np.array([0.5, 0.5]))
    >>> lift(field, np.array([0]), np.array([1.0])).round(3).tolist()
    [0.047, -0.049, 0.0]
    """
    has = codes >= 0
    own = np.bincount(codes[has], affinity[has], minlength=len(field.shares))
    shares = np.maximum(field.shares, 1e-12)
    lifts = np.log(own + PRIOR_PURCHASES * shares)
    lifts -= np.log((affinity.sum() + PRIOR_PURCHASES) * shares)
    return np.append(lifts, 0.0)


def adoption(buyers: np.ndarray, new_buyers: np.ndarray, n_customers: int) -> np.ndarray:
    """Estimate what share of those who never had a product took it up of late.

    Parameters
    ----------
    buyers, new_buyers : ndarray of int, shape (n_products,)
        Customers who ever bought it, and those of them who did so first of late.
    n_customers : int
        All customers.

    Returns
    -------
    ndarray of float, shape (n_products,)
        (new + 1) / (customers who had not bought it before + 50): above 0, no unit.

    Examples
    --------
    >>> adoption(np.array([30, 0]), np.array([10, 0]), 70).round(4).tolist()
    [0.11, 0.0083]
    """
    without = n_customers - (buyers - new_buyers)
    return (new_buyers + PRIOR_NEW_BUYERS) / (without + PRIOR_CUSTOMERS)


def appeal(
    adoption: np.ndarray, fields: Mapping[str, Field], lifts: Mapping[str, np.ndarray]
) -> np.ndarray:
    """Estimate how likely a customer is to take up each product, by its category alone.

    Parameters
    ----------
    adoption : ndarray of float, shape (n_products,)
        As `adoption` returns it.
    fields : mapping of str to Field
        Those of `BESIDE_WEIGHTS` at least.
    lifts : mapping of str to ndarray
        The customer's `lift` for each field.

    Returns
    -------
    ndarray of float, shape (n_products,)
        Adoption times the lifts, each to its power: above 0, no unit.

    Examples
    --------
    >>> fields = {name: Field(np.array([0, -1]), np.array([1.0])) for name in BESIDE_WEIGHTS}
    >>> lifts = {name: np.array([np.log(4.0), 0.0]) for name in BESIDE_WEIGHTS}
    >>> appeal(np.array([0.1, 0.1]), fields, lifts).round(4).tolist()
    [0.3031, 0.1]
    """
    power = sum(BESIDE_WEIGHTS[name] * lifts[name][fields[name].codes] for name in BESIDE_WEIGHTS)
    return adoption * np.exp(power)


def appeal_alone(
    buyers: np.ndarray,
    adoption: np.ndarray,
    fields: Mapping[str, Field],
    lifts: Mapping[str, np.ndarray],
) -> dict[str, np.ndarray]:
    """Score products without any weights learned from other customers' purchases.

    Parameters
    ----------
    buyers : ndarray of int, shape (n_products,)
        Customers who ever bought each.
    adoption : ndarray of float, shape (n_products,)
        As `adoption` returns it.
    fields : mapping of str to Field
        Those of `ALONE` at least.
    lifts : mapping of str to ndarray
        The customer's `lift` for each field.

    Returns
    -------
    dict of str to ndarray of float, shape (n_products,)
        ``"popular"``, ``"new"`` and each field: what they add to the score, in logarithms.

    Examples
    --------
    >>> none = {name: Field(np.array([-1]), np.array([])) for name in ALONE}
    >>> lifts = dict.fromkeys(ALONE, np.zeros(1))
    >>> parts = appeal_alone(np.array([9]), np.array([0.1]), none, lifts)
    >>> {name: round(part.item(), 3) for name, part in parts.items()}
    {'popular': 3.454, 'new': -1.727, 'top': 0.0, 'category': 0.0, 'brand': 0.0}
    """
    parts = {
        "popular": ALONE_BUYERS * np.log1p(buyers),
        "new": ALONE_ADOPTION * np.log(adoption),
    }
    return parts | {name: power * lifts[name][fields[name].codes] for name, power in ALONE.items()}
