"""SQL of what answers are made from: the state of all that is stored, and the product shown."""

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from struct import unpack
from typing import NamedTuple

from recommendations.models import Vocabulary
from recommendations.rulings import Ruling
from runs.copying import fetch_prepared


class Situation(NamedTuple):
    """What an answer is made from: the state of all that is stored, and whom or what it is for.

    `run` is the published one of the kind that is asked for, `similar_run` that of the vectors. A
    customer who is left alone wants no profile. `owned` is what the customer has.
    """

    run: int | None
    built_at: datetime | None
    is_stale: bool
    similar_run: int | None
    product: int | None = None
    id: str | None = None
    title: str | None = None
    product_type: str | None = None
    brand: str | None = None
    price: Decimal | None = None
    currency: str | None = None
    group: str | None = None
    neighbours: list[int] | None = None
    scores: list[float] | None = None
    terms: bytes | None = None
    weights: bytes | None = None
    others: list[int] | None = None
    other_scores: list[float] | None = None
    direct: list[float] | None = None
    as_of: datetime | None = None
    customer: int | None = None
    is_left_alone: bool = False
    segment: int | None = None
    owned: Sequence[int] = ()
    basket: Sequence[int] = ()
    basket_groups: Sequence[str] = ()
    rulings: Sequence[Ruling] = ()

    @property
    def beside(self) -> list[int]:
        """Products the list stands beside; they are never in it."""
        return [self.product] if self.product else list(self.basket)

    @property
    def groups(self) -> list[str]:
        """Their item groups."""
        return [self.group] if self.group else list(self.basket_groups)


class InBasket(NamedTuple):
    """A product in a basket, with its stored lists."""

    product: int
    title: str
    group: str
    others: list[int] | None
    other_scores: list[float] | None
    neighbours: list[int] | None
    scores: list[float] | None


class Row(NamedTuple):
    """A product as lists show it; a walk knows no more than `reason` of what may not be shown."""

    product: int
    group: str
    reason: str
    id: str
    title: str
    price: Decimal | None
    currency: str
    availability: str
    link: str
    image_link: str
    brand: str
    product_type: str
    buyers: int
    terms: bytes | None = None
    weights: bytes | None = None


_STATE = "run.id, run.finished_at, coalesce(run.is_stale, false), likeness.id"
# The rules in force at a moment, for this list beside these products. What is pinned in every list
# is not what a customer bought, so it stands among what to buy again only where a rule says so.
_RULES = """(
        SELECT jsonb_agg(jsonb_build_array(r.id, r.action, r.within, r.product_id, r.category,
            r.brand, r.attribute, coalesce(r.position, 0), coalesce(r.factor, 1)) ORDER BY r.id)
        FROM recommendations_rule AS r
        WHERE (r.list = %(list)s
                OR r.list = '' AND NOT (r.action = 'pin' AND %(list)s = 'buy-again'))
            AND (r.starts_at IS NULL OR r.starts_at <= %(now)s)
            AND (r.ends_at IS NULL OR r.ends_at > %(now)s)
            AND (r.segment_id IS NULL OR r.segment_id = {segment})
            AND (r.beside_id IS NULL OR EXISTS (
                SELECT FROM products_product AS s WHERE s.id = r.beside_id
                    AND lower(s.external_id) = ANY(SELECT lower(unnest(%(ids)s::text[])))))
        )"""
_RUNS = """(VALUES (1)) AS one
    LEFT JOIN (
        SELECT id, finished_at, as_of, EXISTS (
            SELECT FROM runs_run AS later
            WHERE later.kind = published.kind AND later.id > published.id
                AND later.status IN ('held', 'refused', 'failed')
        ) AS is_stale
        FROM runs_run AS published WHERE kind = %(kind)s AND status = 'published'
    ) AS run ON true
    LEFT JOIN runs_run AS likeness ON likeness.kind = 'similar' AND likeness.status = 'published'"""
_SITUATION = f"""
    SELECT {_STATE},
        p.id, p.external_id, p.title, p.product_type, p.brand, p.price, p.currency,
        p.item_group_id, near.neighbours, near.scores, vector.terms, vector.weights,
        together.others, together.scores, together.direct, {_RULES.format(segment="NULL")}
    FROM {_RUNS}
    LEFT JOIN products_product AS p
        ON lower(p.external_id) = lower(%(id)s) AND p.deleted_at IS NULL
    LEFT JOIN LATERAL (
        SELECT neighbours, scores FROM recommendations_similarlist
        WHERE run_id = likeness.id AND product_id = p.id LIMIT 1
    ) AS near ON true
    LEFT JOIN LATERAL (
        SELECT terms, weights FROM recommendations_productvector
        WHERE run_id = likeness.id AND product_id = p.id LIMIT 1
    ) AS vector ON true
    LEFT JOIN LATERAL (
        SELECT others, scores, direct FROM recommendations_togetherlist
        WHERE %(kind)s = 'bought-together' AND run_id = run.id AND product_id = p.id LIMIT 1
    ) AS together ON true"""

# Erased customers are nobody's any more; a segment counts while they are in it.
_CUSTOMER_SITUATION = f"""
    SELECT {_STATE}, run.as_of, c.id, coalesce(c.profiling_opt_out, false), stay.segment_id,
        {_RULES.format(segment="stay.segment_id")}
    FROM {_RUNS}
    LEFT JOIN customers_customer AS c ON c.external_id = %(id)s AND c.erased_at IS NULL
    LEFT JOIN customers_membership AS stay
        ON stay.customer_id = c.id AND stay.to_run_id IS NULL AND NOT c.profiling_opt_out"""
_BASKET = """
    SELECT p.id, p.title, p.item_group_id, together.others, together.scores, near.neighbours,
        near.scores
    FROM products_product AS p
    LEFT JOIN recommendations_togetherlist AS together
        ON together.run_id = %(run)s AND together.product_id = p.id
    LEFT JOIN recommendations_similarlist AS near
        ON near.run_id = %(similar_run)s AND near.product_id = p.id
    WHERE lower(p.external_id) = ANY(SELECT lower(unnest(%(ids)s::text[])))
        AND p.deleted_at IS NULL
    ORDER BY p.id"""

CARD = (
    "p.external_id, p.title, p.price, p.currency, p.availability, p.link, p.image_link,"
    " p.brand, p.product_type"
)


def situation(
    product_id: str, kind: str, list_name: str, now: datetime, basket: Sequence[str] = ()
) -> Situation:
    """What an answer is made from; `product` is none where there is no such product."""
    asked = {"id": product_id, "kind": kind, "list": list_name, "now": now}
    asked |= {"ids": [product_id, *basket]}
    ((*known, rulings),) = fetch_prepared(_SITUATION, asked)
    return Situation(*known, rulings=_read(rulings))


def customer_situation(customer_id: str, list_name: str, now: datetime) -> Situation:
    """What a customer's answer is made from; `customer` is none where there is no such one."""
    asked = {"id": customer_id, "kind": "personal", "list": list_name, "now": now, "ids": []}
    ((*state, as_of, customer, is_left_alone, segment, rulings),) = fetch_prepared(
        _CUSTOMER_SITUATION, asked
    )
    known = {"customer": customer, "is_left_alone": is_left_alone, "segment": segment}
    return Situation(*state, as_of=as_of, rulings=_read(rulings), **known)


def basket_situation(
    product_ids: Sequence[str], list_name: str, now: datetime
) -> tuple[Situation, list[InBasket]]:
    """What a basket's answer is made from, and the products in it; unknown ones are passed over."""
    here = situation("", "bought-together", list_name, now, product_ids)
    stored = {"run": here.run, "similar_run": here.similar_run, "ids": list(product_ids)}
    basket = [InBasket(*row) for row in fetch_prepared(_BASKET, stored)]
    groups = [item.group for item in basket if item.group]
    return here._replace(basket=[item.product for item in basket], basket_groups=groups), basket


def _read(rulings: str | None) -> list[Ruling]:
    return [Ruling(*told) for told in json.loads(rulings or "[]")]


@lru_cache(maxsize=2)
def term_labels(run: int) -> tuple[str, ...]:
    """The terms of a run's vectors as people read them; kept, since a run's never change."""
    return tuple(Vocabulary.objects.values_list("labels", flat=True).get(run_id=run))


def stored_vector(of: Situation | Row) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The columns of a product's terms and their weights, as they are stored: int32, int16."""
    terms, weights = of.terms or b"", of.weights or b""
    count = len(weights) // 2
    return unpack(f"<{count}i", terms), unpack(f"<{count}h", weights)
