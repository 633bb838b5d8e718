"""SQL of similarity: the catalogue as it is compared, rows of weights, lists, popularity."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID, uuid4

import numpy as np
from scipy.sparse import csr_array

from recommendations.models import SimilarList, Vocabulary
from recommendations.queries.lists import GROUP, write_lists
from recommendations.rows import Rows
from recommendations.vectors import Fields
from recommendations.vectors import Vocabulary as Terms
from recommendations.words import MOST_CHARACTERS
from runs.arrays import read_arrays
from runs.copying import copy_in, execute, fetch
from runs.models import Run


class Compared(NamedTuple):
    """Products as they are compared; `group_keys` are numbers of item groups."""

    ids: np.ndarray
    names: list[str]
    group_keys: np.ndarray
    digests: list[UUID]
    fields: Fields


class ListEnds(NamedTuple):
    """For each list its product, its length, its last score, and whether it names certain ones."""

    ids: np.ndarray
    lengths: np.ndarray
    last_scores: np.ndarray
    names_any: np.ndarray


# What rows of weights and lists follow from; other changes leave them as they are.
_DIGEST = """md5(concat_ws(chr(31), p.title, p.description, p.product_type, p.brand, p.currency,
    p.price::text, p.attributes::text, p.item_group_id))::uuid"""
_COMPARED = "p.visible AND p.deleted_at IS NULL"
_NAME = "lower(p.external_id)"
_BY_NAME = f'ORDER BY {_NAME} COLLATE "C"'


def compared_products(product_ids: Sequence[int] | None = None) -> Compared:
    """Read what shoppers may be shown, or those of these products, by product key."""
    only = "" if product_ids is None else "AND p.id = ANY(%(ids)s)"
    rows = fetch(
        f"""SELECT p.id, {_NAME}, {GROUP}, {_DIGEST}, p.title,
            left(p.description, {MOST_CHARACTERS}), p.product_type, p.brand, p.currency,
            p.price::float8, p.attributes::text
        FROM products_product AS p WHERE {_COMPARED} {only} {_BY_NAME}""",
        {"ids": None if product_ids is None else list(product_ids)},
    )
    columns = list(zip(*rows, strict=True)) or [()] * 11
    ids, names, groups, digests, *texts, currency, price, attributes = columns
    fields = Fields(*texts, list(zip(currency, price, strict=True)), attributes)
    return Compared(np.array(ids, "i8"), list(names), np.array(groups, "i8"), digests, fields)


def store_vocabulary(run: Run, terms: Terms) -> None:
    """Keep the terms of a run."""
    Vocabulary.objects.create(run=run, labels=list(terms.labels), rarity=terms.rarity.tolist())


def vocabulary(run_id: int) -> tuple[Terms, UUID]:
    """Return the terms of a run, and the version of its rows of weights."""
    kept = Vocabulary.objects.get(pk=run_id)
    return Terms(tuple(kept.labels), np.array(kept.rarity)), kept.version


def new_version(run_id: int) -> UUID:
    """Give the rows of weights of a run another version."""
    version = uuid4()
    Vocabulary.objects.filter(pk=run_id).update(version=version)
    return version


def store_rows(run_id: int, products: Compared, weights: csr_array) -> None:
    """Keep the rows of weights of these products."""
    terms, numbers = weights.indices.astype("<i4"), weights.data.astype("<i2")
    ends = list(zip(weights.indptr, weights.indptr[1:], strict=False))
    block = [
        [str(run_id)] * len(products.ids),
        list(map(str, products.ids.tolist())),
        list(map(str, products.group_keys.tolist())),
        list(map(str, products.digests)),
        [rf"\\x{terms[start:end].tobytes().hex()}" for start, end in ends],
        [rf"\\x{numbers[start:end].tobytes().hex()}" for start, end in ends],
    ]
    columns = ["run_id", "product_id", "group", "digest", "terms", "weights"]
    copy_in("recommendations_productvector", columns, [block])


def rows_of_weights(run_id: int) -> Rows:
    """Read all rows of weights of a run, ordered by the products' own ids."""
    ((ids, names, groups, counts, terms, weights, width),) = fetch(
        f"""SELECT array_agg(product_id), array_agg(name), array_agg("group"),
            array_agg(length(terms) / 4), string_agg(terms, ''), string_agg(weights, ''),
            (SELECT cardinality(labels) FROM recommendations_vocabulary WHERE run_id = %(run)s)
        FROM (SELECT v.*, {_NAME} AS name FROM recommendations_productvector AS v
            JOIN products_product AS p ON p.id = v.product_id
            WHERE v.run_id = %(run)s {_BY_NAME}) AS rows""",
        {"run": run_id},
    )
    starts = np.append(0, np.cumsum(counts or [], dtype="i8"))
    columns = np.frombuffer(terms or b"", "<i4")
    values = np.frombuffer(weights or b"", "<i2").astype("f4")
    matrix = csr_array((values, columns, starts), shape=(len(starts) - 1, width))
    return Rows(np.array(ids or [], "i8"), names or [], np.array(groups or [], "i8"), matrix)


def replace_rows(run_id: int, product_ids: Sequence[int], products: Compared, weights) -> None:
    """Put these rows of weights in the place of those of `product_ids`."""
    execute(
        "DELETE FROM recommendations_productvector WHERE run_id = %s AND product_id = ANY(%s)",
        [run_id, list(product_ids)],
    )
    store_rows(run_id, products, weights)


def store_lists(
    run_id: int, ids: np.ndarray, starts: np.ndarray, neighbours: np.ndarray, scores: np.ndarray
) -> None:
    """Keep lists, one after the other: of whom, where each begins, and what stands in them."""
    entries = {"neighbours": neighbours.astype("i4"), "scores": scores.astype("f8")}
    write_lists(SimilarList._meta.db_table, run_id, ids, starts, entries)


def drop_lists(run_id: int, product_ids: Iterable[int]) -> None:
    """Drop the lists of these products."""
    execute(
        "DELETE FROM recommendations_similarlist WHERE run_id = %s AND product_id = ANY(%s)",
        [run_id, list(product_ids)],
    )


def list_ends(run_id: int, product_ids: Sequence[int] = ()) -> ListEnds:
    """Return where the lists of a run end, and which of them name any of these products."""
    columns = read_arrays(
        """SELECT product_id, cardinality(scores) AS length,
            coalesce(scores[cardinality(scores)], 0) AS last_score,
            (neighbours && %s::int[])::int AS names_any
        FROM recommendations_similarlist WHERE run_id = %s""",
        [list(product_ids), run_id],
        product_id="i8",
        length="i8",
        last_score="f8",
        names_any="i8",
    )
    return ListEnds(*columns.values())


def lists_of(run_id: int, product_ids: Sequence[int]) -> dict[int, list[int]]:
    """Return the stored neighbours of these products."""
    found = SimilarList.objects.filter(run_id=run_id, product_id__in=list(product_ids))
    return dict(found.values_list("product_id", "neighbours"))


def changed_products(run_id: int, product_ids: Sequence[int] | None = None) -> list[int]:
    """Return those whose row no longer follows from the catalogue, of these products or of all."""
    of_p = "" if product_ids is None else "AND p.id = ANY(%(ids)s)"
    of_v = "" if product_ids is None else "AND product_id = ANY(%(ids)s)"
    rows = fetch(
        f"""SELECT coalesce(p.id, v.product_id)
        FROM (SELECT p.id, {_DIGEST} AS digest FROM products_product AS p
            WHERE {_COMPARED} {of_p}) AS p
        FULL JOIN (SELECT product_id, digest FROM recommendations_productvector
            WHERE run_id = %(run)s {of_v}) AS v ON v.product_id = p.id
        WHERE p.digest IS DISTINCT FROM v.digest""",
        {"run": run_id, "ids": None if product_ids is None else list(product_ids)},
    )
    return [product for (product,) in rows]


def is_worth_a_try() -> bool:
    """Whether a build has something to read that the last one, if that failed, had not."""
    ((is_worth,),) = fetch(
        f"""SELECT EXISTS (SELECT FROM products_product AS p WHERE {_COMPARED} AND p.updated_at >
            coalesce((SELECT CASE WHEN status = 'published' THEN '-infinity' ELSE created_at END
                FROM runs_run WHERE kind = 'similar' ORDER BY id DESC LIMIT 1), '-infinity'))"""
    )
    return is_worth


def forget(run_id: int) -> None:
    """Drop what a run stored."""
    for table in ("similarlist", "productvector", "vocabulary"):
        execute(f"DELETE FROM recommendations_{table} WHERE run_id = %s", [run_id])
