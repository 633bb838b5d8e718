"""Price bands with round ends, and how dearly a segment buys."""

import numpy as np

BANDS = 6
ROUND = np.array([1, 1.5, 2, 2.5, 3, 4, 5, 6, 8])
# Bands stay as they are while each holds between these shares of what is sold.
FEWEST, MOST = 0.05, 0.40
Z_95 = 1.959964


def price_edges(prices: np.ndarray, kept: tuple[float, ...] = ()) -> tuple[float, ...]:
    """Choose where price bands end, at round prices, each band holding about as many lines.

    Parameters
    ----------
    prices : ndarray of shape (n_lines,)
        Money a unit of each line; 0 or more.
    kept : tuple of float
        The edges there were; they stay while they still fit, so that bands can be compared.

    Returns
    -------
    tuple of float
        At most BANDS − 1 rising edges; a price equal to an edge lies above it. None when all
        prices are alike.

    Examples
    --------
    >>> price_edges(np.array([1.1, 2.2, 3.3, 4.4, 5.5, 6.6]))
    (2.0, 3.0, 4.0, 5.0, 6.0)
    """
    prices = prices[prices > 0]
    if not len(prices):
        return kept
    if kept:
        counts = np.bincount(np.searchsorted(kept, prices, "right"), minlength=len(kept) + 1)
        held = counts / len(prices)
        if held.min() >= FEWEST and held.max() <= MOST:
            return kept
    wanted = np.quantile(prices, np.arange(1, BANDS) / BANDS)
    edges = {_rounded(price) for price in wanted.tolist()}
    return tuple(sorted(edge for edge in edges if prices.min() < edge <= prices.max()))


def _rounded(price: float) -> float:
    power = 10.0 ** np.floor(np.log10(price))
    steps = np.append(ROUND, 10.0) * power
    return float(round(steps[np.argmin(np.abs(steps - price))], 6))


def interval(ratio: float, error: float | None) -> tuple[float, float] | None:
    """Return the 95 % interval of a share.

    Parameters
    ----------
    ratio : float
        From 0 to 1.
    error : float or None
        Its standard error.

    Returns
    -------
    tuple of float, or None
        Within 0 to 1; None without an error.

    Examples
    --------
    >>> interval(0.0, 0.5)
    (0.0, 0.979982)
    """
    if error is None:
        return None
    return max(0.0, ratio - Z_95 * error), min(1.0, ratio + Z_95 * error)


def price_level(
    sold: np.ndarray, gross: np.ndarray, shop_sold: np.ndarray, shop_gross: np.ndarray
) -> float | None:
    """Compare what is paid a unit, before discounts, with the shop's mean in the same categories.

    Parameters
    ----------
    sold, gross : ndarray of shape (n_categories,)
        Units and money of some customers.
    shop_sold, shop_gross : ndarray of shape (n_categories,)
        Those of everyone, in the same categories.

    Returns
    -------
    float or None
        1 is as everyone; 0.9 is 10 % cheaper. A Paasche index of prices. None where they bought
        nothing that has a price.

    Examples
    --------
    >>> price_level(np.array([2.0, 0]), np.array([8.0, 0]), np.array([4.0, 9]), np.array([20.0, 9]))
    0.8
    """
    usual = np.divide(shop_gross, shop_sold, out=np.zeros(len(sold)), where=shop_sold > 0)
    expected = float(sold @ usual)
    return float(gross.sum()) / expected if expected > 0 else None
