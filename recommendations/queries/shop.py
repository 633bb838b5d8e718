"""SQL of the demo shop: its shelves, and what a search finds."""

from datetime import datetime
from typing import NamedTuple

from customers.models import Segment
from customers.queries.pages import segments_alive
from recommendations.queries.judging import IN_CATEGORY, category_values, like
from recommendations.queries.serving import BY_BUYERS, WITH_BUYERS
from recommendations.queries.situations import CARD, Row
from runs.copying import fetch

# Of each segment so many customers are looked through, and so many shown.
LOOKED_THROUGH, OF_EACH = 60, 3
ON_SALE = "p.visible AND p.deleted_at IS NULL"


class Shelf(NamedTuple):
    """A category, and how many products stand in it or below it."""

    name: str
    products: int
    path: str


def top_shelves() -> list[Shelf]:
    """The top categories, those with most products first."""
    sql = f"""
        SELECT c.name, count(*) AS products, c.name FROM products_product AS p
        JOIN products_category AS c ON c.id = p.category_id
        WHERE {ON_SALE} GROUP BY c.id ORDER BY products DESC, c.name"""
    return [Shelf(*row) for row in fetch(sql, {})]


def shelves_below(path: str, most: int) -> list[Shelf]:
    """The categories one step below a path, those with most products first."""
    sql = f"""
        SELECT step, count(*) AS products, %(category)s || ' > ' || step
        FROM products_product AS p, split_part(p.product_type, ' > ', %(depth)s) AS step
        WHERE {ON_SALE} AND {IN_CATEGORY.format(name="category")} AND step <> ''
        GROUP BY step ORDER BY products DESC, step LIMIT %(most)s"""
    values = category_values("category", path) | {"depth": path.count(">") + 2, "most": most}
    return [Shelf(*row) for row in fetch(sql, values)]


class ToShopAs(NamedTuple):
    """A customer worth looking at the shop as."""

    external_id: str
    name: str
    orders: int
    last_order_at: datetime
    segment: Segment | None


def people_to_shop_as() -> list[ToShopAs]:
    """Some customers of each segment, those of them who ordered most; without segments, of all."""
    sql = """
        SELECT c.external_id, trim(c.first_name || ' ' || c.last_name), t.order_count,
            t.last_order_at, chosen.segment_id
        FROM (
            SELECT s.id AS segment_id, m.customer_id FROM customers_segment AS s
            CROSS JOIN LATERAL (
                SELECT customer_id FROM customers_membership
                WHERE segment_id = s.id AND to_run_id IS NULL ORDER BY customer_id LIMIT %(some)s
            ) AS m
            WHERE s.retired_run_id IS NULL
            UNION ALL
            (SELECT NULL, id FROM customers_customer ORDER BY id LIMIT %(some)s)
        ) AS chosen
        JOIN customers_customer AS c ON c.id = chosen.customer_id
            AND c.erased_at IS NULL AND NOT c.profiling_opt_out
        JOIN customers_customertotal AS t ON t.customer_id = c.id AND t.order_count > 0
        ORDER BY t.order_count DESC, c.id"""
    segments = {segment.pk: segment for segment in segments_alive()}
    people = [
        ToShopAs(*known, segments.get(segment))
        for *known, segment in fetch(sql, {"some": LOOKED_THROUGH})
    ]
    if not segments:
        return [person for person in people if person.segment is None][: 2 * OF_EACH]
    return [
        person
        for segment in segments.values()
        for person in [p for p in people if p.segment == segment][:OF_EACH]
    ]


def products_found(text: str, most: int) -> list[Row]:
    """Products whose title has all the words, or whose id it is; sold-out ones last."""
    words = {f"word{n}": f"%{like(word)}%" for n, word in enumerate(text.split())}
    has_all = " AND ".join(f"upper(p.title) LIKE upper(%({name})s)" for name in words) or "false"
    sql = f"""
        SELECT p.id, p.item_group_id, '', {CARD}, coalesce(b.buyers_ever, 0) FROM {WITH_BUYERS}
        WHERE {ON_SALE} AND (({has_all}) OR lower(p.external_id) = lower(%(text)s))
        ORDER BY p.availability = 'out_of_stock', {BY_BUYERS} LIMIT %(most)s"""
    return [Row(*row) for row in fetch(sql, words | {"text": text, "most": most})]
