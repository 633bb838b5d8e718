"""Rows of weights -> for each product the nearest one of each of its nearest item groups, exactly.

Rows are laid out so that alike ones stand side by side, in blocks. The largest weight of each term
in a block bounds the score of all its rows at once, so most blocks need not be looked at:

    order rows -> maxima of blocks -> a bar for each query, from a few promising blocks
    -> only blocks whose bound reaches the bar are scored -> hits above the bar -> the k best

A bar is never above the true k-th score, so nothing is missed; how good it is decides the time
only. Rows that are equal are searched for once.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from recommendations.layout import (
    block_maxima,
    candidates,
    first_equal_rows,
    rank_in_run,
    run_starts,
    sharers,
    side_by_side,
    squared_lengths,
)
from recommendations.likeness import STEPS, cosine_steps

# Rows to a block. Smaller ones are bounded more tightly, but there are more of them.
BLOCK = 64
# Blocks looked at to set the first bar of a query.
PROBES = 32
# Queries to a part, the unit of work that is handed out: what 14 bits can number.
PART = 2**14
# Most products a search can tell apart: what 25 bits can number.
MOST_ROWS = 2**25
# Hits to a query that may wait before they are cut down to the best, which raises the bars.
WAITING = 40


@dataclass(frozen=True)
class Index:
    """A catalogue laid out for searching; made by `build_index`.

    Parameters
    ----------
    k : int
        Groups to find for a product.
    groups : ndarray of int, shape (n_products,)
        The item group of each product.
    rows : ndarray of int, shape (n_candidates,)
        Products that can stand in a list, alike ones side by side.
    weights : csr_array of float32, shape (n_candidates, n_terms)
        Their rows.
    squares : ndarray of float, shape (n_candidates,)
        The squared lengths of these.
    maxima : csr_array of float32, shape (n_blocks, n_terms)
        The largest weight of each term in each block of `weights`.
    queries : ndarray of int, shape (n_queries,)
        Places in `rows`, ascending: one for each distinct row.
    sharers : csr_array of shape (n_queries, n_products)
        The products that have a query's row.
    """

    k: int
    groups: np.ndarray
    rows: np.ndarray
    weights: csr_array
    squares: np.ndarray
    maxima: csr_array
    queries: np.ndarray
    sharers: csr_array

    @property
    def part_count(self) -> int:
        """How many parts of the work there are."""
        return -(-len(self.queries) // PART)


@dataclass(frozen=True)
class Neighbours:
    """Lists of products, one after the other.

    Parameters
    ----------
    rows : ndarray of int, shape (n_lists,)
        The product each list belongs to.
    starts : ndarray of int, shape (n_lists + 1,)
        Where in `neighbours` each list begins and the last one ends.
    neighbours : ndarray of int, shape (n_entries,)
        Products, nearest first; of equal scores, the lower row first.
    scores : ndarray of float, shape (n_entries,)
        Their cosines, no unit, above 0 and up to 1.
    """

    rows: np.ndarray
    starts: np.ndarray
    neighbours: np.ndarray
    scores: np.ndarray

    def only(self, is_wanted: np.ndarray) -> "Neighbours":
        """Keep the lists of some products, given as a mask over all products."""
        kept = is_wanted[self.rows]
        lengths = np.diff(self.starts)
        entries = kept.repeat(lengths)
        starts = np.append(0, np.cumsum(lengths[kept]))
        return Neighbours(self.rows[kept], starts, self.neighbours[entries], self.scores[entries])


def build_index(weights: csr_array, groups: np.ndarray, k: int) -> Index:
    """Lay out a catalogue for searching.

    Parameters
    ----------
    weights : csr_array of float32, shape (n_products, n_terms)
        Whole numbers, as `recommendations.vectors` makes them.
    groups : ndarray of int, shape (n_products,)
        The item group of each product, from 0.
    k : int
        Groups to find for a product.

    Returns
    -------
    Index
        What `nearest` searches.

    Raises
    ------
    ValueError
        If k is less than 1, or there are `MOST_ROWS` products or more.
    """
    if k < 1:
        raise ValueError("k must be 1 or more")
    if weights.shape[0] >= MOST_ROWS:
        raise ValueError(f"{weights.shape[0]} products are too many to search")
    twins = first_equal_rows(weights)
    rows = candidates(twins, groups, k)
    rows = rows[side_by_side(weights[rows], groups[rows], BLOCK)]
    laid_out = weights[rows]
    laid_out.sort_indices()
    queries = np.flatnonzero(twins[rows] == rows)
    return Index(
        k=k,
        groups=groups,
        rows=rows,
        weights=laid_out,
        squares=squared_lengths(laid_out),
        maxima=block_maxima(laid_out, BLOCK),
        queries=queries,
        sharers=sharers(twins, rows[queries]),
    )


def nearest(index: Index, part: int = 0) -> Neighbours:
    """Find the nearest groups of the products of one part.

    Parts are independent of one another: they can be searched anywhere in any order, and together
    they hold every product that has weights once.

    Parameters
    ----------
    index : Index
        The catalogue.
    part : int
        From 0 to `index.part_count` - 1.

    Returns
    -------
    Neighbours
        For each product the best product of each of its k best other groups.

    Examples
    --------
    >>> weights = csr_array(np.array([[10, 0], [6, 8], [8, 6], [0, 10.0]], dtype="f4"))
    >>> found = nearest(build_index(weights, groups=np.array([0, 1, 1, 2]), k=1))
    >>> order = np.argsort(found.rows)
    >>> found.neighbours[order].tolist(), found.scores[order].round(6).tolist()
    ([2, 3, 0, 1], [0.8, 0.8, 0.8, 0.8])
    """
    return _search(index, np.arange(len(index.queries))[part * PART : (part + 1) * PART])


def nearest_to(index: Index, rows: np.ndarray) -> Iterator[Neighbours]:
    """Find the nearest groups of some products.

    Parameters
    ----------
    index : Index
        The catalogue.
    rows : ndarray of int
        Products.

    Yields
    ------
    Neighbours
        The lists of these products, and of those that are equal to one of them.

    Examples
    --------
    >>> weights = csr_array(np.array([[10, 0], [6, 8], [8, 6], [0, 10.0]], dtype="f4"))
    >>> index = build_index(weights, groups=np.arange(4), k=2)
    >>> [found.neighbours.tolist() for found in nearest_to(index, np.array([3]))]
    [[1, 2]]
    """
    is_wanted = np.zeros(index.sharers.shape[1], dtype=np.int64)
    is_wanted[rows] = 1
    wanted = np.flatnonzero(index.sharers @ is_wanted)
    for start in range(0, len(wanted), PART):
        yield _search(index, wanted[start : start + PART])


def _search(index: Index, wanted: np.ndarray) -> Neighbours:
    search = _Search(index, index.queries[wanted])
    search.set_bars()
    search.scan_blocks()
    return _lists(index, index.sharers[wanted], *search.best())


class _Search:
    """The search for one part: its queries, their bars, and what was found so far."""

    def __init__(self, index: Index, places: np.ndarray) -> None:
        self.index = index
        self.places = places
        self.queries = index.weights[places]
        self.squares = index.squares[places]
        # The least dot product that can still enter a query's list.
        self.bars = np.ones(len(places), dtype=np.float32)
        self.shortest = np.sqrt(index.squares.min(initial=1e18))
        self.waiting: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self.waiting_count = 0
        self.keys = np.empty(0, dtype=np.uint64)

    def set_bars(self) -> None:
        """Score promising blocks for each 64 queries, and set their bars by the k-th group."""
        index, spread = self.index, _Spread(self.index.weights.shape[1])
        lengths = np.sqrt(index.squares).astype(np.float32)
        for start, blocks in self._promising_blocks():
            queries = slice(start, start + BLOCK)
            places = (blocks[:, None] * BLOCK + np.arange(BLOCK)).ravel()
            places = places[places < len(index.rows)]
            scores = index.weights[places] @ spread(self.queries[queries])
            scores /= lengths[places, None]
            groups = index.groups[index.rows[places]]
            # The layout keeps a group together, so its rows follow one another here too.
            scores = np.maximum.reduceat(scores, run_starts(groups), axis=0)
            if len(scores) > index.k:
                kth = -np.partition(-scores.T, index.k, axis=1)[:, index.k]
                bars = np.floor(kth * (self.shortest * (1 - 1e-6))) - 1
                bars = bars[: len(self.bars[queries])]
                self.bars[queries] = np.maximum(self.bars[queries], bars)

    def scan_blocks(self) -> None:
        """Score every block for the queries whose bar its bound reaches; nearby blocks first."""
        index = self.index
        spread, spread_bounds = (_Spread(index.weights.shape[1]) for _ in range(2))
        starts = np.arange(0, index.maxima.shape[0], BLOCK)
        centre = self.places.mean() / BLOCK if len(self.places) else 0
        for start in starts[np.argsort(np.abs(starts + BLOCK / 2 - centre))]:
            bounds = self.queries @ spread_bounds(index.maxima[start : start + BLOCK])
            reached = np.ascontiguousarray((bounds >= self.bars[:, None]).T)
            for block, may_enter in enumerate(reached, start):
                if may_enter.any():
                    first = block * BLOCK
                    queries = np.flatnonzero(may_enter)
                    block_weights = index.weights[first : first + BLOCK]
                    dots = self.queries[queries] @ spread(block_weights)
                    self._note_hits(queries, first, dots)
            if self.waiting_count > WAITING * len(self.places):
                self._settle()

    def best(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the k + 1 best groups of each query: query, row, score in steps."""
        self._settle()
        return _unpack(self.keys)

    def _promising_blocks(self) -> Iterator[tuple[int, np.ndarray]]:
        maxima, count = self.index.maxima, len(self.places)
        tiles = csr_array(
            (np.ones(count, "f4"), np.arange(count), np.append(np.arange(0, count, BLOCK), count)),
            shape=(-(-count // BLOCK), count),
        )
        sums = (tiles @ self.queries).astype(np.float32)
        probes = min(PROBES, maxima.shape[0])
        bounds = (sums @ maxima.T.tocsr()).toarray()
        order = np.argpartition(-bounds, probes - 1, axis=1)[:, :probes]
        yield from zip(range(0, count, BLOCK), np.sort(order, axis=1), strict=True)

    def _note_hits(self, queries: np.ndarray, first: int, dots: np.ndarray) -> None:
        hits = np.flatnonzero(dots >= self.bars[queries, None])
        self.waiting.append((queries[hits // BLOCK], first + hits % BLOCK, dots.ravel()[hits]))
        self.waiting_count += len(hits)

    def _settle(self) -> None:
        """Cut what was found down to the k + 1 best groups of each query, and raise its bar."""
        if not self.waiting:
            return
        index = self.index
        queries, places, dots = map(np.concatenate, zip(*self.waiting, strict=True))
        self.waiting, self.waiting_count = [], 0
        steps = cosine_steps(dots.astype(float), self.squares[queries] * index.squares[places])
        keys = np.concatenate([self.keys, _pack(queries, index.rows[places], steps)])
        keys.sort()
        queries, rows, _ = _unpack(keys)
        _, firsts = np.unique(
            queries * (index.groups.max() + 1) + index.groups[rows], return_index=True
        )
        firsts.sort()
        rank = rank_in_run(queries[firsts])
        self.keys = keys[firsts[rank <= index.k]]
        queries, _, steps = _unpack(keys[firsts[rank == index.k]])
        bars = (steps - 1) / STEPS * np.sqrt(self.squares[queries]) * self.shortest
        self.bars[queries] = np.maximum(self.bars[queries], np.floor(bars))


class _Spread:
    """A dense matrix of terms by `BLOCK` columns that is written again and again."""

    def __init__(self, n_terms: int) -> None:
        self.dense = np.zeros(n_terms * BLOCK, dtype=np.float32)
        self.written = np.empty(0, dtype=np.intp)

    def __call__(self, rows: csr_array) -> np.ndarray:
        """Return up to `BLOCK` rows as columns; the ones before are gone."""
        self.dense[self.written] = 0
        column = np.arange(rows.shape[0]).repeat(np.diff(rows.indptr))
        self.written = rows.indices.astype(np.intp) * BLOCK + column
        self.dense[self.written] = rows.data
        return self.dense.reshape(-1, BLOCK)


def _pack(queries: np.ndarray, rows: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Put all of a hit in one number that sorts by query, then best score, then row."""
    return (
        (queries.astype(np.uint64) << np.uint64(50))
        | ((STEPS - steps).astype(np.uint64) << np.uint64(25))
        | rows.astype(np.uint64)
    )


def _unpack(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    low = np.uint64(2**25 - 1)
    queries = (keys >> np.uint64(50)).astype(np.int64)
    steps = STEPS - ((keys >> np.uint64(25)) & low).astype(np.int64)
    return queries, (keys & low).astype(np.int64), steps


def _lists(
    index: Index, sharers: csr_array, queries: np.ndarray, rows: np.ndarray, steps: np.ndarray
) -> Neighbours:
    """Give each product that has a query's row the k best groups without its own."""
    counts = np.bincount(queries, minlength=sharers.shape[0])
    starts = np.cumsum(counts) - counts
    owners = sharers.indices
    query_of_owner = np.arange(sharers.shape[0]).repeat(np.diff(sharers.indptr))
    lengths = counts[query_of_owner]
    owner = np.arange(len(owners)).repeat(lengths)
    entry = np.arange(lengths.sum()) - (np.cumsum(lengths) - lengths).repeat(lengths)
    entry += starts[query_of_owner].repeat(lengths)
    others = index.groups[rows[entry]] != index.groups[owners[owner]]
    owner, entry = owner[others], entry[others]
    best = rank_in_run(owner) < index.k
    owner, entry = owner[best], entry[best]
    ends = np.cumsum(np.bincount(owner, minlength=len(owners)))
    return Neighbours(owners, np.append(0, ends), rows[entry], steps[entry] / STEPS)
