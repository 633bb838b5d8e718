"""SQL of candidates: products of stored lists, and all products, most popular first."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from recommendations.queries.judging import IN_CATEGORY, about, category_values, judge
from recommendations.queries.situations import CARD, Row, Situation
from recommendations.rulings import BOOST
from recommendations.wishes import Wishes
from runs.copying import fetch, fetch_prepared


class Place(NamedTuple):
    """Where a product stands in the walk down all products; compare them by SQL alone."""

    part: int
    lately: float
    ever: float
    created_at: datetime
    name: str


class Step(NamedTuple):
    """A product on that walk that may be shown."""

    place: Place
    source: str
    product: Row


_CANDIDATES = """
    SELECT p.id, p.item_group_id, {reason}, {card}, 0, vector.terms, vector.weights
    FROM products_product AS p
    LEFT JOIN recommendations_productvector AS vector
        ON vector.run_id = %(similar_run)s AND vector.product_id = p.id
    WHERE p.id = ANY(%(candidates)s) AND p.id <> ALL(%(beside)s)"""

# The walk has parts, each read along an index: the products of the category or those the customer's
# segment bought, those anyone bought, and the rest. `onward` bounds what lies before a place, so
# that an index helps there too; `elsewhere` is what does not stand in a part.
WITH_BUYERS = (
    "products_product AS p LEFT JOIN recommendations_popularity AS b ON b.product_id = p.id"
)
_NEWEST = 'p.created_at DESC, lower(p.external_id) COLLATE "C"'
BY_BUYERS = f"coalesce(b.buyers_90_days, 0) DESC, coalesce(b.buyers_ever, 0) DESC, {_NEWEST}"
_NEAR = IN_CATEGORY.format(name="near")
_OF_CATEGORY = {
    "source": "popular_in_category",
    "tables": WITH_BUYERS,
    "which": _NEAR,
    "lately": "coalesce(b.buyers_90_days, 0)",
    "ever": "coalesce(b.buyers_ever, 0)",
    "order": BY_BUYERS,
    "onward": "true",
    "elsewhere": f"({_NEAR}) IS NOT TRUE",
}
_OF_SEGMENT = {
    "source": "popular_in_segment",
    "tables": "recommendations_segmentpopularity AS b"
    " JOIN products_product AS p ON p.id = b.product_id",
    "which": "b.segment_id = %(segment)s",
    "lately": "b.buyers_90_days",
    "ever": "b.buyers_ever",
    "order": f"b.buyers_90_days DESC, b.buyers_ever DESC, {_NEWEST}",
    "onward": "true",
    "elsewhere": "NOT EXISTS (SELECT FROM recommendations_segmentpopularity AS s"
    " WHERE s.segment_id = %(segment)s AND s.product_id = p.id)",
}
_BOUGHT = {
    "source": "popular",
    "tables": "recommendations_popularity AS b JOIN products_product AS p ON p.id = b.product_id",
    "which": "b.buyers_ever > 0",
    "lately": "b.buyers_90_days",
    "ever": "b.buyers_ever",
    "order": f"b.buyers_90_days DESC, b.buyers_ever DESC, {_NEWEST}",
    "onward": "b.buyers_90_days >= %(lately)s",
}
_UNBOUGHT = {
    "source": "popular",
    "tables": "products_product AS p",
    "which": "NOT EXISTS (SELECT FROM recommendations_popularity AS b"
    " WHERE b.product_id = p.id AND b.buyers_ever > 0)",
    "lately": "0",
    "ever": "0",
    "order": _NEWEST,
    "onward": "p.created_at >= %(created_at)s",
}
_PLACE = """{number} AS part, {lately} AS lately, {ever} AS ever, p.created_at,
            lower(p.external_id) COLLATE "C" AS name"""

# A part is read no further than `most` rows, and only if no part before it was cut there.
_WALK = """
    WITH {parts}
    SELECT * FROM ({union}) AS walk
    ORDER BY part, lately DESC, ever DESC, created_at DESC, name"""
_WALK_PART = """part{number} AS MATERIALIZED (
        SELECT {place}, '{source}' AS source, p.id, p.item_group_id, '' AS reason, {card}, {ever}
        FROM {tables} WHERE {which} AND {may_be_shown}{is_reached}
        ORDER BY {order} LIMIT %(most)s)"""
_IS_REACHED = " AND (%(most)s IS NULL OR (SELECT count(*) FROM part{before}) < %(most)s)"

# What is filtered counts as of a group in the list from where that group was taken into it.
_DROPPED = """
    WITH taken AS (
        SELECT * FROM unnest(%(taken_groups)s::text[], %(taken_part)s::int[],
            %(taken_lately)s::float8[], %(taken_ever)s::float8[],
            %(taken_created_at)s::timestamptz[], %(taken_name)s::text[])
            AS taken (item_group_id, part, lately, ever, created_at, name)
    ), judged AS ({union})
    SELECT CASE WHEN judged.reason = 'filtered' AND {taken_key} < {judged_key}
        THEN 'same_group' ELSE judged.reason END AS reason, count(*)
    FROM judged LEFT JOIN taken USING (item_group_id)
    WHERE judged.reason <> '' AND {is_before} GROUP BY 1"""
_DROPPED_PART = """
        SELECT {place}, p.item_group_id, {reason} AS reason FROM {tables}
        WHERE {which} AND {is_new} AND p.id <> ALL(%(met)s) AND {onward}"""

_KEY = "({0}.part, -{0}.lately, -{0}.ever, -extract(epoch FROM {0}.created_at), {0}.name)"
_LAST = "(%(part)s, -%(lately)s, -%(ever)s, -extract(epoch FROM %(created_at)s), %(name)s)"
_START = Place(-1, 0, 0, datetime(1970, 1, 1, tzinfo=UTC), "")


def candidates(here: Situation, wishes: Wishes, product_ids: Iterable[int]) -> list[Row]:
    """These products but those that the list stands beside, each judged."""
    judgement = judge(here, wishes)
    sql = _CANDIDATES.format(reason=judgement.reason, card=CARD)
    asked = {"candidates": list(product_ids), "similar_run": here.similar_run}
    return [Row(*row) for row in fetch_prepared(sql, judgement.values | asked)]


def walk(here: Situation, wishes: Wishes, most: int | None) -> tuple[list[Step], bool]:
    """All products that may be shown, most popular first, and whether these are all.

    What is popular in the category of the product shown, or in the customer's segment, comes
    first. With `most` it is only the
    beginning of the walk, at least that long where there are that many products.
    """
    judgement, parts, boosts = judge(here, wishes), *_parts(here)
    written = [
        _WALK_PART.format(
            number=number,
            place=_PLACE.format(number=number, **part),
            card=CARD,
            may_be_shown=judgement.may_be_shown,
            is_reached="".join(_IS_REACHED.format(before=before) for before in range(number)),
            **part,
        )
        for number, part in enumerate(parts)
    ]
    union = " UNION ALL ".join(f"SELECT * FROM part{number}" for number in range(len(parts)))
    sql = _WALK.format(parts=", ".join(written), union=union)
    values = judgement.values | _values(here) | boosts | {"most": most}
    steps = [Step(Place(*row[:5]), row[5], Row(*row[6:])) for row in fetch(sql, values)]
    lengths = Counter(step.place.part for step in steps)
    cut = min((part for part, length in lengths.items() if length == most), default=None)
    return [step for step in steps if cut is None or step.place.part <= cut], cut is None


def dropped_before(
    here: Situation,
    wishes: Wishes,
    last: Place | None,
    met: Iterable[int],
    taken: dict[str, Place | None],
) -> dict[str, int]:
    """Count what may not be shown before a place of the walk, or on all of it, by reason.

    Left out are products `met` before the walk. `taken` are the groups in the list by the place
    where they were taken, none for those from before the walk.
    """
    judgement, parts, boosts = judge(here, wishes), *_parts(here)
    elsewhere = parts[0].get("elsewhere", "true")
    written = [
        _DROPPED_PART.format(
            place=_PLACE.format(number=number, **part),
            reason=judgement.reason,
            is_new=elsewhere if number else "true",
            **part | {"onward": part["onward"] if last and number == last.part else "true"},
        )
        for number, part in enumerate(parts)
        if last is None or number <= last.part
    ]
    sql = _DROPPED.format(
        union=" UNION ALL ".join(written),
        taken_key=_KEY.format("taken"),
        judged_key=_KEY.format("judged"),
        is_before=f"{_KEY.format('judged')} < {_LAST}" if last else "true",
    )
    places = [place or _START for place in taken.values()]
    values = judgement.values | _values(here) | boosts
    values |= {f"taken_{name}": [getattr(p, name) for p in places] for name in Place._fields}
    # Counts are whole until a boost moves them, and an array has one type.
    values |= {f"taken_{n}": [float(x) for x in values[f"taken_{n}"]] for n in ("lately", "ever")}
    values |= {"taken_groups": list(taken), "met": [*met, *here.beside]}
    return dict(fetch(sql, values | (last or _START)._asdict()))


def _parts(here: Situation) -> tuple[list[dict[str, str]], dict]:
    """Return the parts of the walk, and the values of the boosts in them."""
    first = [_OF_CATEGORY] if here.product_type else [_OF_SEGMENT] if here.segment else []
    parts = [*first, _BOUGHT, _UNBOUGHT]
    factors, values = [], {}
    for number, ruling in enumerate(here.rulings):
        if ruling.action == BOOST:
            name = f"boost{number}"
            test, more = about(ruling, name)
            factors.append(f"CASE WHEN {test} THEN %({name}_factor)s::float8 ELSE 1 END")
            values |= more | {f"{name}_factor": ruling.factor}
    if factors:
        parts = [_boosted(part, " * ".join(factors)) for part in parts]
    return parts, values


def _boosted(part: dict[str, str], factor: str) -> dict[str, str]:
    """Count buyers of a part by a factor; no index helps then."""
    lately, ever = f"{part['lately']} * {factor}", f"{part['ever']} * {factor}"
    order = f"{lately} DESC, {ever} DESC, {_NEWEST}"
    return part | {"lately": lately, "ever": ever, "order": order, "onward": "true"}


def _values(here: Situation) -> dict[str, str | int | None]:
    return category_values("near", here.product_type or "") | {"segment": here.segment}
