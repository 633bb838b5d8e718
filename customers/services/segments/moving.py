"""Who moves between the published segments and those found, and for which one cause."""

from dataclasses import dataclass, fields, replace

import numpy as np

from customers import rfm
from customers.features import NAMES, Features, build_features
from customers.models import Move
from customers.queries import segments as queries
from customers.scoring import rfm_groups, score_customers
from customers.segmentation.clusters import assign
from customers.segmentation.explanation import moving_feature
from customers.services.segments.finding import Found
from customers.services.segments.published import KMEANS, Published, look_up

Cause = Move.Cause
CAUSES = tuple(Cause.values)
STAYS = -1
RFM_FEATURES = ("days_since_last_order", "order_count", "total_spent")


@dataclass(frozen=True)
class Moves:
    """One row for each customer whose segment, or whose being borderline, changes.

    Arrays of one length: `left` and `entered` are published and found places, −1 for none, `cause`
    a number in CAUSES or STAYS, `feature` a number in NAMES or −1, with its value before and now.
    """

    customer_ids: np.ndarray
    left: np.ndarray
    entered: np.ndarray
    borderline: np.ndarray
    cause: np.ndarray
    feature: np.ndarray
    was: np.ndarray
    now: np.ndarray

    @property
    def moved(self) -> int:
        """How many change segment."""
        return int((self.cause != STAYS).sum())

    @property
    def between(self) -> np.ndarray:
        """Say who goes from a segment to another."""
        return (self.cause != STAYS) & (self.left >= 0) & (self.entered >= 0)

    def between_for(self, cause: str) -> np.ndarray:
        """Say who goes from a segment to another for this cause."""
        return self.between & (self.cause == CAUSES.index(cause))


def propose_moves(found: Found, published: Published) -> Moves:
    """Compare what was found with what is published, customer by customer."""
    ids = found.features.customer_ids
    left = published.places_of(ids)
    continued = found.matched[found.labels]
    moved = (left < 0) | (continued != left)
    flagged = look_up(ids, published.customer_ids, published.borderline.astype(int), missing=0)
    listed = moved | (flagged.astype(bool) != found.borderline)
    inside = _unexplained(ids[listed], left[listed], found.labels[listed], found.borderline[listed])
    inside = replace(
        inside, cause=np.where(moved[listed], _first_guess(found, left)[listed], STAYS)
    )
    inside = _entered(inside)
    inside = _behaved(inside, found, published)
    return _joined(inside, _gone(found, published))


def _first_guess(found: Found, left: np.ndarray) -> np.ndarray:
    """Behaviour, where the published model itself would move the customer; else the new model."""
    behaved = (found.expected >= 0) & (found.expected != left)
    return np.where(behaved, CAUSES.index(Cause.BEHAVIOUR), CAUSES.index(Cause.MODEL))


def _entered(moves: Moves) -> Moves:
    """Say why those come who were in no segment."""
    new = moves.left < 0
    cause = moves.cause.copy()
    cause[new] = CAUSES.index(Cause.FIRST_ORDER)
    before = queries.last_causes(moves.customer_ids[new])
    again = {Cause.OPTED_OUT: Cause.OPTED_IN, Cause.LAPSED: Cause.BEHAVIOUR}
    for row in np.flatnonzero(new) if before else ():
        last = before.get(int(moves.customer_ids[row]))
        if last and last != Cause.ROLLED_BACK:
            cause[row] = CAUSES.index(again.get(last, Cause.DATA_CHANGED))
    return replace(moves, cause=cause)


def _behaved(moves: Moves, found: Found, published: Published) -> Moves:
    """Say which feature moved whoever behaved differently, or that older orders were changed."""
    behaved = (moves.cause == CAUSES.index(Cause.BEHAVIOUR)) & (moves.left >= 0)
    rows = np.flatnonzero(behaved)
    if not len(rows):
        return moves
    now = found.by_published.rows(
        np.searchsorted(found.features.customer_ids, moves.customer_ids[rows])
    )
    expected = found.expected[np.searchsorted(found.features.customer_ids, now.customer_ids)]
    then = _as_published(now, published)
    known = np.isin(now.customer_ids, then.customer_ids)
    rows, now, expected, gone = rows[known], now.rows(known), expected[known], rows[~known]
    tell = _by_distance if found.method == KMEANS else _by_scores
    changed, feature = tell(published, then, now, moves.left[rows], expected)
    every = np.arange(len(rows))
    cause = moves.cause.copy()
    cause[np.concatenate([gone, rows[changed]])] = CAUSES.index(Cause.DATA_CHANGED)
    told = {name: getattr(moves, name).copy() for name in ("feature", "was", "now")}
    for name, value in (
        ("feature", feature),
        ("was", then.values[every, feature]),
        ("now", now.values[every, feature]),
    ):
        told[name][rows[~changed]] = value[~changed]
    return replace(moves, cause=cause, **told)


def _as_published(now: Features, published: Published) -> Features:
    """Compute features as of the published run from the orders there are now."""
    as_of = published.run.as_of
    totals, categories = queries.population(as_of, now.customer_ids.tolist())
    return build_features(totals, categories, as_of, now.norms)


def _by_distance(
    published: Published, then: Features, now: Features, left: np.ndarray, expected: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """By the published model: whom it would not have left where they were, and what moved them."""
    model = published.learned
    was, is_now = model.coordinates(then), model.coordinates(now)
    changed = assign(was, model.centres, left).labels != left
    number = moving_feature(was, is_now, model.centres[left], model.centres[expected])
    names = np.array([NAMES.index(name) for name in model.transform.names])
    return changed, names[number]


def _by_scores(
    published: Published, then: Features, now: Features, left: np.ndarray, expected: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """By the published thresholds: whose group was another, and which score changed most."""
    was, is_now = (score_customers(each, published.yardsticks) for each in (then, now))
    keys = [segment["key"] for segment in published.segments]
    groups = [rfm.key_of(name) for name in rfm.GROUPS]
    place = np.array([keys.index(key) if key in keys else -1 for key in groups])
    changed = place[rfm_groups(was)] != left
    number = np.abs(is_now.codes - was.codes).argmax(axis=1)
    return changed, np.array([NAMES.index(name) for name in RFM_FEATURES])[number]


def _gone(found: Found, published: Published) -> Moves:
    """Say why those leave who take no part any more."""
    out = ~np.isin(published.customer_ids, found.features.customer_ids)
    ids, left = published.customer_ids[out], published.places[out]
    known = queries.leavers(ids)
    cause = np.array([CAUSES.index(_why_gone(known.get(pk))) for pk in ids.tolist()], dtype=int)
    nobody = np.full(len(ids), -1)
    return replace(_unexplained(ids, left, nobody, np.zeros(len(ids), dtype=bool)), cause=cause)


def _why_gone(known: tuple[bool, bool, bool] | None) -> str:
    erased, opted_out, has_orders = known or (True, False, False)
    if erased:
        return Cause.ERASED
    if opted_out:
        return Cause.OPTED_OUT
    return Cause.LAPSED if has_orders else Cause.DATA_CHANGED


def _unexplained(
    ids: np.ndarray, left: np.ndarray, entered: np.ndarray, borderline: np.ndarray
) -> Moves:
    unknown = np.full(len(ids), -1)
    empty = np.full(len(ids), np.nan)
    return Moves(ids, left, entered, borderline, unknown, unknown, empty, empty)


def _joined(first: Moves, second: Moves) -> Moves:
    return Moves(
        *(
            np.concatenate([getattr(first, each.name), getattr(second, each.name)])
            for each in fields(Moves)
        )
    )
