"""Why a customer is in this segment: computed when asked, from the published model."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from customers.features import Features, build_features
from customers.models import Customer, Membership, Segment, SegmentModel
from customers.norms import percentile_of, share_below
from customers.queries import segments as queries
from customers.segmentation.clusters import assign
from customers.segmentation.explanation import contributions, main_reasons
from customers.segmentation.learning import Learned
from customers.services.segments.moving import RFM_FEATURES


@dataclass(frozen=True)
class Why:
    """A feature that speaks for the segment.

    `percentile` is the customer's place among all from 0 to 100, in the middle of those alike;
    `share` the feature's part of all that speaks for this segment rather than the second best, and
    `below` the customers who have less, both from 0 to 1.
    """

    feature: str
    value: float
    percentile: float | None
    share: float | None
    below: float | None = None


@dataclass(frozen=True)
class Explanation:
    """A customer's segment, how sure that is, which would be next, and why it is this one."""

    segment: Segment
    since: datetime
    borderline: bool
    confidence: float | None
    second: Segment | None
    why: list[Why]


def explain_customer(customer: Customer) -> Explanation | None:
    """Explain a customer's present segment; None when they are in none."""
    stay, (run, model) = queries.membership_of(customer), queries.published_model()
    if not stay or not model:
        return None
    totals, categories = queries.population(run.as_of, [customer.pk])
    if not len(totals):
        return _unexplained(stay)
    if not model.parameters["learned"]:
        return _by_scores(stay, build_features(totals, categories, run.as_of))
    learned = Learned.from_json(model.parameters["learned"])
    features = build_features(totals, categories, run.as_of, learned.norms)
    return _by_distance(stay, model, learned, features)


def _by_distance(
    stay: Membership, model: SegmentModel, learned: Learned, features: Features
) -> Explanation:
    ids = [segment["id"] for segment in model.parameters["segments"]]
    if stay.segment_id not in ids:
        return _unexplained(stay)
    own = ids.index(stay.segment_id)
    z = learned.coordinates(features)
    # A hysteresis of nothing: the customer is where the run left them.
    found = assign(z, learned.centres, np.array([own]), hysteresis=0.0)
    second = int(found.second[0])
    parts = contributions(z[0].astype(float), learned.centres[own], learned.centres[second])
    return Explanation(
        segment=stay.segment,
        since=stay.since,
        borderline=stay.borderline,
        confidence=float(found.confidence[0]),
        second=Segment.objects.get(pk=ids[second]),
        why=[
            Why(
                reason.feature,
                float(features.column(reason.feature)[0]),
                _place(learned, features, reason.feature),
                reason.share,
                _below(learned, features, reason.feature),
            )
            for reason in main_reasons(learned.transform.names, parts)
        ],
    )


def _by_scores(stay: Membership, features: Features) -> Explanation:
    """Of an RFM group there is nothing to tell but the three numbers that make it."""
    why = [Why(name, float(features.column(name)[0]), None, None) for name in RFM_FEATURES]
    return Explanation(stay.segment, stay.since, False, None, None, why)


def _unexplained(stay: Membership) -> Explanation:
    """A customer whose orders are gone since the run, or whose segment is not the run's."""
    return Explanation(stay.segment, stay.since, stay.borderline, None, None, [])


def _place(learned: Learned, features: Features, name: str) -> float:
    grid = np.asarray(learned.transform.quantiles[name])
    return float(100 * percentile_of(features.column(name), grid)[0])


def _below(learned: Learned, features: Features, name: str) -> float:
    grid = np.asarray(learned.transform.quantiles[name])
    # As the quantiles are kept, so that equal values stay equal.
    return float(share_below(features.column(name).astype(float).round(6), grid)[0])
