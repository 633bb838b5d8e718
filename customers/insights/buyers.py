"""Who bought in a month or a year, how many were new, and what they spent: figures that do not add.

purchases by month -> sums over a window that moves on month by month -> figures of each window, of
everyone and of each segment.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from customers.insights.concentration import top_shares

SPANS = (1, 12)
NOBODY = -1  # the segment of customers who are in none


@dataclass(frozen=True)
class Purchases:
    """Counted orders of known customers, one row an order, in any order.

    `buyer` is the customer's row number, `month` counts from 0, `sold` says whether the order sold
    anything or only took back. Money is in whole ten-thousandths, so that sums are exact.
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
    purchases: Purchases, segment: np.ndarray, spans: tuple[int, ...] = SPANS
) -> Iterator[Figures]:
    """Count the buyers of every month, and of the months up to it.

    Parameters
    ----------
    purchases : Purchases
        Of at least one order.
    segment : ndarray of int, shape (n_customers,)
        Each customer's segment; NOBODY for none.
    spans : tuple of int
        How many months a window has.

    Yields
    ------
    Figures
        For each span and each month from 0 to the last: of everyone, then of each segment that
        any customer is in, by rising number.

    Examples
    --------
    >>> one, by = np.array([1, 1]), np.array([0, 1])
    >>> bought = Purchases(by, by, one > 0, one * 50, one * 60, one * 10)
    >>> [(each.end, each.span, len(each.ranked), each.new_buyers, each.net)
    ...     for each in buyer_figures(bought, one) if each.scope is None]
    [(0, 1, 1, 1, 50), (1, 1, 1, 1, 50), (0, 12, 1, 1, 50), (1, 12, 2, 2, 100)]
    """
    n_months = int(purchases.month.max()) + 1
    n_customers = len(segment)
    scopes = np.unique(segment)
    by_month = np.argsort(purchases.month, kind="stable")
    ends = np.searchsorted(purchases.month[by_month], np.arange(n_months + 1))
    months = [by_month[begin:end] for begin, end in pairwise(ends)]
    first = np.full(n_customers, n_months)
    np.minimum.at(first, purchases.buyer[purchases.sold], purchases.month[purchases.sold])
    for span in spans:
        window = Window(n_customers)
        for end in range(n_months):
            window.add(purchases, months[end], 1)
            if end >= span:
                window.add(purchases, months[end - span], -1)
            is_new = (first > end - span) & (first <= end)
            for scope, found in window.figures(segment, scopes, is_new):
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
        self, segment: np.ndarray, scopes: np.ndarray, is_new: np.ndarray
    ) -> Iterator[tuple[int | None, dict]]:
        """Count the buyers there are now, of everyone and of each scope."""
        buyers = np.flatnonzero(self.orders > 0)
        ranked = buyers[np.argsort(-self.net[buyers], kind="stable")]
        place = np.searchsorted(scopes, segment)
        net = np.bincount(place, self.net, len(scopes))
        new_net = np.bincount(place, self.net * is_new, len(scopes))
        yield None, self._of(ranked, is_new, net.sum(), new_net.sum())
        of = place[ranked]
        for number, scope in enumerate(scopes.tolist()):
            yield (
                scope,
                self._of(ranked[of == number], is_new, net[number], new_net[number]),
            )

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
