"""Held-out purchases -> how good lists are, with intervals.

Lists and truths are rows of product numbers; a figure is kept for each customer, so that two
strategies can be compared customer by customer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# Lists are judged by their first ten places, recall by twenty.
PLACES, RECALL_PLACES = 10, 20
# The products most customers buy need no recommendation; without so many of them is the tail.
HEAD = 200
RESAMPLES = 1000
_DISCOUNTS = 1 / np.log2(np.arange(2, RECALL_PLACES + 2))


@dataclass(frozen=True)
class Figures:
    """How one strategy did, one entry a customer with anything to find.

    Parameters
    ----------
    ndcg, hit_rate, recall : ndarray of float, shape (n_customers,)
        NDCG and hits in the first ten places, recall in twenty: from 0 to 1.
    shown : int
        Different products in all first ten places.
    """

    ndcg: np.ndarray
    hit_rate: np.ndarray
    recall: np.ndarray
    shown: int


def evenly(count: int, most: int) -> np.ndarray:
    """Choose some of many rows, as far from each other as may be.

    Parameters
    ----------
    count : int
        How many rows there are.
    most : int
        How many to choose at most.

    Returns
    -------
    ndarray of int
        Row numbers, rising.

    Examples
    --------
    >>> evenly(5, 3).tolist(), evenly(2, 3).tolist()
    ([0, 2, 4], [0, 1])
    """
    return np.linspace(0, count - 1, min(count, most)).astype(int)


def best(scores: np.ndarray, allowed: np.ndarray, places: int = RECALL_PLACES) -> np.ndarray:
    """List the best products of one customer.

    Parameters
    ----------
    scores : ndarray of float, shape (n_products,)
        The higher, the better.
    allowed : ndarray of bool, shape (n_products,)
        What may be listed.
    places : int
        How many at most.

    Returns
    -------
    ndarray of int
        Product numbers, best first; of equal scores, the lower number.

    Examples
    --------
    >>> best(np.array([0.1, 0.9, 0.9, 0.5]), np.array([True, True, True, False])).tolist()
    [1, 2, 0]
    """
    chosen = np.flatnonzero(allowed)
    if len(chosen) > places:
        least = np.partition(scores[chosen], -places)[-places]
        chosen = chosen[scores[chosen] >= least]
    return chosen[np.argsort(-scores[chosen], kind="stable")][:places]


def judge(lists: Sequence[np.ndarray], truths: Sequence[np.ndarray]) -> Figures:
    """Compare lists with what was bought.

    Parameters
    ----------
    lists : sequence of ndarray of int
        For each customer what was recommended, best first, without repeats.
    truths : sequence of ndarray of int
        What the customer went on to buy; customers with nothing are left out.

    Returns
    -------
    Figures
        An ideal list has all that was bought in front, as far as ten places go.

    Examples
    --------
    Of two products bought, one stands in second place: 0.631 of an ideal 1 + 0.631.

    >>> figures = judge([np.array([7, 3])], [np.array([3, 4])])
    >>> figures.ndcg.round(3).tolist(), figures.recall.tolist(), figures.shown
    ([0.387], [0.5], 2)
    """
    pairs = [(shown, bought) for shown, bought in zip(lists, truths, strict=True) if len(bought)]
    hits = [np.isin(shown[:RECALL_PLACES], bought) for shown, bought in pairs]
    ideals = np.cumsum(_DISCOUNTS)[[min(len(bought), PLACES) - 1 for _, bought in pairs]]
    gains = [hit[:PLACES] @ _DISCOUNTS[: len(hit[:PLACES])] for hit in hits]
    first = [shown[:PLACES] for shown, _ in pairs]
    return Figures(
        ndcg=np.array(gains) / ideals,
        hit_rate=np.array([float(hit[:PLACES].any()) for hit in hits]),
        recall=np.array(
            [hit.sum() / len(bought) for hit, (_, bought) in zip(hits, pairs, strict=True)]
        ),
        shown=len(np.unique(np.concatenate(first))) if first else 0,
    )


def hits_in_baskets(
    lists: Sequence[np.ndarray], rests: Sequence[np.ndarray], is_head: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Say which lists beside a product show another product of the same order.

    Parameters
    ----------
    lists : sequence of ndarray of int
        For each order what was shown beside one of its products, best first.
    rests : sequence of ndarray of int
        The other products of the order.
    is_head : ndarray of bool, shape (n_products,)
        The products most customers buy.

    Returns
    -------
    hits, tail_hits : ndarray of float, shape (n_orders,)
        1 where the first ten places have any, or any but of the head; else 0.

    Examples
    --------
    >>> lists, rests = [np.array([0, 2]), np.array([2])], [np.array([0, 1]), np.array([2])]
    >>> hits_in_baskets(lists, rests, np.array([True, False, False]))
    (array([1., 1.]), array([0., 1.]))
    """
    hits, tail_hits = np.zeros(len(lists)), np.zeros(len(lists))
    for place, (shown, rest) in enumerate(zip(lists, rests, strict=True)):
        found = shown[:PLACES][np.isin(shown[:PLACES], rest)]
        hits[place], tail_hits[place] = len(found) > 0, not is_head[found].all()
    return hits, tail_hits


def interval(values: np.ndarray, seed: int = 0) -> tuple[float, float]:
    """Bound the mean of customers' figures, or of their paired differences, by resampling.

    Parameters
    ----------
    values : ndarray of float, shape (n_customers,)
        Any figure.
    seed : int
        Of the resampling.

    Returns
    -------
    low, high : float
        2.5th and 97.5th percentile of the mean over `RESAMPLES` draws of customers; twice the
        mean itself for fewer than two customers.

    References
    ----------
    Efron, B. and Tibshirani, R. (1993). An Introduction to the Bootstrap. Chapman & Hall.

    Examples
    --------
    >>> interval(np.ones(50))
    (1.0, 1.0)
    """
    if len(values) < 2:
        mean = float(values.mean()) if len(values) else 0.0
        return mean, mean
    random = np.random.default_rng(seed)
    means = [values[random.integers(0, len(values), len(values))].mean() for _ in range(RESAMPLES)]
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def head(buyers: np.ndarray, size: int = HEAD) -> np.ndarray:
    """Mark the products most customers buy.

    Parameters
    ----------
    buyers : ndarray of int, shape (n_products,)
        Customers who bought each.
    size : int
        How many; never more than a tenth of the products that were bought.

    Returns
    -------
    ndarray of bool, shape (n_products,)

    Examples
    --------
    >>> head(np.array([5, 9] + [1] * 18), size=1).nonzero()[0].tolist()
    [1]
    """
    size = min(size, (buyers > 0).sum() // 10)
    marked = np.zeros(len(buyers), dtype=bool)
    marked[np.argsort(-buyers, kind="stable")[:size]] = True
    return marked
