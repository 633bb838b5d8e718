"""A year of weekly refreshes without a database: the arithmetic alone, as a refresh orders it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.book import Book, recent_orders, totals
from customers.features import Features, build_features
from customers.naming.names import name_segments
from customers.naming.profiles import profile_segments
from customers.segmentation.clusters import assign, fit_clusters
from customers.segmentation.drift import Drift, find_triggers, shift_of_values
from customers.segmentation.learning import Learned, learn
from customers.segmentation.matching import jaccard, match_segments

SAME = 0.6  # of a segment's members and next week's, in common: it persists


@dataclass
class Week:
    """What one refresh came to.

    `keys` are of the customers, who are places in the book; a key lasts as long as its segment.
    Shares are of customers, or of segments, that were there a week before.
    """

    customers: np.ndarray
    keys: np.ndarray
    learned: Learned | None = None
    key_of: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    moved: float = 0.0
    moved_by_model: float = 0.0
    kept: float = 1.0
    persisted: float = 1.0


def segrec_weeks(book: Book, first: pd.Timestamp, n_weeks: int, *, seed: int) -> Iterator[Week]:
    """Refresh once a week as segrec does; yield each week."""
    before = None
    for as_of in _instants(first, n_weeks):
        before = _refresh(book, as_of, before, seed)
        yield before


@dataclass(frozen=True)
class Fit:
    """How a peer fits: in which space, how many clusters; `matched` keeps last week's numbers."""

    space: Callable[[Features], np.ndarray]
    k: int
    seed: int
    matched: bool


def cold_weeks(book: Book, first: pd.Timestamp, n_weeks: int, fit: Fit) -> Iterator[Week]:
    """Fit anew every week with another seed."""
    before = None
    for number, as_of in enumerate(_instants(first, n_weeks)):
        features = build_features(*totals(book, as_of), as_of)
        z = fit.space(features)
        centres = fit_clusters(z, fit.k, seed=fit.seed + number).centres
        keys = assign(z, centres).labels.astype(int)
        if before and fit.matched:
            keys = _same_numbers(before, features.customer_ids, keys, fit.k)
        week = Week(features.customer_ids, keys)
        before = _compared(before, week, keys) if before else week
        yield before


def _instants(first: pd.Timestamp, n_weeks: int) -> list[pd.Timestamp]:
    return [first + pd.Timedelta(weeks=number) for number in range(n_weeks)]


def _refresh(book: Book, as_of: pd.Timestamp, before: Week | None, seed: int) -> Week:
    """Assign by the model there is, or learn anew where a trigger says so."""
    sums = totals(book, as_of)
    if before is None:
        return _first(build_features(*sums, as_of), as_of, seed)
    old = before.learned
    features = build_features(*sums, as_of, old.norms)
    had = _keys_of(before, features.customer_ids)
    place = np.array([before.key_of.index(key) if key >= 0 else -1 for key in had])
    stays = assign(old.coordinates(features), old.centres, place)
    triggers = find_triggers(_drift(old, stays, book, as_of))
    stayed = np.array(before.key_of)[stays.labels]
    if not triggers:
        week = Week(features.customer_ids, stayed, old, before.key_of, before.names)
        return _compared(before, week, stayed)
    features = build_features(*sums, as_of)
    learned, found, matched = learn(
        features, as_of, seed=seed, current=stays.labels.astype(int), current_k=old.k
    )
    fresh = max(before.key_of) + 1
    keys = tuple(before.key_of[o] if o >= 0 else fresh + new for new, o in enumerate(matched))
    carried = [before.names[o] if o >= 0 else None for o in matched]
    names = _names(features, learned, found.labels, carried)
    week = Week(features.customer_ids, np.array(keys)[found.labels], learned, keys, names)
    week.triggers = tuple(trigger.code for trigger in triggers)
    return _compared(before, week, stayed)


def _first(features: Features, as_of: pd.Timestamp, seed: int) -> Week:
    learned, found, _ = learn(features, as_of, seed=seed)
    names = _names(features, learned, found.labels, [None] * learned.k)
    keys = tuple(range(learned.k))
    return Week(features.customer_ids, found.labels.astype(int), learned, keys, names)


def _compared(before: Week, week: Week, stayed: np.ndarray) -> Week:
    """Add what changed since the week before; `stayed` is what the old model alone would say."""
    had = _keys_of(before, week.customers)
    there = had >= 0
    olds, old = np.unique(had[there], return_inverse=True)
    news, new = np.unique(week.keys[there], return_inverse=True)
    overlap = jaccard(old, new, len(olds), len(news))
    same = [overlap[i, np.flatnonzero(news == key)].sum() for i, key in enumerate(olds)]
    week.moved = float((week.keys != had)[there].mean())
    week.moved_by_model = float(((week.keys != had) & (stayed == had))[there].mean())
    week.kept = float(np.isin(olds, news).mean())
    week.persisted = float(np.mean(np.array(same) >= SAME))
    return week


def _same_numbers(before: Week, customers: np.ndarray, labels: np.ndarray, k: int) -> np.ndarray:
    matched = match_segments(_keys_of(before, customers), labels, k, k)
    free = iter(np.setdiff1d(np.arange(k), matched))
    return np.array([old if old >= 0 else next(free) for old in matched])[labels]


def _names(features, learned, labels, carried) -> tuple[str, ...]:
    profiles = profile_segments(features, learned.transform, labels, learned.k)
    return tuple(named.name for named in name_segments(profiles, carried))


def _keys_of(before: Week, customers: np.ndarray) -> np.ndarray:
    row = np.minimum(np.searchsorted(before.customers, customers), len(before.customers) - 1)
    return np.where(before.customers[row] == customers, before.keys[row], -1)


def _drift(old: Learned, stays, book: Book, as_of: pd.Timestamp) -> Drift:
    orders = recent_orders(book, as_of)
    now, cut = orders["age"] <= 28, orders["discount_share"]
    known = np.isfinite(cut)
    return Drift(
        shares_then=old.shares,
        shares_now=np.bincount(stays.labels, minlength=old.k) / len(stays.labels),
        distance_ratio=float(stays.squared_distance.mean() / old.mean_squared_distance),
        age=(as_of - old.fitted_as_of).total_seconds() / 86_400,
        order_value_psi=shift_of_values(orders["net"][~now], orders["net"][now]),
        discount_psi=shift_of_values(cut[~now & known], cut[now & known]),
    )
