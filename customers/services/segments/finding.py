"""Find today's segments: by the model there is, by a new one, or by the RFM grid."""

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from customers import rfm
from customers.backtest import Foresight, horizon_days, look_back
from customers.features import Features, build_features
from customers.naming.faces import new_key, next_face
from customers.naming.names import Named, name_segments
from customers.naming.profiles import Profile, profile_segments, typical_values
from customers.naming.words import describe
from customers.queries import pages
from customers.queries import segments as queries
from customers.scoring import (
    Scores,
    Yardsticks,
    measure_yardsticks,
    rfm_groups,
    score_customers,
)
from customers.segmentation.choice import PINNED, restate
from customers.segmentation.clusters import Assignment, assign
from customers.segmentation.drift import Drift, Trigger, find_triggers, shift_of_values
from customers.segmentation.evidence import dominance, structure_gain
from customers.segmentation.gates import too_small
from customers.segmentation.learning import Learned, learn, renumbered
from customers.services.segments.published import KMEANS, RFM, Published
from customers.transform import percentiles_only
from runs.gates import REFUSE, Gate

SEED = 20_110_601
BACKTEST_CUSTOMERS = 20_000


@dataclass(frozen=True)
class Request:
    """What a refresh is asked for.

    A number of segments, `k`, is kept by later refreshes that name none; 0 lets it go. `frozen`
    asks for the model there is, whatever speaks for a new one.
    """

    as_of: datetime
    k: int | None = None
    refit: bool = False
    frozen: bool = False
    seed: int = SEED

    def pinned(self, old: Learned | None) -> int | None:
        """Return the number of segments that staff want, now or since an earlier refresh."""
        if self.k is None and old and old.choice.code == PINNED:
            return old.k
        return self.k or None


@dataclass(frozen=True)
class Found:
    """Today's segments and who is in them; arrays are rows of `features`.

    `by_published` are the same features by the published model's norms. `matched` is the published
    place that each place continues, −1 for none; `expected` the published place that the published
    model gives each customer today, −1 where it cannot say.
    """

    method: str
    features: Features
    by_published: Features
    labels: np.ndarray
    borderline: np.ndarray
    matched: np.ndarray
    expected: np.ndarray
    segments: list[dict]
    learned: Learned | None
    yardsticks: Yardsticks
    scores: Scores
    evidence: dict = field(default_factory=dict)
    triggers: list[Trigger] = field(default_factory=list)
    refitted: bool = True
    composed: int = 0


class NoSegments(Exception):
    """There are none to be found; `gates` say why."""

    def __init__(self, gates: list[Gate]) -> None:
        super().__init__("; ".join(gate.text for gate in gates))
        self.gates = gates


def find_clusters(
    request: Request,
    published: Published,
    totals: pd.DataFrame,
    categories: pd.DataFrame,
) -> Found:
    """Assign customers by the published model while it holds, else by one learned anew."""
    as_of, old = request.as_of, published.learned
    features = build_features(totals, categories, as_of, old and old.norms)
    by_published = features
    refused = too_small(len(features.values), features.history_days)
    if refused:
        raise NoSegments(refused)
    stays, triggers = None, []
    if old:
        now = published.places_of(features.customer_ids)
        stays = assign(old.coordinates(features), old.centres, now)
        triggers = find_triggers(_drift(old, stays, as_of))
    expected = stays.labels.astype(int) if stays else np.full(len(features.values), -1)
    pinned = request.pinned(old)
    due = bool(triggers) or request.refit or bool(old and pinned not in (None, old.k))
    refitted = not old or (due and not request.frozen)
    if not refitted:
        learned, assignment, matched = _as_asked(old, pinned), stays, np.arange(old.k)
    else:
        if old:
            features = build_features(totals, categories, as_of)
        learned, assignment, matched = _learn(
            features, request, pinned, expected if old else None, old
        )
    evidence = _evidence(request, features, learned, assignment) if refitted else published.evidence
    yardsticks = measure_yardsticks(features) if refitted else published.yardsticks
    segments, composed = _named_segments(features, learned, assignment, matched, published)
    return Found(
        method=KMEANS,
        features=features,
        by_published=by_published,
        labels=assignment.labels.astype(int),
        borderline=assignment.borderline,
        matched=matched,
        expected=expected,
        segments=segments,
        learned=learned,
        yardsticks=yardsticks,
        scores=score_customers(features, yardsticks),
        evidence=evidence,
        triggers=triggers,
        refitted=refitted,
        composed=composed,
    )


def find_groups(
    request: Request,
    published: Published,
    totals: pd.DataFrame,
    categories: pd.DataFrame,
) -> Found:
    """Group customers by the RFM grid, where there are no segments to be found."""
    features = build_features(totals, categories, request.as_of)
    yardsticks = measure_yardsticks(features)
    scores = score_customers(features, yardsticks)
    present, labels = np.unique(rfm_groups(scores), return_inverse=True)
    keys = [rfm.key_of(list(rfm.GROUPS)[group]) for group in present]
    old_keys = [segment["key"] for segment in published.segments]
    before = published.yardsticks if published.method == RFM else None
    return Found(
        method=RFM,
        features=features,
        by_published=features,
        labels=labels,
        borderline=np.zeros(len(labels), dtype=bool),
        matched=np.array([old_keys.index(key) if key in old_keys else -1 for key in keys]),
        expected=_groups_by(before, features, old_keys),
        segments=_rfm_segments(features, labels, [list(rfm.GROUPS)[group] for group in present]),
        learned=None,
        yardsticks=yardsticks,
        scores=scores,
    )


def _as_asked(old: Learned, pinned: int | None) -> Learned:
    """Remember that staff want this number of segments, or no longer do."""
    was_pinned = old.choice.code == PINNED
    if bool(pinned) == was_pinned:
        return old
    return replace(old, choice=restate(old.choice, PINNED if pinned else "k_kept"))


def _learn(
    features: Features,
    request: Request,
    pinned: int | None,
    current: np.ndarray | None,
    old: Learned | None,
) -> tuple[Learned, Assignment, np.ndarray]:
    """Learn anew; segments are numbered by falling mean spend."""
    try:
        learned, assignment, matched = learn(
            features,
            request.as_of,
            seed=request.seed,
            current=current,
            current_k=old and old.k,
            pinned=pinned,
        )
    except ValueError as problem:
        text = f"Customers are too much alike to part: {problem}."
        raise NoSegments([Gate("customers_alike", REFUSE, None, text)]) from problem
    sizes = np.bincount(assignment.labels, minlength=learned.k)
    if not sizes.all():
        text = "A segment would have no customers."
        raise NoSegments([Gate("segment_too_small", REFUSE, 0.0, text)])
    spent = features.column("total_spent").astype(float)
    mean = np.bincount(assignment.labels, spent, minlength=learned.k) / sizes
    order = np.argsort(-mean, kind="stable")
    learned, assignment = renumbered(learned, assignment, order)
    return learned, assignment, matched[order]


def _drift(old: Learned, stays: Assignment, as_of: datetime) -> Drift:
    orders = queries.recent_orders(as_of)
    now = orders["age"] <= 28
    discount = orders["discount_share"]
    return Drift(
        shares_then=old.shares,
        shares_now=np.bincount(stays.labels, minlength=old.k) / len(stays.labels),
        distance_ratio=float(stays.squared_distance.mean() / old.mean_squared_distance),
        age=(as_of - old.fitted_as_of).total_seconds() / 86_400,
        order_value_psi=shift_of_values(orders["net"][~now], orders["net"][now]),
        discount_psi=shift_of_values(
            discount[~now & np.isfinite(discount)], discount[now & np.isfinite(discount)]
        ),
    )


def _evidence(
    request: Request, features: Features, learned: Learned, assignment: Assignment
) -> dict:
    """Measure what speaks for a new model; kept with it."""
    z = learned.coordinates(features)
    shares = dominance(learned.centres, np.bincount(assignment.labels, minlength=learned.k))
    foresight = _look_back(request, features, learned.k)
    return {
        "stability": learned.choice.chosen.stability,
        "silhouette": learned.choice.chosen.silhouette,
        "structure": structure_gain(z, learned.k, seed=request.seed),
        "dominance": float(shares.max()),
        "dominant": learned.transform.names[int(shares.argmax())],
        "foresight": asdict(foresight) if foresight else None,
        "against_rfm": foresight.against_rfm if foresight else None,
    }


def _look_back(request: Request, features: Features, k: int) -> Foresight | None:
    """Backtest on a sample of customers, their totals recomputed as of then."""
    days = horizon_days(features.history_days)
    if days is None:
        return None
    then = request.as_of - timedelta(days=days)
    there = features.customer_ids[features.column("days_since_first_order") > days]
    sample = there[:: max(1, -(-len(there) // BACKTEST_CUSTOMERS))]
    totals, categories = queries.population(then, sample.tolist())
    if not len(totals):
        return None
    past = build_features(totals, categories, then)
    spent = queries.spent_between(then, request.as_of, past.customer_ids)
    return look_back(past, spent, days, k, seed=request.seed)


def _named_segments(
    features: Features,
    learned: Learned,
    assignment: Assignment,
    matched: np.ndarray,
    published: Published,
) -> tuple[list[dict], int]:
    """Profile and name every segment; those that go on keep id, key and face."""
    profiles = profile_segments(features, learned.transform, assignment.labels, learned.k)
    before = [published.segments[old] if old >= 0 else None for old in matched]
    staff = queries.staff_names()
    living = {segment["id"] for segment in before if segment}
    names = name_segments(
        profiles,
        carried=[segment and segment["name"] for segment in before],
        taken=[name for pk, name in staff.items() if pk in living],
    )
    faces = [(segment["colour"], segment["mark"]) for segment in before if segment]
    keys, currency, segments = queries.keys_given(), pages.shop_currency(), []
    shop = typical_values(features)
    for profile, named, old in zip(profiles, names, before, strict=True):
        if not old:
            colour, mark = next_face(faces)
            faces.append((colour, mark))
            old = {"id": None, "key": new_key(named.name, keys), "colour": colour, "mark": mark}
            keys.add(old["key"])
        segments.append(_described(old, profile, named, currency, shop))
    return segments, sum(named.composed for named in names)


def _rfm_segments(features: Features, labels: np.ndarray, names: list[str]) -> list[dict]:
    profiles = profile_segments(
        features,
        percentiles_only(features, ("order_count", "total_spent", "average_order_value")),
        labels,
        len(names),
    )
    known = pages.segments_by_key([rfm.key_of(name) for name in rfm.GROUPS])
    currency, faces, segments = pages.shop_currency(), [], []
    faces += [(segment.colour, segment.mark) for segment in known.values()]
    shop = typical_values(features)
    for name, profile in zip(names, profiles, strict=True):
        segment = known.get(rfm.key_of(name))
        colour, mark = (segment.colour, segment.mark) if segment else next_face(faces)
        faces.append((colour, mark))
        face = {"id": segment and segment.pk, "key": rfm.key_of(name)}
        face |= {"colour": colour, "mark": mark}
        named = Named(name, *rfm.GROUPS[name])
        segments.append(_described(face, profile, named, currency, shop))
    return segments


def _described(
    face: dict, profile: Profile, named: Named, currency: str, shop: dict[str, float]
) -> dict:
    numbers = asdict(profile) | {"shop": shop}
    sizes = {name: numbers.pop(name) for name in ("customers", "share", "revenue_share")}
    return {
        "id": face["id"],
        "key": face["key"],
        "colour": face["colour"],
        "mark": face["mark"],
        "name": named.name,
        "description": describe(named.text, profile, currency),
        "campaign": named.campaign,
        **sizes,
        "features": numbers,
    }


def _groups_by(before: Yardsticks | None, features: Features, old_keys: list[str]) -> np.ndarray:
    """Return the published group each customer would be in by the published thresholds."""
    if not before:
        return np.full(len(features.values), -1)
    keys = [rfm.key_of(name) for name in rfm.GROUPS]
    place = np.array([old_keys.index(key) if key in old_keys else -1 for key in keys])
    return place[rfm_groups(score_customers(features, before))]
