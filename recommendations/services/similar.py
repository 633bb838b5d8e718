"""Similar products: catalogue -> rows of weights -> chunks of lists -> gates; and kept fresh."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

import numpy as np
from django.db import transaction

from customers.queries.clock import data_clock
from products.queries import bump_catalogue_version
from recommendations import vectors
from recommendations.likeness import STEPS
from recommendations.queries import similar as queries
from recommendations.scan import scan, score_all
from recommendations.similarity import Index, Neighbours, build_index, nearest
from runs.kinds import Kind, Verdict
from runs.models import Run
from runs.queries import PUBLISH_LOCK, note_progress, published_run, transaction_lock

NAME = "similar"
# Groups a list reaches; sold-out and filtered products are dropped from it at reading.
GROUPS_KEPT = 40
# Products whose lists are checked against a scan of all before publishing.
SAMPLE, SAMPLE_DEPTH, LEAST_RECALL = 200, 20, 0.999
LEAST_COVERAGE = 0.95
# More changed products than this are better served by a full build.
MOST_PATCHED = 2000


def prepare(run: Run) -> int:
    """Weigh the catalogue; return how many parts there are to search."""
    with transaction.atomic():
        queries.forget(run.pk)
    run.as_of = run.as_of or data_clock()
    note_progress(run, "reading the catalogue", 0)
    products = queries.compared_products()
    terms, weights = vectors.fit(products.fields)
    note_progress(run, "keeping the rows", 0)
    with transaction.atomic():
        queries.store_vocabulary(run, terms)
        queries.store_rows(run.pk, products, weights)
    run.metrics = {"products": len(products.ids), "terms": len(terms.labels)}
    return _index(run.pk)[1].part_count


def search_part(run: Run, part: int) -> None:
    """Search one part, and keep its lists."""
    ids, index = _index(run.pk)
    queries.store_lists(run.pk, _entries(ids, nearest(index, part)))


def finish(run: Run) -> Verdict:
    """Compare a sample of lists with a scan of all, and count who has one."""
    rows = queries.rows_of_weights(run.pk, len(queries.vocabulary(run.pk).labels))
    ids, lengths, _ = queries.list_ends(run.pk)
    _index.cache_clear()
    with_terms = int((np.diff(rows.weights.indptr) > 0).sum())
    found = {
        "products": len(rows.ids),
        "pairs": int(lengths.sum()),
        "coverage": round(len(ids) / with_terms, 4) if with_terms else None,
        "recall_at_20": _recall(run.pk, rows),
    }
    if not found["products"]:
        return _empty()
    decision, reasons = _judge(found)
    return Verdict(decision, run.metrics | found, reasons)


def publish(run: Run, other: Run | None) -> None:
    """Catch up with what changed since the catalogue was read; make kept answers old."""
    changed = queries.changed_products(run.pk)
    if len(changed) <= MOST_PATCHED:
        _patch(run.pk, changed)
    bump_catalogue_version()


def forget(run: Run) -> None:
    """Drop what a run stored."""
    queries.forget(run.pk)


KIND = Kind(
    name=NAME,
    prepare=prepare,
    work=search_part,
    finish=finish,
    publish=publish,
    take_back=publish,
    forget=forget,
)


def refresh_neighbours(product_ids: Sequence[int] | None = None) -> int:
    """Bring lists up to date with these products, or with all that changed; return how many had.

    Both ways: a changed product gets a new list, and its place in others' lists. Of more than
    MOST_PATCHED nothing is done: they are better served by a full build.
    """
    with transaction.atomic():
        transaction_lock(PUBLISH_LOCK)
        run = published_run(NAME)
        changed = queries.changed_products(run.pk, product_ids) if run else []
        if 0 < len(changed) <= MOST_PATCHED:
            _patch(run.pk, changed)
            bump_catalogue_version()
    return len(changed)


def refresh_popularity(as_of: datetime | None = None) -> int:
    """Count products' buyers at the data's clock; return how many counts changed."""
    with transaction.atomic():
        changed = queries.refresh_popularity(as_of or data_clock())
        if changed:
            bump_catalogue_version()
    return changed


@lru_cache(maxsize=1)
def _index(run_id: int) -> tuple[np.ndarray, Index]:
    """Lay out a run's catalogue, once a process."""
    rows = queries.rows_of_weights(run_id, len(queries.vocabulary(run_id).labels))
    return rows.ids, build_index(rows.weights, rows.groups, GROUPS_KEPT)


def _entries(ids: np.ndarray, found: Neighbours):
    near, scores = ids[found.neighbours].tolist(), found.scores.tolist()
    ends = zip(found.starts, found.starts[1:], strict=False)
    for product, (start, end) in zip(ids[found.rows].tolist(), ends, strict=True):
        yield product, near[start:end], scores[start:end]


def _recall(run_id: int, rows: queries.Rows) -> float | None:
    """Return which share of the true nearest the lists of an even sample of products hold."""
    with_terms = np.flatnonzero(np.diff(rows.weights.indptr))
    sample = with_terms[:: max(1, len(with_terms) // SAMPLE)][:SAMPLE]
    stored = queries.lists_of(run_id, rows.ids[sample].tolist())
    true = hit = 0
    for row, (near, _) in zip(
        sample, scan(rows.weights, rows.groups, sample, SAMPLE_DEPTH), strict=True
    ):
        kept = stored.get(int(rows.ids[row]), [])[:SAMPLE_DEPTH]
        true += len(near)
        hit += len(set(kept) & set(rows.ids[near].tolist()))
    return round(hit / true, 4) if true else None


def _judge(found: dict) -> tuple[str, list[dict]]:
    reasons = []
    if found["recall_at_20"] is not None and found["recall_at_20"] < LEAST_RECALL:
        text = f"Lists hold {found['recall_at_20']:.1%} of the true nearest products."
        reasons.append({"code": "low_recall", "text": text})
    if found["coverage"] is not None and found["coverage"] < LEAST_COVERAGE:
        text = f"Only {found['coverage']:.0%} of products with any text have a list."
        reasons.append({"code": "low_coverage", "text": text})
    return ("refuse" if reasons else "publish"), reasons


def _empty() -> Verdict:
    text = "There are no visible products yet: import products first."
    return Verdict("refuse", {"products": 0}, [{"code": "no_products", "text": text}])


def _patch(run_id: int, changed: list[int]) -> None:
    """Weigh changed products again; make anew every list they enter, leave, or move in."""
    if not changed:
        return
    terms = queries.vocabulary(run_id)
    products = queries.compared_products(changed)
    fresh = vectors.vectorise(terms, products.fields)
    queries.replace_rows(run_id, changed, products, fresh)
    rows = queries.rows_of_weights(run_id, len(terms.labels))
    touched = set(queries.lists_naming(run_id, changed)) | set(changed)
    touched |= set(_lists_entered(run_id, rows, products.ids))
    where = np.flatnonzero(np.isin(rows.ids, list(touched)))
    lists = (
        (int(rows.ids[row]), rows.ids[near].tolist(), scores.tolist())
        for row, (near, scores) in zip(
            where, scan(rows.weights, rows.groups, where, GROUPS_KEPT), strict=True
        )
        if len(near)
    )
    queries.replace_lists(run_id, list(touched), lists)


def _lists_entered(run_id: int, rows: queries.Rows, product_ids: np.ndarray) -> list[int]:
    """Return the products whose list has room for one of these, or a worse last one."""
    ids, lengths, ends = queries.list_ends(run_id)
    bars = np.zeros(len(rows.ids))
    place = np.searchsorted(rows.ids, ids)
    here = (place < len(rows.ids)) & (rows.ids[np.minimum(place, len(rows.ids) - 1)] == ids)
    bars[place[here]] = np.where(lengths < GROUPS_KEPT, 0, np.rint(ends * STEPS))[here]
    entered = np.zeros(len(rows.ids), bool)
    for _, _, steps in score_all(rows.weights, np.searchsorted(rows.ids, product_ids)):
        entered |= ((steps > 0) & (steps >= bars[:, None])).any(axis=1)
    return rows.ids[entered].tolist()
