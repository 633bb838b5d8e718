"""Lists for a basket: what is bought with what is in it, what is like it, what is popular."""

from collections.abc import Sequence
from functools import partial

from django.utils import timezone

from recommendations.queries import situations
from recommendations.queries.situations import InBasket, Row, Situation
from recommendations.services.answers import Answer, Reason, answer, as_ruled
from recommendations.services.serving import SIMILAR, TOGETHER, candidates_of
from recommendations.wishes import Wishes

BASKET = "basket"
# By key of a candidate, what each product of the basket gives to its score, by title.
Shares = dict[int, list[tuple[str, float]]]


def find_basket(product_ids: Sequence[str]) -> tuple[Situation, list[InBasket]]:
    """Return what answers for a basket follow from, and what is in it."""
    return situations.basket_situation(product_ids, BASKET, timezone.now())


def basket_products(product_ids: Sequence[str], wishes: Wishes) -> Answer:
    """Return what goes with these products."""
    return goes_with(*find_basket(product_ids), wishes)


def goes_with(here: Situation, basket: list[InBasket], wishes: Wishes) -> Answer:
    """Return what is bought with a basket, then what is like it, then what is popular.

    A score is the mean over the basket of the candidate's scores beside each of its products.
    """
    here = as_ruled(here, wishes)
    together: Shares = {}
    alike: Shares = {}
    if wishes.arm == "model":
        for item in basket:
            _add(together, item, item.others, item.other_scores, len(basket))
            _add(alike, item, item.neighbours, item.scores, len(basket))
    sources = {TOGETHER: together, SIMILAR: alike}
    candidates, rows = candidates_of(
        here,
        wishes,
        {
            source: {product: sum(share for _, share in of) for product, of in shares.items()}
            for source, shares in sources.items()
        },
    )
    because = {
        TOGETHER: partial(_because, "Often bought with", together),
        SIMILAR: partial(_because, "Much like", alike),
    }
    return answer(BASKET, here, wishes, candidates, rows, because)


def _add(
    shares: Shares,
    item: InBasket,
    products: list[int] | None,
    scores: list[float] | None,
    in_basket: int,
) -> None:
    for product, score in zip(products or [], scores or [], strict=True):
        shares.setdefault(product, []).append((item.title, score / in_basket))


def _because(text: str, shares: Shares, rows: list[Row], _: list) -> list[Reason]:
    """Name the product of the basket that gives most."""
    parts = [sorted(shares[row.product], key=lambda part: -part[1]) for row in rows]
    return [(f"{text} {part[0][0]}", part) for part in parts]
