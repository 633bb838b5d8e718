"""Segments to look at: customers on a plane, the most typical ones, what a segment buys."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from customers.demand import Buyers, best, rising, times_elsewhere, typical
from customers.features import Features, build_features
from customers.models import Segment, SegmentModel
from customers.projection import heights_apart, project
from customers.queries import pages, samples
from customers.queries import segments as queries
from customers.queries.clock import data_clock
from customers.segmentation.clusters import assign, squared_distances
from customers.segmentation.learning import Learned
from customers.services.segments.moving import RFM_FEATURES
from runs.models import Run

LOOKED_AT = 400  # customers a segment, for the picture
BUYERS_LOOKED_AT = 20_000
DAYS = 90
TYPICAL_SHOWN, PRODUCTS_SHOWN = 5, 6


@dataclass(frozen=True)
class Picture:
    """Customers of all segments on a plane, by the run's model; plain numbers, to be kept.

    `points` are (x, y, segment id), `middles` those of each segment's points, `name_heights` where
    names stand beside each other; `typical` are the customers nearest each segment's centre;
    `bordering` per segment the share of its customers nearly in another one, by that one.
    """

    run: int
    points: list[tuple[float, float, int]]
    middles: dict[int, tuple[float, float]]
    name_heights: dict[int, float]
    axes: list[list[tuple[str, int]]]
    typical: dict[int, list[int]]
    bordering: dict[int, dict[int, float]]


@dataclass(frozen=True)
class Product:
    """A product that a segment buys: its buyers now and before, and how that compares."""

    product_id: int
    buyers: int
    before: int
    times_elsewhere: float | None


@dataclass(frozen=True)
class Bought:
    """What a segment bought in the last days: its members, and how many of them were looked at."""

    as_of: datetime
    days: int
    members: int
    customers: int
    best: list[Product]
    typical: list[Product]
    rising: list[Product]


def draw_segments() -> Picture | None:
    """Draw the published segments; None where nothing is published, or nobody is in them."""
    run, model = queries.published_model()
    if not model:
        return None
    sizes = _sizes(run)
    chosen = samples.sample_of_members(sizes, LOOKED_AT)
    totals, categories = queries.population(run.as_of, chosen["customer_id"].tolist())
    if not len(totals):
        return None
    stored = model.parameters["learned"]
    learned = Learned.from_json(stored) if stored else None
    features = build_features(totals, categories, run.as_of, learned and learned.norms)
    place = np.searchsorted(chosen["customer_id"], features.customer_ids)
    segment_ids = chosen["segment_id"][place]
    z, centres, names, ids = _coordinates(model, learned, features, segment_ids)
    labels = np.array([ids.index(pk) if pk in ids else -1 for pk in segment_ids.tolist()])
    known = labels >= 0
    return _picture(
        run, z[known], centres, labels[known], names, ids, features.customer_ids[known], sizes
    )


def find_bought(segment: Segment, run: Run) -> Bought | None:
    """Find what a segment buys most, more than others, and more than before."""
    as_of, sizes = data_clock(), _sizes(run)
    if as_of is None or segment.pk not in sizes:
        return None
    buyers = samples.buyers_of(segment.pk, sizes, as_of, days=DAYS, wanted=BUYERS_LOOKED_AT)
    found = {
        name: [_product(buyers, row) for row in choose(buyers, PRODUCTS_SHOWN)]
        for name, choose in (("best", best), ("typical", typical), ("rising", rising))
    }
    return Bought(as_of, DAYS, sizes[segment.pk], buyers.own, **found)


def _sizes(run: Run) -> dict[int, int]:
    return {profile.segment_id: profile.customers for profile in pages.profiles_of(run)}


def _coordinates(
    model: SegmentModel, learned: Learned | None, features: Features, segment_ids: np.ndarray
) -> tuple[np.ndarray, np.ndarray, tuple[str, ...], list[int]]:
    """Coordinates by the model; where there is none, by the three numbers that make RFM groups."""
    if learned:
        ids = [segment["id"] for segment in model.parameters["segments"]]
        return learned.coordinates(features), learned.centres, learned.transform.names, ids
    z = np.log1p(np.column_stack([features.column(name) for name in RFM_FEATURES]).astype(float))
    spread = z.std(axis=0)
    z = (z - z.mean(axis=0)) / np.where(spread > 0, spread, 1)
    ids = np.unique(segment_ids)
    centres = np.array([z[segment_ids == pk].mean(axis=0) for pk in ids])
    return z, centres, RFM_FEATURES, ids.tolist()


def _picture(
    run: Run,
    z: np.ndarray,
    centres: np.ndarray,
    labels: np.ndarray,
    names: tuple[str, ...],
    ids: list[int],
    customer_ids: np.ndarray,
    sizes: dict[int, int],
) -> Picture:
    shares = np.array([sizes.get(pk, 0) for pk in ids]) / max(sum(sizes.values()), 1)
    plane = project(z.astype(float), centres, shares, names)
    found = assign(z, centres, labels, hysteresis=0.0)
    own = squared_distances(z, centres)[np.arange(len(z)), labels]
    middles, typical, bordering = {}, {}, {}
    for place, pk in enumerate(ids):
        members = np.flatnonzero(labels == place)
        if not len(members):
            continue
        middles[pk] = tuple(plane.points[members].mean(axis=0).round(1).tolist())
        nearest = members[np.argsort(own[members], kind="stable")][:TYPICAL_SHOWN]
        typical[pk] = customer_ids[nearest].tolist()
        near = members[found.borderline[members]]
        others, counts = np.unique(found.second[near], return_counts=True)
        bordering[pk] = {
            ids[other]: float(count / len(members))
            for other, count in sorted(zip(others, counts, strict=True), key=lambda item: -item[1])
        }
    heights = heights_apart(np.reshape(list(middles.values()), (-1, 2))).tolist()
    return Picture(
        run=run.pk,
        points=[
            (round(float(x), 1), round(float(y), 1), ids[label])
            for (x, y), label in zip(plane.points, labels.tolist(), strict=True)
        ],
        middles=middles,
        name_heights=dict(zip(middles, heights, strict=True)),
        axes=[list(axis) for axis in plane.axes],
        typical=typical,
        bordering=bordering,
    )


def _product(buyers: Buyers, row: int) -> Product:
    return Product(
        int(buyers.product_ids[row]),
        int(buyers.now[row]),
        int(buyers.before[row]),
        times_elsewhere(buyers, row),
    )
