"""SQL of the demo shop: its shelves, and what a search finds."""

from typing import NamedTuple

from recommendations.queries.judging import IN_CATEGORY, category_values, like
from recommendations.queries.serving import BY_BUYERS, WITH_BUYERS
from recommendations.queries.situations import CARD, Row
from runs.copying import fetch

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


def products_found(text: str, most: int) -> list[Row]:
    """Products whose title has all the words, or whose id it is; sold-out ones last."""
    words = {f"word{n}": f"%{like(word)}%" for n, word in enumerate(text.split())}
    has_all = " AND ".join(f"upper(p.title) LIKE upper(%({name})s)" for name in words) or "false"
    sql = f"""
        SELECT p.id, p.item_group_id, '', {CARD}, coalesce(b.buyers_ever, 0) FROM {WITH_BUYERS}
        WHERE {ON_SALE} AND (({has_all}) OR lower(p.external_id) = lower(%(text)s))
        ORDER BY p.availability = 'out_of_stock', {BY_BUYERS} LIMIT %(most)s"""
    return [Row(*row) for row in fetch(sql, words | {"text": text, "most": most})]
