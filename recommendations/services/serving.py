"""Answers: the product shown -> its neighbours -> what is popular -> exactly as many as asked."""

from dataclasses import dataclass
from datetime import datetime

from recommendations.list_ids import list_id
from recommendations.queries import serving as queries
from recommendations.queries import situations
from recommendations.queries.serving import Step
from recommendations.queries.situations import Row, Situation
from recommendations.ranking import Candidate, Ranking, by_score, rank
from recommendations.reasons import clause, shared_terms
from recommendations.wishes import Wishes

SIMILAR, POPULAR = "similar", "popular"
SCORE_DIGITS = 6
# Terms that a reason draws on, and that an explained score is parted into.
TERMS_SHOWN = 8
# How far what is popular is read, beyond the limit, before all of it is: variants take no place.
WALKED_AT_LEAST = 60


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


def find_situation(product_id: str = "") -> Situation:
    """Return what answers about this product follow from; its `product` is none if unknown."""
    return situations.situation(product_id)


def similar_products(here: Situation, wishes: Wishes) -> Answer:
    """Return what is like the product shown; where that is too little, what is popular."""
    near = queries.neighbours(here, wishes) if here.neighbours and wishes.arm == "model" else []
    scores = dict(zip(here.neighbours or [], here.scores or [], strict=True))
    candidates = by_score(
        _candidate(SIMILAR, row, round(scores[row.product], SCORE_DIGITS)) for row in near
    )
    return _answer(SIMILAR, here, wishes, candidates, {row.product: row for row in near})


def popular_products(here: Situation, wishes: Wishes) -> Answer:
    """Return what most customers bought of late, then ever, then what is new."""
    return _answer(POPULAR, here, wishes, [], {})


def _answer(
    kind: str, here: Situation, wishes: Wishes, candidates: list[Candidate], rows: dict[int, Row]
) -> Answer:
    ranking, removed = _fill(here, wishes, candidates, rows)
    places = [
        _place(number, taken, rows[taken.product], here, wishes.explain)
        for number, taken in enumerate(ranking.places, 1)
    ]
    told = list_id(kind, wishes.arm, [(place.product.id, place.source) for place in places])
    return Answer(told, here.run, here.built_at, here.is_stale, places, removed)


def _fill(
    here: Situation, wishes: Wishes, candidates: list[Candidate], rows: dict[int, Row]
) -> tuple[Ranking, dict[str, int]]:
    """Take what is popular where the candidates are too few; `rows` learns of what it meets."""
    ranking = _rank(candidates, wishes)
    if ranking.is_full or wishes.min_score > Wishes.min_score:
        return ranking, ranking.removed
    met = list(rows)
    ranking, steps = _walk_on(here, wishes, candidates, met)
    rows |= {step.product.product: step.product for step in steps}
    places = {step.product.product: step.place for step in reversed(steps)}
    last = places[ranking.places[-1].product] if ranking.is_full else None
    groups = {taken.group: places.get(taken.product) for taken in ranking.places if taken.group}
    dropped = queries.dropped_before(
        here, wishes, last, met, groups if wishes.one_per_group else {}
    )
    return ranking, {
        reason: count + dropped.get(reason, 0) for reason, count in ranking.removed.items()
    }


def _walk_on(
    here: Situation, wishes: Wishes, candidates: list[Candidate], met: list[int]
) -> tuple[Ranking, list[Step]]:
    """Rank candidates, then what is popular: the beginning of it, or all where that is short."""
    for most in (WALKED_AT_LEAST + wishes.limit, None):
        steps, is_whole = queries.walk(here, wishes, most)
        steps = [step for step in steps if step.product.product not in met]
        walked = [_candidate(step.source, step.product) for step in steps]
        ranking = _rank(candidates + walked, wishes)
        if ranking.is_full or is_whole:
            break
    return ranking, steps


def _candidate(source: str, row: Row, score: float | None = None) -> Candidate:
    return Candidate(row.product, source, (row.id or "").lower(), score, row.group, row.reason)


def _rank(candidates: list[Candidate], wishes: Wishes) -> Ranking:
    return rank(
        candidates,
        wishes.limit,
        one_per_group=wishes.one_per_group,
        min_score=wishes.min_score,
    )


def _place(number: int, taken: Candidate, row: Row, here: Situation, explain: bool) -> Place:
    if taken.source != SIMILAR:
        return Place(number, row, taken.source, None, _standing(taken.source, row, here), [])
    shared = _shared_terms(here, row)
    labels = [label for label, _ in shared[:TERMS_SHOWN]]
    text = clause(labels, row.title, row.product_type) or "Much like this one"
    terms = _sum_to(taken.score, shared) if explain else []
    return Place(number, row, taken.source, taken.score, text, terms)


def _standing(source: str, row: Row, here: Situation) -> str:
    if source == POPULAR:
        return "Popular in this shop" if row.buyers else "New in this shop"
    category = here.product_type.rpartition(">")[2].strip()
    return f"{'Popular' if row.buyers else 'Also'} in {category}"


def _shared_terms(here: Situation, row: Row) -> list[tuple[str, float]]:
    if not (here.terms and row.terms):
        return []
    labels = situations.term_labels(here.run)
    shared = shared_terms(situations.stored_vector(here), situations.stored_vector(row))
    return [(labels[column], share) for column, share in shared]


def _sum_to(score: float, shared: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """Name the terms that give most; the rest, roundings too, is one more."""
    named = [(label, round(share, SCORE_DIGITS)) for label, share in shared[:TERMS_SHOWN]]
    rest = round(score - sum(share for _, share in named), SCORE_DIGITS)
    return [*named, ("other", rest)] if rest else named
