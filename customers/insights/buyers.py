"""Who bought in a month or a year, how many were new, and what they spent: figures that do not add.

purchases by month -> sums over a window that moves on month by month -> figures of each window, of
everyone and of each segment.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from customers.insights.concentration import top_shares

SPANS = (1, 12)
NOBODY = -1  # the segment of customers who are in none


@dataclass(frozen=True)
class Purchases:
    """Counted orders of known customers, one row an order, in any order.

    `buyer` is the customer's row number, `month` a number as of `months`, `sold` says whether the
    order sold anything or only took back. Money is in whole ten-thousandths, so sums are exact.
    """

    buyer: np.ndarray
    month: np.ndarray
    sold: np.ndarray
    net: np.ndarray
    gross: np.ndarray
    discount: np.ndarray


@dataclass(frozen=True)
class Figures:
    """Figures of one window and one scope: everyone (None) or a segment's number.

    Money is in whole ten-thousandths. `ranked` are row numbers of the buyers, who spent most
    first; of equals, the lower number.
    """

    end: int
    span: int
    scope: int | None
    new_buyers: int
    orders: int
    net: int
    new_net: int
    gross: int
    discount: int
    discount_error: float | None
    top_shares: np.ndarray
    ranked: np.ndarray


def buyer_figures(
    purchases: Purchases,
    first: np.ndarray,
    segment: np.ndarray,
    ends: Iterable[int],
    spans: tuple[int, ...] = SPANS,
) -> Iterator[Figures]:
    """Count the buyers of months, and of the months up to each.

    Parameters
    ----------
    purchases : Purchases
        Reaching back as far as the longest span before the first end.
    first : ndarray of int, shape (n_customers,)
        The month of each customer's first purchase, ever.
    segment : ndarray of int, shape (n_customers,)
        Each customer's segment; NOBODY for none.
    ends : iterable of int
        The months that windows end with, one after the other.
    spans : tuple of int
        How many months a window has.

    Yields
    ------
    Figures
        For each span and each end: of everyone, then of each segment that any customer is in, by
        rising number.

    Examples
    --------
    >>> one, month = np.array([1, 1]), np.array([7, 8])
    >>> bought = Purchases(np.array([0, 1]), month, one > 0, one * 50, one * 60, one * 10)
    >>> [(each.end, each.span, len(each.ranked), each.new_buyers, each.net)
    ...     for each in buyer_figures(bought, month, one, range(7, 9)) if each.scope is None]
    [(7, 1, 1, 1, 50), (8, 1, 1, 1, 50), (7, 12, 1, 1, 50), (8, 12, 2, 2, 100)]
    """
    ends = list(ends)
    scopes, place = np.unique(segment, return_inverse=True)
    by_month = np.argsort(purchases.month, kind="stable")
    months = purchases.month[by_month]
    for span in spans:
        window = Window(len(segment))
        for end in ends:
            entering = end if end != ends[0] else end - span + 1
            came = by_month[slice(*np.searchsorted(months, [entering, end + 1]))]
            gone = by_month[slice(*np.searchsorted(months, [end - span, end - span + 1]))]
            window.add(purchases, came, 1)
            if end != ends[0]:
                window.add(purchases, gone, -1)
            is_new = (first > end - span) & (first <= end)
            for number, found in window.figures(place, len(scopes), is_new):
                scope = None if number is None else int(scopes[number])
                yield Figures(end, span, scope, **found)


class Window:
    """Sums of every customer over a stretch of months that moves on."""

    def __init__(self, n_customers: int) -> None:
        self.orders, self.net, self.gross, self.discount = np.zeros((4, n_customers))

    def add(self, purchases: Purchases, rows: np.ndarray, sign: int) -> None:
        """Add these orders to the sums, or take them off again."""
        buyer = purchases.buyer[rows]
        for name, values in (
            ("orders", purchases.sold),
            ("net", purchases.net),
            ("gross", purchases.gross),
            ("discount", purchases.discount),
        ):
            sums = getattr(self, name)
            sums += sign * np.bincount(buyer, values[rows], len(sums))

    def figures(
        self, place: np.ndarray, n_scopes: int, is_new: np.ndarray
    ) -> Iterator[tuple[int | None, dict]]:
        """Count the buyers there are now, of everyone and of each place among the scopes."""
        buyers = np.flatnonzero(self.orders > 0)
        ranked = buyers[np.argsort(-self.net[buyers], kind="stable")]
        net = np.bincount(place, self.net, n_scopes)
        new_net = np.bincount(place, self.net * is_new, n_scopes)
        yield None, self._of(ranked, is_new, net.sum(), new_net.sum())
        of = place[ranked]
        for number in range(n_scopes):
            found = self._of(ranked[of == number], is_new, net[number], new_net[number])
            yield number, found

    def _of(self, ranked: np.ndarray, is_new: np.ndarray, net: float, new_net: float) -> dict:
        gross, discount = self.gross[ranked], self.discount[ranked]
        return {
            "new_buyers": int(is_new[ranked].sum()),
            "orders": int(self.orders[ranked].sum()),
            "net": int(net),
            "new_net": int(new_net),
            "gross": int(gross.sum()),
            "discount": int(discount.sum()),
            "discount_error": ratio_error(discount, gross),
            "top_shares": top_shares(self.net[ranked]),
            "ranked": ranked,
        }


def ratio_error(parts: np.ndarray, wholes: np.ndarray) -> float | None:
    """Estimate the standard error of a ratio of sums, customers being drawn, not their orders.

    Parameters
    ----------
    parts, wholes : ndarray of shape (n_customers,)
        Such as each customer's discounts and gross spend; the ratio is Σ parts / Σ wholes.

    Returns
    -------
    float or None
        The linearised error; None for fewer than two customers, or nothing to divide by.

    References
    ----------
    W. G. Cochran (1977), Sampling Techniques, 3rd ed., §2.11.

    Examples
    --------
    >>> round(ratio_error(np.array([1.0, 3.0]), np.array([10.0, 10.0])), 6)
    0.1
    """
    count, whole = len(wholes), wholes.sum()
    if count < 2 or whole <= 0:
        return None
    off = parts - parts.sum() / whole * wholes
    return float(np.sqrt(count / (count - 1) * (off @ off)) / whole)
