"""Lists for a customer, counting a purchase of a moment ago: what may please, what to buy again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache, partial

import numpy as np
from django.utils import timezone
from django.utils.formats import date_format

from recommendations.personal.again import again
from recommendations.personal.history import affinity_of
from recommendations.personal.scoring import Basis, Scores, score, share_of_purchases
from recommendations.queries import personal as queries
from recommendations.queries import serving, situations
from recommendations.queries.personal import FIELDS, Bought, Kept
from recommendations.queries.situations import Row, Situation
from recommendations.ranking import Candidate, by_score
from recommendations.rulings import BOOST, Ruling, is_in
from recommendations.services.answers import (
    SCORE_DIGITS,
    Answer,
    Reason,
    answer,
    as_ruled,
    boosts_of,
    candidate,
    rank_as_wished,
)
from recommendations.wishes import Wishes

PERSONAL, AGAIN = "personal", "buy_again"
FOR_CUSTOMER, BUY_AGAIN = "for-customer", "buy-again"
# What was looked at or put into the basket counts this much of a purchase.
LOOKED_AT = 0.25
# Candidates beyond the limit that are read first, then so many times as many, then all: some may be
# sold out or of one group.
MARGIN, MORE = 30, 8
# A purchase is named as the reason where it gives at least this share of the score.
LEAST_SHARE_NAMED = 0.02


@dataclass(frozen=True)
class Tastes:
    """A customer's purchases, and what they make of the shelf."""

    kept: Kept
    bought: list[Bought]
    basis: Basis
    scores: Scores


def find_customer(customer_id: str, list_name: str = FOR_CUSTOMER) -> Situation:
    """Return what answers for a customer follow from; its `customer` is none if unknown.

    `list_name` is the list whose rules are meant: "for-customer" or "buy-again".
    """
    return situations.customer_situation(customer_id, list_name, timezone.now())


def recommendations_for(here: Situation, wishes: Wishes) -> Answer:
    """Return what the purchases speak for; then what is popular in the segment, then at all."""
    here = as_ruled(here, wishes)
    if here.is_left_alone or wishes.arm != "model":
        here = here._replace(segment=None)
    bought = [] if here.is_left_alone else _bought_by(here)
    here = here._replace(owned=[item.product for item in bought if item.orders])
    if not (bought and here.run and wishes.arm == "model"):
        return answer(FOR_CUSTOMER, here, wishes, [], {}, {})
    tastes = _tastes(here.run, bought)
    candidates, rows = _candidates(here, wishes, tastes)
    because = {PERSONAL: partial(_because_bought, tastes, wishes.explain)}
    return answer(FOR_CUSTOMER, here, wishes, candidates, rows, because)


def buy_again(here: Situation, wishes: Wishes) -> Answer:
    """Return what the customer bought, what is wanted soonest first, and nothing else."""
    here = as_ruled(here, wishes)
    if here.is_left_alone or wishes.arm != "model":
        return answer(BUY_AGAIN, here._replace(segment=None), wishes, [], {}, {})
    bought = {item.product: item for item in _bought_by(here) if item.orders}
    scores = dict(zip(bought, _again(here, list(bought.values())), strict=True))
    rows = {row.product: row for row in serving.candidates(here, wishes, bought)}
    found = [candidate(AGAIN, row, scores[product]) for product, row in rows.items()]
    wanted = by_score(found, boosts_of(here, rows))
    because = {AGAIN: partial(_because_again, bought)}
    unscored = [replace(one, score=None) for one in wanted]
    return answer(BUY_AGAIN, here, wishes, unscored, rows, because, is_filled=False)


# By name, as rules and ids of lists tell it.
LISTS = {FOR_CUSTOMER: recommendations_for, BUY_AGAIN: buy_again}


def best_of_run(run_id: int, customer: int, as_of: datetime, places: int) -> list[int]:
    """Return what a run lists first for a customer who wishes nothing, of what is new to them."""
    bought = queries.bought_by(customer, as_of, timezone.now())
    tastes = _tastes(run_id, bought)
    shelf = tastes.kept
    is_free = np.ones(len(shelf.products), bool)
    is_free[[shelf.places[item.product] for item in bought if item.product in shelf.places]] = False
    order = _best(tastes.scores.total, is_free, places)
    return shelf.products[order[is_free[order]][:places]].tolist()


def _again(here: Situation, bought: list[Bought]) -> list[float]:
    now = here.as_of or timezone.now()
    ages = np.array(
        [[(now - at).total_seconds() / 86400 for at in (b.first_at, b.last_at)] for b in bought]
    ).reshape(-1, 2)
    decayed = np.array([item.decayed for item in bought])
    orders = np.array([item.orders for item in bought])
    return again(decayed, orders, *np.maximum(ages, 0).T).tolist()


def _bought_by(here: Situation) -> list[Bought]:
    return queries.bought_by(here.customer, here.as_of, timezone.now())


def _tastes(run_id: int, bought: list[Bought]) -> Tastes:
    """Score the shelf by what was bought."""
    kept = queries.kept_shelf(run_id)
    products = [item.product for item in bought]
    amounts = np.array([1.0 if item.orders else LOOKED_AT for item in bought])
    decayed = np.array([item.decayed if item.orders else LOOKED_AT for item in bought])
    neighbours, deviations = queries.weights_of(run_id, products)
    basis = Basis(
        places=np.array([kept.places.get(product, -1) for product in products]),
        amounts=amounts,
        affinity=affinity_of(decayed),
        codes={
            name: np.array([kept.codes[name].get(item.values[name], -1) for item in bought])
            for name in FIELDS
        },
        neighbours=neighbours,
        deviations=deviations,
    )
    return Tastes(kept, bought, basis, score(kept.shelf, basis))


def _candidates(
    here: Situation, wishes: Wishes, tastes: Tastes
) -> tuple[list[Candidate], dict[int, Row]]:
    """Return the best of the shelf, all of it where the best do not fill the list."""
    scores = _ruled_scores(tastes, here.rulings)
    is_free = np.ones(len(scores), bool)
    if not wishes.include_purchased:
        is_free[[tastes.kept.places[p] for p in here.owned if p in tastes.kept.places]] = False
    first = wishes.limit + MARGIN
    for most in (first, MORE * first, len(scores)):
        places = _best(scores, is_free, most)
        products = tastes.kept.products[places].tolist()
        rows = {row.product: row for row in serving.candidates(here, wishes, products)}
        candidates = [
            candidate(PERSONAL, rows[product], float(tastes.scores.total[place]))
            for product, place in zip(products, places, strict=True)
            if product in rows
        ]
        if len(places) == len(scores) or rank_as_wished(candidates, wishes).is_full:
            break
    return candidates, rows


def _ruled_scores(tastes: Tastes, rulings: Sequence[Ruling]) -> np.ndarray:
    """Return the shelf's scores as shown, moved by rules."""
    scores = np.round(tastes.scores.total, SCORE_DIGITS)
    for ruling in rulings:
        if ruling.action == BOOST:
            is_meant = _is_about(tastes.kept, ruling)
            factors = np.where(scores > 0, ruling.factor, 1 / ruling.factor)
            scores = np.where(is_meant, scores * factors, scores)
    return scores


def _best(scores: np.ndarray, is_free: np.ndarray, most: int) -> np.ndarray:
    """Return the places of so many free products, and of all that stand before them, best first.

    Those of equal scores stand by the products' ids, as on the shelf.
    """
    if most >= np.count_nonzero(is_free):
        return np.argsort(-scores, kind="stable")
    places = np.flatnonzero(scores >= np.partition(scores[is_free], -most)[-most])
    order = places[np.argsort(-scores[places], kind="stable")]
    return order[: np.flatnonzero(is_free[order])[most - 1] + 1]


def _is_about(kept: Kept, ruling: Ruling) -> np.ndarray:
    """Mark the products of the shelf that a rule is about."""
    if ruling.product is not None:
        return kept.products == ruling.product
    name = "category" if ruling.category else "brand"
    meant = [
        code
        for value, code in kept.codes[name].items()
        if (is_in(value, ruling.category) if ruling.category else value == ruling.brand.lower())
    ]
    return np.isin(kept.shelf.fields[name].codes, meant)


def _because_bought(
    tastes: Tastes, explain: bool, rows: list[Row], scores: list[float]
) -> list[Reason]:
    places = np.array([tastes.kept.places[row.product] for row in rows])
    shares = share_of_purchases(tastes.kept.shelf, tastes.basis, tastes.scores, places)
    return [
        (_text(tastes, row, share, total), _parts(tastes, row, place, share) if explain else [])
        for row, place, share, total in zip(rows, places, shares, scores, strict=True)
    ]


def _text(tastes: Tastes, row: Row, shares: np.ndarray, total: float) -> str:
    """Name the purchase that gives most, or else the category."""
    best = int(shares.argmax())
    item = tastes.bought[best]
    if shares[best] > LEAST_SHARE_NAMED * abs(total):
        if not item.orders:
            return f"Because you looked at {item.title}"
        return f"Because you bought {item.title} on {_day(item.last_at)}"
    category = row.product_type.rpartition(">")[2].strip()
    return f"For your taste in {category}" if category else "For your taste"


def _parts(tastes: Tastes, row: Row, place: int, shares: np.ndarray) -> list[tuple[str, float]]:
    """Part the score, what gives most first."""
    category = row.product_type.rpartition(">")[2].strip()
    parts = [(item.title, float(share)) for item, share in zip(tastes.bought, shares, strict=True)]
    parts += [
        (_label(name, row, category), float(part[place]))
        for name, part in tastes.scores.parts.items()
        if name != "purchases"
    ]
    return sorted((part for part in parts if part[1]), key=lambda part: -abs(part[1]))


def _because_again(bought: dict[int, Bought], rows: list[Row], _: list) -> list[Reason]:
    return [(_often(bought[row.product]), []) for row in rows]


def _often(item: Bought) -> str:
    times = f"Bought {item.orders} times, last" if item.orders > 1 else "Bought"
    return f"{times} on {_day(item.last_at)}"


def _day(at: datetime) -> str:
    return _in_words(timezone.localtime(at).date())


@lru_cache(maxsize=1000)
def _in_words(day: date) -> str:
    return date_format(day, "j F Y")


def _label(name: str, row: Row, category: str) -> str:
    """Say what a part of the score stands for."""
    return {
        "appeal": f"liking for {category}" if category else "popular of late",
        "popular": "popular",
        "new": "taken up of late",
        "top": f"liking for {row.product_type.partition(' > ')[0]}",
        "category": f"liking for {category}",
        "brand": f"liking for {row.brand}",
    }[name]
