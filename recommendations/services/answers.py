"""Lists as they are shown: candidates of any sources -> what is popular -> exactly as many."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from recommendations.list_ids import list_id
from recommendations.queries import serving as queries
from recommendations.queries.serving import Step
from recommendations.queries.situations import Row, Situation
from recommendations.ranking import Candidate, Ranking, rank
from recommendations.rulings import boost, in_force, pins
from recommendations.wishes import Wishes

POPULAR, POPULAR_IN_CATEGORY = "popular", "popular_in_category"
POPULAR_IN_SEGMENT, PINNED = "popular_in_segment", "pinned"
SCORE_DIGITS = 6
# Terms that an explained score is parted into.
TERMS_SHOWN = 8
# How far what is popular is read first, beyond the limit, then so many times as far each time, then
# all of it: variants stand together and take one place.
WALKED_AT_LEAST, FURTHER = 60, 8

# Why the products of a source stand in a list: for each a clause, and what its score is made of.
Reason = tuple[str, list[tuple[str, float]]]
Because = Callable[[list[Row], list[float | None]], list[Reason]]


@dataclass(frozen=True)
class Place:
    """One product of a list, and why it stands there."""

    rank: int
    product: Row
    source: str
    score: float | None
    text: str
    terms: list[tuple[str, float]]


@dataclass(frozen=True)
class Answer:
    """A list as it is shown; equal lists have equal ids."""

    id: str
    run: int | None
    built_at: datetime | None
    is_stale: bool
    places: list[Place]
    removed: dict[str, int]


def answer(
    kind: str,
    here: Situation,
    wishes: Wishes,
    candidates: list[Candidate],
    rows: dict[int, Row],
    because: Mapping[str, Because],
    *,
    is_filled: bool = True,
) -> Answer:
    """Fill a list with candidates, then, unless told otherwise, with what is popular.

    `rows` are the candidates' own; `because` says for each of their sources why.
    """
    is_filled &= wishes.min_score == Wishes.min_score
    pinned = _pinned(here, wishes, rows)
    ranking, removed = _fill(here, wishes, candidates, rows, pinned, is_filled)
    because = because | _standing(here)
    reasons = _reasons(ranking.places, rows, because)
    places = [
        _place(number, taken, rows[taken.product], reasons[taken.product], wishes.explain)
        for number, taken in enumerate(ranking.places, 1)
    ]
    told = list_id(kind, wishes.arm, [(place.product.id, place.source) for place in places])
    return Answer(told, here.run, here.built_at, here.is_stale, places, removed)


def as_ruled(here: Situation, wishes: Wishes) -> Situation:
    """Return the situation with those of its rules that hold for the category of the list."""
    if not here.rulings:
        return here
    rulings = in_force(here.rulings, here.product_type or "", wishes.category)
    return here._replace(rulings=rulings)


def candidate(source: str, row: Row, score: float | None = None) -> Candidate:
    """Propose a product; scores are rounded as they are shown, so that equal ones are equal."""
    shown = None if score is None else round(score, SCORE_DIGITS)
    return Candidate(row.product, source, (row.id or "").lower(), shown, row.group, row.reason)


def sum_to(score: float, parts: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """Name the terms that give most; the rest, roundings too, is one more."""
    named = [(label, round(share, SCORE_DIGITS)) for label, share in parts[:TERMS_SHOWN]]
    rest = round(score - sum(share for _, share in named), SCORE_DIGITS)
    return [*named, ("other", rest)] if rest else named


def _fill(
    here: Situation,
    wishes: Wishes,
    candidates: list[Candidate],
    rows: dict[int, Row],
    pinned: dict[int, Candidate],
    is_filled: bool,
) -> tuple[Ranking, dict[str, int]]:
    """Take what is popular where the candidates are too few; `rows` learns of what it meets."""
    ranking = rank_as_wished(candidates, wishes, pinned)
    if ranking.is_full or not is_filled:
        return ranking, ranking.removed
    met = set(rows)
    ranking, steps = _walk_on(here, wishes, candidates, pinned, met)
    rows |= {step.product.product: step.product for step in reversed(steps)}
    places = {step.product.product: step.place for step in reversed(steps)}
    walked = [places[taken.product] for taken in ranking.places if taken.product in places]
    last = walked[-1] if ranking.is_full else None
    groups = {taken.group: places.get(taken.product) for taken in ranking.places if taken.group}
    dropped = queries.dropped_before(
        here, wishes, last, met, groups if wishes.one_per_group else {}
    )
    return ranking, {
        reason: count + dropped.get(reason, 0) for reason, count in ranking.removed.items()
    }


def _walk_on(
    here: Situation,
    wishes: Wishes,
    candidates: list[Candidate],
    pinned: dict[int, Candidate],
    met: set[int],
) -> tuple[Ranking, list[Step]]:
    """Rank candidates, then what is popular: as much of its beginning as fills the list."""
    first = WALKED_AT_LEAST + wishes.limit
    for most in (first, first * FURTHER, first * FURTHER**2, None):
        steps, is_whole = queries.walk(here, wishes, most)
        steps = [step for step in steps if step.product.product not in met]
        walked = [candidate(step.source, step.product) for step in steps]
        ranking = rank_as_wished(candidates + walked, wishes, pinned)
        if ranking.is_full or is_whole:
            break
    return ranking, steps


def boosts_of(here: Situation, rows: Mapping[int, Row]) -> dict[int, float]:
    """Say how far rules move these products."""
    if not here.rulings:
        return {}
    return {
        product: boost(here.rulings, product, row.product_type, row.brand)
        for product, row in rows.items()
    }


def rank_as_wished(
    candidates: list[Candidate], wishes: Wishes, pinned: Mapping[int, Candidate] | None = None
) -> Ranking:
    """Take the candidates that may be shown."""
    return rank(
        candidates,
        wishes.limit,
        one_per_group=wishes.one_per_group,
        min_score=wishes.min_score,
        pins=pinned,
    )


def _pinned(here: Situation, wishes: Wishes, rows: dict[int, Row]) -> dict[int, Candidate]:
    """Return what is pinned where; `rows` learns of it."""
    places = pins(here.rulings, wishes.limit)
    missing = [product for product in places.values() if product not in rows]
    if missing:
        rows |= {row.product: row for row in queries.candidates(here, wishes, missing)}
    return {
        position: candidate(PINNED, rows[product])
        for position, product in places.items()
        if product in rows
    }


def _reasons(
    taken: list[Candidate], rows: dict[int, Row], because: Mapping[str, Because]
) -> dict[int, Reason]:
    """Ask each source why its products stand here, for all of them at once."""
    reasons = {}
    for source in {candidate.source for candidate in taken}:
        of_source = [candidate for candidate in taken if candidate.source == source]
        products = [candidate.product for candidate in of_source]
        scores = [candidate.score for candidate in of_source]
        found = because[source]([rows[product] for product in products], scores)
        reasons |= dict(zip(products, found, strict=True))
    return reasons


def _place(number: int, taken: Candidate, row: Row, reason: Reason, explain: bool) -> Place:
    text, parts = reason
    terms = sum_to(taken.score, parts) if explain and taken.score is not None else []
    return Place(number, row, taken.source, taken.score, text, terms)


def _standing(here: Situation) -> dict[str, Because]:
    """Say why what is pinned or popular stands in a list."""
    category = (here.product_type or "").rpartition(">")[2].strip()
    texts = {
        POPULAR: ("Popular in this shop", "New in this shop"),
        POPULAR_IN_CATEGORY: (f"Popular in {category}", f"Also in {category}"),
        POPULAR_IN_SEGMENT: ("Popular with customers like you", ""),
        PINNED: ("Chosen by the shop", "Chosen by the shop"),
    }
    return {source: partial(_text_by_buyers, *pair) for source, pair in texts.items()}


def _text_by_buyers(bought: str, not_bought: str, rows: list[Row], _: list) -> list[Reason]:
    return [(bought if row.buyers else not_bought, []) for row in rows]
