"""SQL of answers: what there is to show beside a product, and why some of it may not be shown.

Every row comes with the reason against it, judged by one expression for all sources, so that a
product sold out or hidden a moment ago is gone from the very next answer.
"""

import re
from collections import Counter
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from struct import unpack
from typing import NamedTuple

from recommendations.models import Vocabulary
from recommendations.wishes import Wishes
from runs.copying import fetch


class Situation(NamedTuple):
    """What an answer is made from: the state of all that is stored, and the product shown."""

    version: int
    run: int | None
    built_at: datetime | None
    is_stale: bool
    product: int | None
    id: str
    title: str
    product_type: str
    brand: str
    price: Decimal | None
    currency: str
    group: str
    neighbours: list[int] | None
    scores: list[float] | None
    terms: bytes | None
    weights: bytes | None

    @property
    def state(self) -> tuple:
        """What the answer to a URL follows from."""
        return self.version, self.run, self.is_stale


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


_SITUATION = """
    SELECT coalesce(state.version, 0), run.id, run.finished_at, coalesce(run.is_stale, false),
        p.id, p.external_id, p.title, p.product_type, p.brand, p.price, p.currency,
        p.item_group_id, near.neighbours, near.scores, vector.terms, vector.weights
    FROM (VALUES (1)) AS one
    LEFT JOIN products_cataloguestate AS state ON true
    LEFT JOIN (
        SELECT id, finished_at, EXISTS (
            SELECT FROM runs_run AS later
            WHERE later.kind = published.kind AND later.id > published.id
                AND later.status IN ('held', 'refused', 'failed')
        ) AS is_stale
        FROM runs_run AS published WHERE kind = 'similar' AND status = 'published'
    ) AS run ON true
    LEFT JOIN products_product AS p
        ON lower(p.external_id) = lower(%(id)s) AND p.deleted_at IS NULL
    LEFT JOIN recommendations_similarlist AS near
        ON near.run_id = run.id AND near.product_id = p.id
    LEFT JOIN recommendations_productvector AS vector
        ON vector.run_id = run.id AND vector.product_id = p.id"""

CARD = (
    "p.external_id, p.title, p.price, p.currency, p.availability, p.link, p.image_link,"
    " p.brand, p.product_type"
)

_NEIGHBOURS = """
    SELECT p.id, p.item_group_id, {reason}, {card}, 0, vector.terms, vector.weights
    FROM products_product AS p
    LEFT JOIN recommendations_productvector AS vector
        ON vector.run_id = %(run)s AND vector.product_id = p.id
    WHERE p.id = ANY(%(neighbours)s) AND p.id <> %(shown)s"""

# A walk has parts: the category's products, then those anyone bought, then the rest. Each is read
# along an index, no further than `most` rows; a walk is whole when no part was cut.
_WALK = """
    WITH walk AS ({parts})
    SELECT walk.part, walk.source, walk.id, walk.item_group_id, walk.reason, {card},
        walk.buyers
    FROM walk LEFT JOIN products_product AS p ON p.id = walk.id AND walk.reason = ''
    ORDER BY walk.part, walk.place"""
_PART = """
    (SELECT '{source}' AS source, {part} AS part, row_number() OVER (ORDER BY {order}) AS place,
        p.id, p.item_group_id, {reason} AS reason, {buyers} AS buyers
    FROM {tables} WHERE {which} AND p.id <> %(shown)s ORDER BY place LIMIT %(most)s)"""
IN_CATEGORY = (
    "(lower(p.product_type) = lower(%({name})s)"
    " OR lower(p.product_type) LIKE lower(%({name}_below)s))"
)
_NEWEST = 'p.created_at DESC, lower(p.external_id) COLLATE "C"'
BY_BUYERS = f"coalesce(b.buyers_90_days, 0) DESC, coalesce(b.buyers_ever, 0) DESC, {_NEWEST}"
WITH_BUYERS = (
    "products_product AS p LEFT JOIN recommendations_popularity AS b ON b.product_id = p.id"
)
_OF_CATEGORY = {
    "source": "popular_in_category",
    "tables": WITH_BUYERS,
    "order": BY_BUYERS,
    "which": IN_CATEGORY.format(name="near"),
    "buyers": "coalesce(b.buyers_ever, 0)",
}
_BOUGHT = {
    "source": "popular",
    "tables": "recommendations_popularity AS b JOIN products_product AS p ON p.id = b.product_id",
    "order": f"b.buyers_90_days DESC, b.buyers_ever DESC, {_NEWEST}",
    "which": "b.buyers_ever > 0",
    "buyers": "b.buyers_ever",
}
_UNBOUGHT = {
    "source": "popular",
    "tables": "products_product AS p",
    "order": _NEWEST,
    "which": "NOT EXISTS (SELECT FROM recommendations_popularity AS b"
    " WHERE b.product_id = p.id AND b.buyers_ever > 0)",
    "buyers": "0",
}


def situation(product_id: str = "") -> Situation:
    """What an answer is made from; `product` is none where there is no such product."""
    return Situation(*fetch(_SITUATION, {"id": product_id})[0])


def neighbours(here: Situation, wishes: Wishes) -> list[Row]:
    """The stored neighbours of the product shown, each judged."""
    sql = _NEIGHBOURS.format(reason=_reason(here, wishes), card=CARD)
    return [Row(*row) for row in fetch(sql, _values(here, wishes))]


@lru_cache(maxsize=2)
def term_labels(run: int) -> tuple[str, ...]:
    """The terms of a run's vectors as people read them; kept, since a run's never change."""
    return tuple(Vocabulary.objects.values_list("labels", flat=True).get(run_id=run))


def stored_vector(of: Situation | Row) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The columns of a product's terms and their weights, as they are stored: int32, int16."""
    terms, weights = of.terms or b"", of.weights or b""
    count = len(weights) // 2
    return unpack(f"<{count}i", terms), unpack(f"<{count}h", weights)


def popular_walk(
    here: Situation, wishes: Wishes, most: int | None = None
) -> tuple[list[tuple[str, Row]], bool]:
    """All products as (source, row), most popular first, and whether these are all.

    What is popular in the category of the product shown comes first. With `most` it is only the
    beginning of the walk, at least that long where there are that many products.
    """
    parts = ([_OF_CATEGORY] if here.product_type else []) + [_BOUGHT, _UNBOUGHT]
    reason = _reason(here, wishes)
    written = (_PART.format(part=n, reason=reason, **part) for n, part in enumerate(parts))
    sql = _WALK.format(parts=" UNION ALL ".join(written), card=CARD)
    rows = fetch(sql, _values(here, wishes) | {"most": most})
    lengths = Counter(part for part, *_ in rows)
    cut = min((part for part, length in lengths.items() if length == most), default=None)
    kept = rows if cut is None else [row for row in rows if row[0] <= cut]
    return [(source, Row(*row)) for _, source, *row in kept], cut is None


def _reason(here: Situation, wishes: Wishes) -> str:
    """Write the expression that names the reason against a product `p`, empty if there is none."""
    tests = {
        "lower(p.brand) = ANY(SELECT lower(unnest(%(brand)s::text[])))": wishes.brand,
        "lower(p.external_id) <> ALL(SELECT lower(unnest(%(exclude)s::text[])))": wishes.exclude,
        "p.price >= %(min_price)s": wishes.min_price is not None,
        "p.price <= %(max_price)s": wishes.max_price is not None,
        "p.price < %(price)s": wishes.price == "cheaper",
        "p.price > %(price)s": wishes.price == "dearer",
        "p.currency IN (%(currency)s, '')": wishes.price != "any" and here.currency,
        IN_CATEGORY.format(name="category"): wishes.category,
    }
    passes = " AND ".join(test for test, is_asked in tests.items() if is_asked) or "true"
    cases = {
        "NOT p.visible OR p.deleted_at IS NOT NULL": "hidden",
        "%(in_stock)s AND p.availability = 'out_of_stock'": "out_of_stock",
        "p.item_group_id = nullif(%(group)s, '')": "same_group",
        f"({passes}) IS NOT TRUE": "filtered",
    }
    whens = " ".join(f"WHEN {case} THEN '{reason}'" for case, reason in cases.items())
    return f"CASE {whens} ELSE '' END"


def _values(here: Situation, wishes: Wishes) -> dict:
    return {
        "run": here.run,
        "shown": here.product or 0,
        "neighbours": here.neighbours or [],
        "group": here.group or "",
        "price": here.price,
        "currency": here.currency,
        "brand": list(wishes.brand),
        "exclude": list(wishes.exclude),
        "min_price": wishes.min_price,
        "max_price": wishes.max_price,
        "in_stock": wishes.in_stock,
        **category_values("category", wishes.category),
        **category_values("near", here.product_type or ""),
    }


def category_values(name: str, path: str) -> dict[str, str]:
    """Return the values `IN_CATEGORY` needs: the path as it is stored, and what is below it."""
    stored = " > ".join(step.strip() for step in path.split(">"))
    return {name: stored, f"{name}_below": f"{like(stored)} > %"}


def like(text: str) -> str:
    """Escape a text for LIKE."""
    return re.sub(r"([\\%_])", r"\\\1", text)
