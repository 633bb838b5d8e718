"""SQL of co-purchase: item groups as they are sold, who bought what with what, lists."""

from datetime import datetime
from typing import NamedTuple

import numpy as np

from recommendations.models import TogetherList
from recommendations.queries.lists import GROUP, write_lists
from runs.arrays import read_arrays
from runs.copying import execute, fetch

# Tastes change: older orders say little of what goes together now.
WINDOW_DAYS = 730
_SOLD = "p.visible AND p.deleted_at IS NULL"
_NAME = 'lower(p.external_id) COLLATE "C"'


class Groups(NamedTuple):
    """Item groups by the name of the product that stands for each.

    `products` are all products that may be shown, with the group of each in `group_of`;
    `shares_of_work` are numbers that spread categories evenly.
    """

    products: np.ndarray
    group_of: np.ndarray
    representatives: np.ndarray
    categories: np.ndarray
    shares_of_work: np.ndarray


class Lines(NamedTuple):
    """Order lines that sold something: order, product, and seconds since 1970."""

    orders: np.ndarray
    products: np.ndarray
    at: np.ndarray


def groups() -> Groups:
    """Item groups with a product that may be shown; its best seller in stock stands for it."""
    read = read_arrays(
        f"""SELECT p.id, {GROUP} AS group_key, row_number() OVER (PARTITION BY {GROUP}
                ORDER BY p.availability = 'out_of_stock', coalesce(b.buyers_90_days, 0) DESC,
                    coalesce(b.buyers_ever, 0) DESC, {_NAME}) AS place,
            CASE p.product_type WHEN '' THEN 0 ELSE hashtextextended(lower(p.product_type), 0) END
                AS category,
            CASE p.product_type WHEN '' THEN hashint8({GROUP})
                ELSE hashtext(lower(p.product_type)) END AS share_of_work
        FROM products_product AS p LEFT JOIN recommendations_popularity AS b ON b.product_id = p.id
        WHERE {_SOLD} ORDER BY {_NAME}""",
        id="i4",
        group_key="i8",
        place="i4",
        category="i8",
        share_of_work="i8",
    )
    first = read["place"] == 1
    keys = read["group_key"][first]
    order = np.argsort(keys, kind="stable")
    names, categories = np.unique(read["category"][first], return_inverse=True)
    if len(names) and 0 in names:
        categories = np.where(read["category"][first] == 0, -1, categories)
    return Groups(
        products=read["id"],
        group_of=order[np.searchsorted(keys, read["group_key"], sorter=order)],
        representatives=read["id"][first],
        categories=categories,
        shares_of_work=read["share_of_work"][first],
    )


def lines(as_of: datetime | None) -> Lines:
    """What was sold in the two years before, in any order."""
    read = read_arrays(
        """SELECT l.order_id, l.product_id, extract(epoch FROM o.ordered_at) AS at
        FROM customers_order AS o JOIN customers_orderline AS l ON l.order_id = o.id
        WHERE o.status IN ('paid', 'fulfilled') AND l.quantity > 0
            AND o.ordered_at <= %(as_of)s::timestamptz
            AND o.ordered_at > %(as_of)s::timestamptz - %(days)s * interval '1 day'""",
        {"as_of": as_of, "days": WINDOW_DAYS},
        order_id="i8",
        product_id="i4",
        at="f8",
    )
    return Lines(*read.values())


def store_lists(
    run_id: int, product_ids: np.ndarray, starts: np.ndarray, entries: dict[str, np.ndarray]
) -> None:
    """Keep lists, one after the other: of whom, where each begins, and what stands in them.

    A product that has a list in this run already keeps that one.
    """
    kept = TogetherList._meta.db_table
    execute(f"DROP TABLE IF EXISTS new_list; CREATE TEMP TABLE new_list (LIKE {kept})")
    write_lists("new_list", run_id, product_ids, starts, entries)
    execute(
        f"INSERT INTO {kept} SELECT * FROM new_list ORDER BY product_id ON CONFLICT DO NOTHING;"
        " DROP TABLE new_list"
    )


def products_with_list(run_id: int) -> np.ndarray:
    """Products that have a list in this run."""
    found = read_arrays(
        "SELECT product_id FROM recommendations_togetherlist WHERE run_id = %s",
        [run_id],
        product_id="i4",
    )
    return found["product_id"]


def count_lists(run_id: int) -> tuple[int, int]:
    """How many products have a list, and how many products stand in these."""
    ((lists, pairs),) = fetch(
        "SELECT count(*), coalesce(sum(cardinality(others)), 0)::bigint"
        " FROM recommendations_togetherlist WHERE run_id = %s",
        [run_id],
    )
    return lists, pairs


def forget(run_id: int) -> None:
    """Drop what a run stored."""
    execute("DELETE FROM recommendations_togetherlist WHERE run_id = %s", [run_id])
