"""Which products sell best among some customers, which more than elsewhere, and which rise."""

from dataclasses import dataclass

import numpy as np

SURELY = 2.0  # standard deviations, at least
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
        Rows, the surest first; of FEWEST_BUYERS or more buyers, and a larger part of the segment
        than of the others by more than chance makes any, see `surely`.

    Examples
    --------
    >>> counts = [np.array(each) for each in ([9, 60, 40], [0, 0, 0], [9, 30, 39])]
    >>> typical(Buyers(np.arange(3), *counts, own=99, others=99), 3).tolist()
    [1]
    """
    return _surest(buyers, buyers.elsewhere, (buyers.own, buyers.others), most)


def rising(buyers: Buyers, most: int) -> np.ndarray:
    """Find the products that take up surely more of what the segment buys than the period before.

    Parameters
    ----------
    buyers : Buyers
        Counts.
    most : int
        Products to return.

    Returns
    -------
    ndarray of int
        Rows, the surest first; of FEWEST_BUYERS or more buyers, of more than before, and of a
        larger part of all products' buyers by more than chance makes any, see `surely`. So a
        segment that buys more of everything has none, nor one that bought nothing before.

    Examples
    --------
    >>> counts = [np.array(each) for each in ([90, 60, 80], [20, 30, 40], [9, 9, 9])]
    >>> rising(Buyers(np.arange(3), *counts, own=99, others=99), 3).tolist()
    [0]
    """
    found = _surest(buyers, buyers.before, (buyers.now.sum(), buyers.before.sum()), len(buyers.now))
    return found[buyers.now[found] > buyers.before[found]][:most]


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


def sureness(here: np.ndarray, there: np.ndarray, whole_here: int, whole_there: int) -> np.ndarray:
    """Say how surely a part of one whole is larger than the same part of another.

    The signed root of the likelihood ratio, √(2 Σ seen · ln(seen / expected)) over the four fields
    of each table (in the part or not, here or there), after half a count is taken off the
    difference [1]_. Unlike a difference over its standard error it holds for few counts, and for
    wholes of very different size.

    Parameters
    ----------
    here, there : ndarray of int, shape (n,)
        Counts in the part.
    whole_here, whole_there : int
        Counts in all, not below any of the part.

    Returns
    -------
    ndarray of shape (n,)
        Standard deviations of a normal variable; 0 where the part is not larger here, or there is
        nothing to compare.

    References
    ----------
    .. [1] Yates, F. (1934). Contingency tables involving small numbers and the χ² test. Supplement
       to the Journal of the Royal Statistical Society, 1(2), 217–235.

    Examples
    --------
    >>> sureness(np.array([60, 9]), np.array([30, 9]), 99, 99).round(1).tolist()
    [4.2, 0.0]
    """
    if not (whole_here and whole_there):
        return np.zeros(len(here))
    whole, lessened = whole_here + whole_there, here - 0.5
    inside, outside, share = here + there, whole - here - there, whole_here / whole
    expected = np.array([part * size for part in (inside, outside) for size in (share, 1 - share)])
    seen = expected + np.outer([1, -1, -1, 1], lessened - inside * share)
    larger = seen[0] > expected[0]
    seen, expected = seen[:, larger], expected[:, larger]
    result = np.zeros(len(here))
    ratio = (seen * np.log(seen / expected)).sum(axis=0)
    result[larger] = np.sqrt(2 * np.maximum(ratio, 0))  # rounding may leave less than nothing
    return result


def surely(products: int) -> float:
    """Return the sureness that chance reaches with none of so many products, most of the time.

    √(2 ln n), which the largest of n normal variables seldom passes [1]_, and at least SURELY.

    Parameters
    ----------
    products : int
        Products compared.

    Returns
    -------
    float
        Standard deviations.

    References
    ----------
    .. [1] Donoho, D. L. and Johnstone, I. M. (1994). Ideal spatial adaptation by wavelet shrinkage.
       Biometrika, 81(3), 425–455.

    Examples
    --------
    >>> surely(3), round(surely(3000), 2)
    (2.0, 4.0)
    """
    return max(SURELY, float(np.sqrt(2 * np.log(max(products, 1)))))


def _surest(buyers: Buyers, there: np.ndarray, wholes: tuple[int, int], most: int) -> np.ndarray:
    """Compare each product's buyers now with those there, each as a part of its whole."""
    sure = sureness(buyers.now, there, *wholes)
    compared = int((buyers.now + there >= FEWEST_BUYERS).sum())
    order = np.lexsort([buyers.product_ids, -sure])
    found = (sure[order] >= surely(compared)) & (buyers.now[order] >= FEWEST_BUYERS)
    return order[found][:most]
