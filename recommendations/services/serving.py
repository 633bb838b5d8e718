"""Answers: the product shown -> its neighbours -> what is popular -> exactly as many as asked."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from recommendations.queries import serving as queries
from recommendations.queries.serving import Row, Situation
from recommendations.ranking import Candidate, Ranking, by_score, rank
from recommendations.reasons import clause, shared_terms
from recommendations.wishes import Wishes

SIMILAR, POPULAR = "similar", "popular"
SCORE_DIGITS = 6
# Terms that a reason draws on, and that an explained score is parted into.
TERMS_SHOWN = 8
# How far a walk is read before all of it is: enough for most lists, in a few milliseconds.
WALK_AT_LEAST, WALK_WHEN_FILTERED = 60, 3000


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
    return queries.situation(product_id)


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
    ranking = _rank(candidates, wishes)
    for most in _walk_lengths(wishes):
        if ranking.is_full:
            break
        walk, is_whole = queries.popular_walk(here, wishes, most)
        rows = {row.product: row for _, row in walk} | rows
        ranking = _rank(candidates + [_candidate(source, row) for source, row in walk], wishes)
        if is_whole:
            break
    places = [
        _place(number, taken, rows[taken.product], here, wishes.explain)
        for number, taken in enumerate(ranking.places, 1)
    ]
    return Answer(
        id=_list_id(kind, wishes.arm, places),
        run=here.run,
        built_at=here.built_at,
        is_stale=here.is_stale,
        places=places,
        removed=ranking.removed,
    )


def _walk_lengths(wishes: Wishes) -> list[int | None]:
    """Say how far to walk at first, and how far then; nowhere when scores are asked for."""
    if wishes.min_score > Wishes.min_score:
        return []
    plain = Wishes(limit=wishes.limit, arm=wishes.arm, explain=wishes.explain)
    return [WALK_AT_LEAST + wishes.limit if wishes == plain else WALK_WHEN_FILTERED, None]


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
    labels = queries.term_labels(here.run)
    shared = shared_terms(queries.stored_vector(here), queries.stored_vector(row))
    return [(labels[column], share) for column, share in shared]


def _sum_to(score: float, shared: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """Name the terms that give most; the rest, roundings too, is one more."""
    named = [(label, round(share, SCORE_DIGITS)) for label, share in shared[:TERMS_SHOWN]]
    rest = round(score - sum(share for _, share in named), SCORE_DIGITS)
    return [*named, ("other", rest)] if rest else named


def _list_id(kind: str, arm: str, places: list[Place]) -> str:
    shown = repr([(place.product.id, place.source) for place in places])
    return f"{kind}-{arm}-{blake2b(shown.encode(), digest_size=9).hexdigest()}"
