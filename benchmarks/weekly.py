"""A year of weekly refreshes without a database: the arithmetic alone, as a refresh orders it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.simulator import totals
from customers.features import Features, build_features
from customers.naming.names import name_segments
from customers.naming.profiles import profile_segments
from customers.segmentation.clusters import assign
from customers.segmentation.drift import Drift, find_triggers, shift_of_values
from customers.segmentation.learning import Learned, learn
from customers.segmentation.matching import jaccard


@dataclass
class Week:
    """What one refresh came to; labels are keys, which last, by place of the customer."""

    customers: np.ndarray
    keys: np.ndarray
    learned: Learned
    key_of: list[int]
    names: list[str]
    triggers: list[str]
    moved: float = 0.0
    moved_by_model: float = 0.0
    kept: float = 1.0
    persisted: float = 1.0


def weeks(
    lines: pd.DataFrame, customers: pd.Index, first: pd.Timestamp, n_weeks: int, *, seed: int
) -> Iterator[Week]:
    """Refresh once a week; yield each week."""
    before = None
    for number in range(n_weeks):
        as_of = first + pd.Timedelta(weeks=number)
        before = refresh(lines, customers, as_of, before, seed)
        yield before


def refresh(
    lines: pd.DataFrame, customers: pd.Index, as_of: pd.Timestamp, before: Week | None, seed: int
) -> Week:
    """Assign by the model there is, or learn anew where a trigger says so."""
    sums = totals(lines, as_of, customers)
    if before is None:
        return _first(build_features(*sums, as_of), as_of, seed)
    old = before.learned
    features = build_features(*sums, as_of, old.norms)
    had = _look_up(features.customer_ids, before)
    place = np.array([before.key_of.index(key) if key >= 0 else -1 for key in had])
    stays = assign(old.coordinates(features), old.centres, place)
    triggers = find_triggers(_drift(old, stays, lines, as_of))
    if triggers:
        return _again(
            build_features(*sums, as_of), as_of, seed, before, stays.labels, had, triggers
        )
    keys = np.array(before.key_of)[stays.labels]
    return _compared(before, features, keys, keys, had, old, before.key_of, before.names, [])


def _first(features: Features, as_of: pd.Timestamp, seed: int) -> Week:
    learned, found, _ = learn(features, as_of, seed=seed)
    keys = list(range(learned.k))
    names = _names(features, learned, found.labels, [None] * learned.k)
    return Week(features.customer_ids, found.labels.astype(int), learned, keys, names, ["first"])


def _again(features, as_of, seed, before, expected, had, triggers) -> Week:
    learned, found, matched = learn(
        features, as_of, seed=seed, current=expected.astype(int), current_k=before.learned.k
    )
    fresh = max(before.key_of) + 1
    keys = [before.key_of[old] if old >= 0 else fresh + new for new, old in enumerate(matched)]
    carried = [before.names[old] if old >= 0 else None for old in matched]
    names = _names(features, learned, found.labels, carried)
    now = np.array(keys)[found.labels]
    stayed = np.array(before.key_of)[expected]
    codes = [trigger.code for trigger in triggers]
    return _compared(before, features, now, stayed, had, learned, keys, names, codes)


def _compared(before, features, now, stayed, had, learned, keys, names, triggers) -> Week:
    there = had >= 0
    both = jaccard(
        np.unique(had[there], return_inverse=True)[1],
        np.unique(now[there], return_inverse=True)[1],
        len(np.unique(had[there])),
        len(np.unique(now[there])),
    )
    olds, news = np.unique(had[there]), np.unique(now[there])
    same = [both[i, list(news).index(key)] if key in news else 0.0 for i, key in enumerate(olds)]
    return Week(
        features.customer_ids,
        now,
        learned,
        keys,
        names,
        triggers,
        moved=float((now != had)[there].mean()),
        moved_by_model=float(((now != had) & (stayed == had))[there].mean()),
        kept=float(np.mean([key in keys for key in before.key_of])),
        persisted=float(np.mean([overlap >= 0.6 for overlap in same])),
    )


def _names(features, learned, labels, carried) -> list[str]:
    profiles = profile_segments(features, learned.transform, labels, learned.k)
    return [named.name for named in name_segments(profiles, carried)]


def _look_up(customers: np.ndarray, before: Week) -> np.ndarray:
    row = np.minimum(np.searchsorted(before.customers, customers), len(before.customers) - 1)
    return np.where(before.customers[row] == customers, before.keys[row], -1)


def _drift(old: Learned, stays, lines: pd.DataFrame, as_of: pd.Timestamp) -> Drift:
    age = (as_of - lines["ordered_at"]).dt.total_seconds() / 86_400
    late = lines[(age >= 0) & (age <= 84) & (lines["quantity"] > 0)]
    value = late["quantity"] * late["unit_price"]
    orders = pd.DataFrame(
        {"order": late["order_id"], "gross": value, "cut": late["discount"], "age": age[late.index]}
    )
    orders = orders.groupby("order").agg({"gross": "sum", "cut": "sum", "age": "first"})
    now = (orders["age"] <= 28).to_numpy()
    net, cut = (orders["gross"] - orders["cut"]).to_numpy(), (orders["cut"] / orders["gross"])
    return Drift(
        shares_then=old.shares,
        shares_now=np.bincount(stays.labels, minlength=old.k) / len(stays.labels),
        distance_ratio=float(stays.squared_distance.mean() / old.mean_squared_distance),
        age=(as_of - old.fitted_as_of).total_seconds() / 86_400,
        order_value_psi=shift_of_values(net[~now], net[now]),
        discount_psi=shift_of_values(cut.to_numpy()[~now], cut.to_numpy()[now]),
    )
