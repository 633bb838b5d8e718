"""A segment in numbers: typical values, and where its customers stand among all."""

from dataclasses import dataclass

import numpy as np

from customers.features import Features
from customers.transform import Transform, percentiles

SAMPLE = 40_000


@dataclass(frozen=True)
class Profile:
    """What a segment's customers are like.

    `percentile` is their mean place among all customers from 0 to 100, for the features that
    could tell customers apart; `median` is in the features' own units, `mean_season_share` and
    `one_time` (who ordered once) are shares from 0 to 1, `gap` is the median of days between
    orders.
    """

    customers: int
    share: float
    revenue_share: float
    percentile: dict[str, float]
    median: dict[str, float]
    mean_season_share: float
    one_time: float
    gap: float

    def measure(self, name: str) -> float | None:
        """Return what a gate looks at; None when the shop's data cannot say."""
        if name == "recentness":
            place = self.percentile.get("days_since_last_order")
            return None if place is None else 100 - place
        if name in self.percentile:
            return self.percentile[name]
        if name.startswith("median_"):
            return self.median.get(name.removeprefix("median_"))
        own = {
            "season_mean": self.mean_season_share,
            "one_time": 100 * self.one_time,
            "gap": self.gap,
        }
        return own.get(name)


def profile_segments(
    features: Features, transform: Transform, labels: np.ndarray, k: int
) -> list[Profile]:
    """Profile every segment.

    Parameters
    ----------
    features : Features
        Raw features; typical values are of up to SAMPLE customers, spread evenly over the rows.
    transform : Transform
        Of the model in use.
    labels : ndarray of int, shape (n_customers,)
        Segment of each customer, from 0 to k − 1.
    k : int
        Segments; each needs a customer.

    Returns
    -------
    list of Profile
        By segment number; sizes and revenue shares are of all customers.
    """
    spent = features.column("total_spent").astype(float)
    sizes = np.bincount(labels, minlength=k)
    revenue = np.bincount(labels, spent, minlength=k) / max(spent.sum(), 1e-12)
    few = _sample(labels, k)
    sample, sample_labels = features.rows(few), labels[few]
    place = percentiles(transform, sample)
    return [
        _profile(
            sample.rows(sample_labels == number),
            place[sample_labels == number],
            transform.names,
            (int(sizes[number]), float(sizes[number] / len(labels)), float(revenue[number])),
        )
        for number in range(k)
    ]


def typical_values(features: Features) -> dict[str, float]:
    """Measure the typical customer of all.

    Parameters
    ----------
    features : Features
        Raw features of at least one customer; up to SAMPLE of them are looked at, spread evenly.

    Returns
    -------
    dict of str to float
        The median of every feature, in its own unit.
    """
    step = -(-len(features.values) // SAMPLE)
    medians = np.median(features.values[::step], axis=0)
    return dict(zip(features.names, medians.tolist(), strict=True))


def _sample(labels: np.ndarray, k: int) -> np.ndarray:
    """Every so-many-th customer, or all of a segment too small for that."""
    step = -(-len(labels) // SAMPLE)
    if step == 1:
        return np.arange(len(labels))
    chosen = [np.flatnonzero(labels == number) for number in range(k)]
    return np.sort(
        np.concatenate([rows[:: max(1, min(step, len(rows) // 500))] for rows in chosen])
    )


def _profile(
    features: Features, place: np.ndarray, used: tuple[str, ...], size: tuple[int, float, float]
) -> Profile:
    means, medians = place.mean(axis=0), np.median(features.values, axis=0)
    orders = features.column("order_count")
    lifetime = features.column("days_since_first_order") - features.column("days_since_last_order")
    again = orders > 1
    return Profile(
        *size,
        percentile={
            name: float(mean)
            for name, mean in zip(features.names, means, strict=True)
            if name in used
        },
        median=dict(zip(features.names, medians.tolist(), strict=True)),
        mean_season_share=float(features.column("season_share").mean()),
        one_time=float((orders <= 1).mean()),
        gap=float(np.median(lifetime[again] / (orders[again] - 1))) if again.any() else 0.0,
    )
