"""Which products sell best among some customers, which more than elsewhere, and which rise."""

from dataclasses import dataclass

import numpy as np

SURELY = 2.0  # standard errors
FEWEST_BUYERS = 5


@dataclass(frozen=True)
class Buyers:
    """Buyers of each product, arrays of one length.

    `now` and `before` are of the segment in this period and the one before, `elsewhere` of other
    customers in this one, out of so many `own` and `others` looked at.
    """

    product_ids: np.ndarray
    now: np.ndarray
    before: np.ndarray
    elsewhere: np.ndarray
    own: int
    others: int


def best(buyers: Buyers, most: int) -> np.ndarray:
    """Find the products that most customers of the segment bought.

    Parameters
    ----------
    buyers : Buyers
        Counts.
    most : int
        Products to return.

    Returns
    -------
    ndarray of int
        Rows, most buyers first; of equal ones the lower product id.

    Examples
    --------
    >>> counts = [np.array(each) for each in ([7, 8, 9], [3, 9, 3], [0, 1, 9], [1, 9, 1])]
    >>> best(Buyers(*counts, own=20, others=20), 2).tolist()
    [1, 0]
    """
    order = np.lexsort([buyers.product_ids, -buyers.now])
    return order[buyers.now[order] > 0][:most]


def typical(buyers: Buyers, most: int) -> np.ndarray:
    """Find the products that the segment buys surely more often than other customers do.

    Parameters
    ----------
    buyers : Buyers
        Counts.
    most : int
        Products to return.

    Returns
    -------
    ndarray of int
        Rows, the surest first; of FEWEST_BUYERS or more buyers, and SURELY above chance.
    """
    if not (buyers.own and buyers.others):
        return np.array([], dtype=int)
    part, whole = buyers.now / buyers.own, (buyers.now + buyers.elsewhere)
    pooled = whole / (buyers.own + buyers.others)
    error = np.sqrt(pooled * (1 - pooled) * (1 / buyers.own + 1 / buyers.others))
    above = part - buyers.elsewhere / buyers.others
    return _surest(np.divide(above, error, out=np.zeros(len(part)), where=error > 0), buyers, most)


def rising(buyers: Buyers, most: int) -> np.ndarray:
    """Find the products that surely more customers of the segment buy than the period before.

    Parameters
    ----------
    buyers : Buyers
        Counts.
    most : int
        Products to return.

    Returns
    -------
    ndarray of int
        Rows, the surest first; of FEWEST_BUYERS or more buyers. Counts are taken for Poisson's, so
        that few buyers prove little.

    Examples
    --------
    >>> counts = [np.array(each) for each in ([7, 8, 9], [30, 6, 40], [10, 1, 39], [1, 9, 1])]
    >>> rising(Buyers(*counts, own=99, others=99), 3).tolist()
    [0]
    """
    change = buyers.now - buyers.before
    return _surest(change / np.sqrt(np.maximum(buyers.now + buyers.before, 1)), buyers, most)


def times_elsewhere(buyers: Buyers, row: int) -> float | None:
    """Say how many times as often the segment buys a product as others do; None without others.

    Parameters
    ----------
    buyers : Buyers
        Counts.
    row : int
        The product's.

    Returns
    -------
    float or None
        A ratio of shares of customers.
    """
    if not (buyers.own and buyers.others and buyers.elsewhere[row]):
        return None
    return float(buyers.now[row] / buyers.own / (buyers.elsewhere[row] / buyers.others))


def _surest(sureness: np.ndarray, buyers: Buyers, most: int) -> np.ndarray:
    order = np.lexsort([buyers.product_ids, -sureness])
    sure = (sureness[order] >= SURELY) & (buyers.now[order] >= FEWEST_BUYERS)
    return order[sure][:most]
