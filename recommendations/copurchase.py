"""Orders -> for each item group the groups most bought together with it, and how strongly.

The score is a damped, asymmetric cosine: for groups i and j, of which c orders hold both,

    (c + 50 p) / ((n_i + 50)^0.8 (n_j + 50 p)^0.2)        with p = P(j | category of i)

where n counts orders. As if fifty more orders held i, each with what is usual: so two orders that
happen to hold both say little, and what sells with anything comes last but not never. Usual is what
the category of i is bought with, damped in the same way by what sells in the whole shop.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

# Orders with more groups are wholesale or a broken export: they say nothing of what belongs
# together, and their pairs grow with the square.
MOST_TOGETHER = 100
# Orders imagined beside those of a group, and beside those of its category.
PRIOR_ORDERS, PRIOR_CATEGORY_ORDERS = 50.0, 100.0
# The power of the other group's orders; 0.5 is the cosine, 0 favours what sells anyway.
POWER = 0.2
# Pairs of one order that are counted at a time: what is held of them in memory.
PAIRS_AT_ONCE = 4_000_000


@dataclass(frozen=True)
class Baskets:
    """Which groups stand in which orders.

    Parameters
    ----------
    held : csr_array of float32, shape (n_orders, n_groups)
        1 where an order holds a group.
    categories : ndarray of int, shape (n_groups,)
        The category of each group, from 0; -1 for none.
    """

    held: csr_array
    categories: np.ndarray

    @cached_property
    def by_group(self) -> csr_array:
        """The orders that hold each group."""
        return csr_array(self.held.T)

    @cached_property
    def orders(self) -> np.ndarray:
        """How many orders hold each group."""
        return np.diff(self.by_group.indptr)

    @cached_property
    def shares(self) -> np.ndarray:
        """The share of all orders that hold each group."""
        return self.orders / max(self.held.shape[0], 1)

    @cached_property
    def by_category(self) -> csr_array:
        """How many groups of each category each order holds."""
        has = np.flatnonzero(self.categories >= 0)
        shape = (len(self.categories), self.categories.max(initial=-1) + 1)
        ones = np.ones(len(has), np.float32)
        return csr_array((self.held @ csr_array((ones, (has, self.categories[has])), shape)).T)


@dataclass(frozen=True)
class Together:
    """Lists of groups, one after the other.

    Parameters
    ----------
    rows : ndarray of int, shape (n_lists,)
        The group each list belongs to.
    starts : ndarray of int, shape (n_lists + 1,)
        Where in `others` each list begins and the last one ends.
    others : ndarray of int, shape (n_entries,)
        Groups, the best first; of equal scores, the lower number first.
    scores : ndarray of float, shape (n_entries,)
        Damped cosines: no unit, above 0 and up to 1.
    direct : ndarray of float, shape (n_entries,)
        Of the score, what orders with both give; the rest is what is usual.
    """

    rows: np.ndarray
    starts: np.ndarray
    others: np.ndarray
    scores: np.ndarray
    direct: np.ndarray


def fill_baskets(orders: np.ndarray, groups: np.ndarray, categories: np.ndarray) -> Baskets:
    """Sort order lines into baskets.

    Parameters
    ----------
    orders, groups : ndarray of int, shape (n_lines,)
        Any number of the order, and the group's number from 0; pairs may repeat.
    categories : ndarray of int, shape (n_groups,)
        The category of each group, from 0; -1 for none.

    Returns
    -------
    Baskets
        Without orders of more than `MOST_TOGETHER` groups.

    Examples
    --------
    >>> baskets = fill_baskets(np.array([8, 8, 8, 5]), np.array([1, 0, 1, 1]), np.array([-1, -1]))
    >>> baskets.held.toarray().tolist(), baskets.orders.tolist()
    ([[0.0, 1.0], [1.0, 1.0]], [1, 2])
    """
    width = len(categories)
    keys = (orders - orders.min(initial=0)).astype(np.int64) * max(width, 1) + groups
    keys.sort()
    keys = keys[np.append(True, keys[1:] != keys[:-1])[: len(keys)]]
    orders, groups = np.divmod(keys, max(width, 1))
    begins = np.flatnonzero(np.append(True, orders[1:] != orders[:-1])[: len(orders)])
    sizes = np.diff(np.append(begins, len(orders)))
    is_kept = sizes <= MOST_TOGETHER
    groups = groups[np.repeat(is_kept, sizes)].astype(np.int32)
    starts = np.append(0, np.cumsum(sizes[is_kept]))
    ones = np.ones(len(groups), np.float32)
    return Baskets(csr_array((ones, groups, starts), shape=(len(starts) - 1, width)), categories)


def together(baskets: Baskets, rows: np.ndarray, kept: int) -> Together:
    """Find what is bought together with these groups.

    Parameters
    ----------
    baskets : Baskets
        All orders.
    rows : ndarray of int, shape (n_rows,)
        Whose lists to make; groups that neither they nor their category were ever bought with
        anything get none.
    kept : int
        How long a list may be.

    Returns
    -------
    Together
        Lists by category, then number. In a list stand groups that an order holds together with
        the group, or with another of its category.

    References
    ----------
    Aiolli, F. (2013). Efficient top-N recommendation for very large scale binary rated datasets.
    RecSys '13 (the asymmetric cosine).
    MacKay, D. and Peto, L. (1995). A hierarchical Dirichlet language model. Natural Language
    Engineering 1(3) (a share damped by that of its class, this by that of all).

    Examples
    --------
    Of a hundred orders two hold bread (0) and butter (1), two bread alone. Butter goes with bread
    by (2 + 50 x 0.02) / ((4 + 50)^0.8 (2 + 50 x 0.02)^0.2).

    >>> orders, groups = np.r_[1, 1, 2, 2, 3:101], np.r_[0, 1, 0, 1, 0, 0, [2] * 96]
    >>> baskets = fill_baskets(orders, groups, np.full(3, -1))
    >>> lists = together(baskets, np.array([0]), kept=5)
    >>> lists.others.tolist(), lists.scores.round(4).tolist(), lists.direct.round(4).tolist()
    ([1], [0.099], [0.066])
    """
    lists = [
        _lists_of(baskets, some, category, kept)
        for category, of_category in _by_category(baskets, np.sort(rows))
        for some in _in_pieces(baskets, of_category)
    ]
    lengths = np.concatenate([np.empty(0, int), *(one[1] for one in lists)])
    is_some = lengths > 0
    columns = [
        np.concatenate([np.empty(0, kind), *(one[at] for one in lists)])
        for at, kind in ((0, int), (2, int), (3, float), (4, float))
    ]
    starts = np.append(0, np.cumsum(lengths[is_some]))
    return Together(columns[0][is_some], starts, *columns[1:])


@dataclass(frozen=True)
class _Usual:
    """What a category is bought with.

    `share` is P(j | category), `candidates` are the groups that this alone would put first.
    """

    share: np.ndarray
    candidates: np.ndarray


def _by_category(baskets: Baskets, rows: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    order = np.argsort(baskets.categories[rows], kind="stable")
    categories = baskets.categories[rows][order]
    for category in np.unique(categories):
        ends = np.searchsorted(categories, [category, category + 1])
        yield int(category), rows[order[slice(*ends)]]


def _in_pieces(baskets: Baskets, rows: np.ndarray) -> Iterator[np.ndarray]:
    """Cut rows so that no piece counts many more pairs than `PAIRS_AT_ONCE`."""
    sizes = np.diff(baskets.held.indptr)
    some = baskets.by_group[rows]
    ends = np.append(0, np.cumsum(sizes[some.indices]))[some.indptr]
    yield from np.split(rows, np.unique(_cuts(ends)))


def _cuts(ends: np.ndarray) -> list[int]:
    """Return before which rows to cut: where the pairs pass each multiple of `PAIRS_AT_ONCE`."""
    multiples = np.arange(PAIRS_AT_ONCE, ends[-1], PAIRS_AT_ONCE)
    return [int(at) for at in np.searchsorted(ends, multiples) if 0 < at < len(ends) - 1]


def _usual(baskets: Baskets, category: int, kept: int) -> _Usual:
    """Say what stands in orders beside a group of this category; beside any, without one."""
    if category < 0:
        return _Usual(baskets.shares, np.empty(0, dtype=int))
    here = baskets.by_category[[category]]
    beside = _held_in(baskets, here.indices)
    own = np.flatnonzero(baskets.categories == category)
    beside[own] = _held_in(baskets, here.indices[here.data > 1])[own]
    share = PRIOR_CATEGORY_ORDERS * baskets.shares + beside
    share /= len(here.indices) + PRIOR_CATEGORY_ORDERS
    found = np.flatnonzero(beside)
    promise = share[found] / (baskets.orders[found] + PRIOR_ORDERS * share[found]) ** POWER
    # One more than are kept, since a group does not stand in its own list.
    best = np.argpartition(-promise, min(kept, len(found) - 1))[: kept + 1] if len(found) else []
    return _Usual(share, found[best])


def _held_in(baskets: Baskets, orders: np.ndarray) -> np.ndarray:
    """Count how many of these orders hold each group."""
    return np.bincount(baskets.held[orders].indices, minlength=len(baskets.categories))


def _lists_of(baskets: Baskets, rows: np.ndarray, category: int, kept: int) -> tuple:
    """Return rows, lengths of their lists, and others, scores and direct parts in one line each."""
    usual = _usual(baskets, category, kept)
    width = len(baskets.categories)
    pairs = csr_array(baskets.by_group[rows] @ baskets.held)
    keys = np.repeat(np.arange(len(rows)), np.diff(pairs.indptr)) * width + pairs.indices
    more = (np.arange(len(rows))[:, None] * width + usual.candidates).ravel()
    more = more[~np.isin(more, keys)]
    counts = np.append(pairs.data, np.zeros(len(more))).astype(float)
    row, other = np.divmod(np.append(keys, more), max(width, 1))
    is_another = rows[row] != other
    row, other, counts = row[is_another], other[is_another], counts[is_another]
    imagined = PRIOR_ORDERS * usual.share[other]
    damping = (baskets.orders[rows[row]] + PRIOR_ORDERS) ** (1 - POWER)
    damping *= (baskets.orders[other] + imagined) ** POWER
    scores = (counts + imagined) / damping
    order = np.lexsort((other, -scores, row))
    row = row[order]
    place = np.arange(len(row)) - np.searchsorted(row, row)
    order, lengths = order[place < kept], np.bincount(row[place < kept], minlength=len(rows))
    return rows, lengths, other[order], scores[order], (counts / damping)[order]
