"""SQL of similarity: the catalogue as it is compared, rows of weights, lists, popularity."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import numpy as np
from django.db import connection
from scipy.sparse import csr_array

from recommendations.models import SimilarList, Vocabulary
from recommendations.vectors import Fields
from recommendations.vectors import Vocabulary as Terms
from runs.copying import copy_in, execute, fetch
from runs.models import Run


class Compared(NamedTuple):
    """Products as they are compared; `groups` are the lowest product keys of item groups."""

    ids: np.ndarray
    groups: np.ndarray
    digests: list[UUID]
    fields: Fields


class Rows(NamedTuple):
    """The stored rows of weights of one run, by product key."""

    ids: np.ndarray
    groups: np.ndarray
    weights: csr_array


# What rows of weights and lists follow from; other changes leave them as they are.
_DIGEST = """md5(concat_ws(chr(31), p.title, p.description, p.product_type, p.brand, p.currency,
    p.price::text, p.attributes::text, p.item_group_id))::uuid"""
_COMPARED = "p.visible AND p.deleted_at IS NULL"
_GROUP = """coalesce((SELECT min(g.id) FROM products_product AS g
    WHERE g.item_group_id = p.item_group_id AND p.item_group_id <> ''), p.id)"""


def compared_products(product_ids: Sequence[int] | None = None) -> Compared:
    """Read what shoppers may be shown, or those of these products, by product key."""
    only = "" if product_ids is None else "AND p.id = ANY(%(ids)s)"
    group = "grouped.first" if product_ids is None else _GROUP
    grouped = """LEFT JOIN (SELECT item_group_id, min(id) AS first FROM products_product
        WHERE item_group_id <> '' GROUP BY item_group_id) AS grouped USING (item_group_id)"""
    rows = fetch(
        f"""SELECT p.id, coalesce({group}, p.id), {_DIGEST}, p.title, p.description,
            p.product_type, p.brand, p.currency, p.price::float8, p.attributes::text
        FROM products_product AS p {grouped if product_ids is None else ""}
        WHERE {_COMPARED} {only} ORDER BY p.id""",
        {"ids": None if product_ids is None else list(product_ids)},
    )
    columns = list(zip(*rows, strict=True)) or [()] * 10
    ids, groups, digests, *texts, currency, price, attributes = columns
    prices = list(zip(currency, price, strict=True))
    fields = Fields(*texts, price=prices, attributes=attributes)
    return Compared(np.array(ids, "i8"), np.array(groups, "i8"), list(digests), fields)


def store_vocabulary(run: Run, terms: Terms) -> None:
    """Keep the terms of a run."""
    Vocabulary.objects.create(run=run, labels=list(terms.labels), rarity=terms.rarity.tolist())


def vocabulary(run_id: int) -> Terms:
    """Return the terms of a run."""
    kept = Vocabulary.objects.get(pk=run_id)
    return Terms(tuple(kept.labels), np.array(kept.rarity))


def store_rows(run_id: int, products: Compared, weights: csr_array) -> None:
    """Keep the rows of weights of these products."""
    terms, numbers = weights.indices.astype("<i4"), weights.data.astype("<i2")
    ends = list(zip(weights.indptr, weights.indptr[1:], strict=False))
    block = [
        [str(run_id)] * len(products.ids),
        list(map(str, products.ids.tolist())),
        list(map(str, products.groups.tolist())),
        list(map(str, products.digests)),
        [rf"\\x{terms[start:end].tobytes().hex()}" for start, end in ends],
        [rf"\\x{numbers[start:end].tobytes().hex()}" for start, end in ends],
    ]
    columns = ["run_id", "product_id", "group", "digest", "terms", "weights"]
    copy_in("recommendations_productvector", columns, [block])


def rows_of_weights(run_id: int, width: int) -> Rows:
    """Read all rows of weights of a run, by product key."""
    ((ids, groups, counts, terms, weights),) = fetch(
        """SELECT array_agg(product_id ORDER BY product_id), array_agg("group" ORDER BY product_id),
            array_agg(length(terms) / 4 ORDER BY product_id),
            string_agg(terms, '' ORDER BY product_id), string_agg(weights, '' ORDER BY product_id)
        FROM recommendations_productvector WHERE run_id = %s""",
        [run_id],
    )
    starts = np.append(0, np.cumsum(counts or [], dtype="i8"))
    columns = np.frombuffer(terms or b"", "<i4")
    values = np.frombuffer(weights or b"", "<i2").astype("f4")
    shape = (len(starts) - 1, width)
    matrix = csr_array((values, columns, starts), shape=shape)
    return Rows(np.array(ids or [], "i8"), np.array(groups or [], "i8"), matrix)


def replace_rows(run_id: int, product_ids: Sequence[int], products: Compared, weights) -> None:
    """Put these rows of weights in the place of those of `product_ids`."""
    execute(
        "DELETE FROM recommendations_productvector WHERE run_id = %s AND product_id = ANY(%s)",
        [run_id, list(product_ids)],
    )
    store_rows(run_id, products, weights)


Entry = tuple[int, Iterable[int], Iterable[float]]


def store_lists(run_id: int, lists: Iterator[Entry]) -> None:
    """Keep lists: a product's key, its neighbours' keys, their scores."""
    listed = list(lists)
    block = [
        [str(run_id)] * len(listed),
        [str(product) for product, _, _ in listed],
        ["{" + ",".join(map(str, near)) + "}" for _, near, _ in listed],
        ["{" + ",".join(map(str, scores)) + "}" for _, _, scores in listed],
    ]
    columns = ["run_id", "product_id", "neighbours", "scores"]
    copy_in("recommendations_similarlist", columns, [block])


def replace_lists(run_id: int, product_ids: Sequence[int], lists: Iterator[Entry]) -> None:
    """Put these lists in the place of those of `product_ids`."""
    execute(
        "DELETE FROM recommendations_similarlist WHERE run_id = %s AND product_id = ANY(%s)",
        [run_id, list(product_ids)],
    )
    store_lists(run_id, lists)


def list_ends(run_id: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return for each list its product, its length and its last score, by product key."""
    rows = fetch(
        """SELECT product_id, cardinality(scores), coalesce(scores[cardinality(scores)], 0)
        FROM recommendations_similarlist WHERE run_id = %s ORDER BY product_id""",
        [run_id],
    )
    ids, lengths, scores = zip(*rows, strict=True) if rows else ((), (), ())
    return np.array(ids, "i8"), np.array(lengths, "i8"), np.array(scores, "f8")


def lists_naming(run_id: int, product_ids: Sequence[int]) -> list[int]:
    """Return the products whose lists name any of these."""
    return [
        product
        for (product,) in fetch(
            """SELECT product_id FROM recommendations_similarlist
            WHERE run_id = %s AND neighbours && %s::int[]""",
            [run_id, list(product_ids)],
        )
    ]


def lists_of(run_id: int, product_ids: Sequence[int]) -> dict[int, list[int]]:
    """Return the stored neighbours of these products."""
    found = SimilarList.objects.filter(run_id=run_id, product_id__in=list(product_ids))
    return dict(found.values_list("product_id", "neighbours"))


def changed_products(run_id: int, product_ids: Sequence[int] | None = None) -> list[int]:
    """Return those whose row no longer follows from the catalogue, of these products or of all."""
    only = "" if product_ids is None else "AND coalesce(p.id, v.product_id) = ANY(%(ids)s)"
    return [
        product
        for (product,) in fetch(
            f"""SELECT coalesce(p.id, v.product_id)
            FROM (SELECT p.id, {_DIGEST} AS digest FROM products_product AS p
                WHERE {_COMPARED}) AS p
            FULL JOIN (SELECT product_id, digest FROM recommendations_productvector
                WHERE run_id = %(run)s) AS v ON v.product_id = p.id
            WHERE p.digest IS DISTINCT FROM v.digest {only}""",
            {"run": run_id, "ids": None if product_ids is None else list(product_ids)},
        )
    ]


def forget(run_id: int) -> None:
    """Drop what a run stored."""
    for table in ("similarlist", "productvector", "vocabulary"):
        execute(f"DELETE FROM recommendations_{table} WHERE run_id = %s", [run_id])


def refresh_popularity(as_of: datetime | None) -> int:
    """Count buyers anew, write what differs; return how many products' counts changed.

    An order without a customer counts as a buyer of its own.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH bought AS (
                SELECT l.product_id,
                    count(DISTINCT coalesce(o.customer_id, -o.id)) AS ever,
                    count(DISTINCT coalesce(o.customer_id, -o.id)) FILTER (
                        WHERE o.ordered_at > %(as_of)s::timestamptz - interval '90 days') AS lately
                FROM customers_orderline AS l JOIN customers_order AS o ON o.id = l.order_id
                WHERE o.status IN ('paid', 'fulfilled') AND l.quantity > 0
                    AND o.ordered_at <= %(as_of)s::timestamptz
                GROUP BY l.product_id
            ), gone AS (
                DELETE FROM recommendations_popularity AS p WHERE NOT EXISTS
                    (SELECT FROM bought WHERE bought.product_id = p.product_id) RETURNING 1
            ), written AS (
                INSERT INTO recommendations_popularity AS p
                    (product_id, buyers_90_days, buyers_ever)
                SELECT product_id, lately, ever FROM bought
                ON CONFLICT (product_id) DO UPDATE SET
                    buyers_90_days = excluded.buyers_90_days, buyers_ever = excluded.buyers_ever
                WHERE (p.buyers_90_days, p.buyers_ever)
                    IS DISTINCT FROM (excluded.buyers_90_days, excluded.buyers_ever)
                RETURNING 1
            ) SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM written)""",
            {"as_of": as_of},
        )
        return cursor.fetchone()[0]
