"""Lists beside a product: what is like it, what is bought with it; and what is popular."""

from collections.abc import Mapping
from functools import partial

from django.utils import timezone

from recommendations.queries import serving as queries
from recommendations.queries import situations
from recommendations.queries.situations import Row, Situation
from recommendations.ranking import Candidate, by_score
from recommendations.reasons import clause, shared_terms
from recommendations.services.answers import (
    TERMS_SHOWN,
    Answer,
    Reason,
    answer,
    as_ruled,
    boosts_of,
    candidate,
)
from recommendations.wishes import Wishes

SIMILAR, TOGETHER, POPULAR = "similar", "bought_together", "popular"
BOUGHT_TOGETHER = "bought-together"


def find_situation(product_id: str = "", kind: str = SIMILAR) -> Situation:
    """Return what answers about this product follow from; its `product` is none if unknown.

    `kind` is the kind of run that is asked for: "similar" or "bought-together". Without a product
    it is what popular products follow from.
    """
    list_name = kind if product_id else POPULAR
    return situations.situation(product_id, kind, list_name, timezone.now())


def similar_products(here: Situation, wishes: Wishes) -> Answer:
    """Return what is like the product shown; where that is too little, what is popular."""
    here = as_ruled(here, wishes)
    alike = _scores(here.neighbours, here.scores, wishes)
    candidates, rows = candidates_of(here, wishes, {SIMILAR: alike})
    because = {SIMILAR: partial(_because_alike, here)}
    return answer(SIMILAR, here, wishes, candidates, rows, because)


def products_bought_together(here: Situation, wishes: Wishes) -> Answer:
    """Return what is bought with the product shown, then what is like it, then what is popular.

    The situation is one of the kind "bought-together".
    """
    here = as_ruled(here, wishes)
    together = _scores(here.others, here.other_scores, wishes)
    alike = _scores(here.neighbours, here.scores, wishes)
    candidates, rows = candidates_of(here, wishes, {TOGETHER: together, SIMILAR: alike})
    because = {
        TOGETHER: partial(_because_bought, here),
        SIMILAR: partial(_because_alike, here),
    }
    return answer(BOUGHT_TOGETHER, here, wishes, candidates, rows, because)


def popular_products(here: Situation, wishes: Wishes) -> Answer:
    """Return what most customers bought of late, then ever, then what is new."""
    return answer(POPULAR, as_ruled(here, wishes), wishes, [], {}, {})


# Beside a product, by name, as rules tell it.
LISTS = {SIMILAR: similar_products, BOUGHT_TOGETHER: products_bought_together}


def candidates_of(
    here: Situation, wishes: Wishes, sources: Mapping[str, Mapping[int, float]]
) -> tuple[list[Candidate], dict[int, Row]]:
    """Read products with scores, source after source; return them in order, and by key."""
    products = {product for scores in sources.values() for product in scores}
    found = queries.candidates(here, wishes, products) if products else []
    rows = {row.product: row for row in found}
    boosts, candidates = boosts_of(here, rows), []
    for source, scores in sources.items():
        shown = [
            candidate(source, rows[product], score)
            for product, score in scores.items()
            if product in rows
        ]
        candidates += by_score(shown, boosts)
    return candidates, rows


def _scores(
    products: list[int] | None, scores: list[float] | None, wishes: Wishes
) -> dict[int, float]:
    """Return a stored list; the hold-out gets none."""
    return dict(zip(products or [], scores or [], strict=True)) if wishes.arm == "model" else {}


def _because_alike(here: Situation, rows: list[Row], _: list) -> list[Reason]:
    return [_alike(here, row) for row in rows]


def _alike(here: Situation, row: Row) -> Reason:
    shared = _shared_terms(here, row)
    labels = [label for label, _ in shared[:TERMS_SHOWN]]
    return clause(labels, row.title, row.product_type) or "Much like this one", shared


def _shared_terms(here: Situation, row: Row) -> list[tuple[str, float]]:
    if not (here.terms and row.terms):
        return []
    labels = situations.term_labels(here.similar_run)
    shared = shared_terms(situations.stored_vector(here), situations.stored_vector(row))
    return [(labels[column], share) for column, share in shared]


def _because_bought(here: Situation, rows: list[Row], scores: list[float]) -> list[Reason]:
    direct = dict(zip(here.others, here.direct, strict=True))
    return [
        _bought(here, direct[row.product], score) for row, score in zip(rows, scores, strict=True)
    ]


def _bought(here: Situation, direct: float, score: float) -> Reason:
    category = here.product_type.rpartition(">")[2].strip()
    usual = f"usual with {category}" if category else "popular"
    parts = [("orders with both", direct), (usual, score - direct)]
    if not direct:
        text = f"Often bought with {category}"
    else:
        text = "Often bought together" if 2 * direct >= score else "Sometimes bought together"
    return text, [part for part in parts if part[1]]
