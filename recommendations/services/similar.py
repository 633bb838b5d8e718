"""Similar products: catalogue -> rows of weights -> chunks of lists -> gates; and kept fresh."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import chain

import numpy as np
from django.db import transaction

from customers.queries.clock import data_clock
from products.queries import bump_catalogue_version
from recommendations import vectors
from recommendations.layout import squared_lengths
from recommendations.likeness import STEPS, cosine_steps
from recommendations.queries import similar as queries
from recommendations.scan import dot_products, scan
from recommendations.similarity import Index, Neighbours, build_index, nearest, nearest_to
from runs.kinds import Kind, Verdict
from runs.models import Run
from runs.queries import PUBLISH_LOCK, note_progress, published_run, transaction_lock

NAME = "similar"
# Groups a list reaches; sold-out and filtered products are dropped from it at reading.
GROUPS_KEPT = 40
# Products whose lists are checked against a scan of all before publishing.
SAMPLE, SAMPLE_DEPTH, LEAST_RECALL = 200, 20, 0.999
LEAST_COVERAGE = 0.95
# Fewer products say little about whether a build went wrong.
LEAST_JUDGED = 20
# More changed products than this are better served by a full build.
MOST_PATCHED = 2000
# Up to so many lists, scanning all products for each is faster than laying them out to search.
MOST_SCANNED = 300


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
    _store(run.pk, ids, nearest(index, part))


def finish(run: Run) -> Verdict:
    """Compare a sample of lists with a scan of all, and count who has one."""
    _index.cache_clear()
    rows, ends = _rows(run.pk), queries.list_ends(run.pk)
    with_terms = int(np.count_nonzero(np.diff(rows.weights.indptr)))
    found = {
        "products": len(rows.ids),
        "pairs": int(ends.lengths.sum()),
        "coverage": _share(np.count_nonzero(ends.lengths), with_terms),
        "recall_at_20": _recall(run.pk, rows),
    }
    if not found["products"]:
        return _empty()
    decision, reasons = _judge(found)
    return Verdict(decision, run.metrics | found, reasons)


def publish(run: Run, before: Run | None) -> None:
    """Catch up with what changed since the catalogue was read; make kept answers old.

    Of too many changes nothing is made up: a full build follows them.
    """
    changed = queries.changed_products(run.pk)
    if len(changed) <= MOST_PATCHED:
        _patch(run.pk, changed)
    bump_catalogue_version()


def take_back(run: Run, instead_of: Run) -> None:
    """Bring an earlier run's lists up to date with the catalogue."""
    _patch(run.pk, queries.changed_products(run.pk))
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
    take_back=take_back,
    forget=forget,
)


def refresh_neighbours(product_ids: Sequence[int] | None = None) -> bool:
    """Bring lists up to date with these products, or with all that changed.

    Both ways: a changed product gets a new list, and its place in others' lists. Return whether
    a full build should do it instead: none is published, or too much changed; but not again
    what was not fit to be published.
    """
    with transaction.atomic():
        transaction_lock(PUBLISH_LOCK)
        run = published_run(NAME)
        changed = queries.changed_products(run.pk, product_ids) if run else []
        if 0 < len(changed) <= MOST_PATCHED:
            _patch(run.pk, changed)
            bump_catalogue_version()
    return (not run or len(changed) > MOST_PATCHED) and queries.is_worth_a_try()


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
    rows = _rows(run_id)
    return rows.ids, build_index(rows.weights, rows.groups, GROUPS_KEPT)


def _rows(run_id: int) -> queries.Rows:
    return queries.rows_of_weights(run_id, queries.term_count(run_id))


def _store(run_id: int, ids: np.ndarray, found: Neighbours) -> None:
    queries.store_lists(run_id, ids[found.rows], found.starts, ids[found.neighbours], found.scores)


def _recall(run_id: int, rows: queries.Rows) -> float | None:
    """Return which share of the true nearest the lists of an even sample of products hold."""
    with_terms = np.flatnonzero(np.diff(rows.weights.indptr))
    sample = with_terms[:: max(1, len(with_terms) // SAMPLE)][:SAMPLE]
    if not len(sample):
        return None
    true = scan(rows.weights, rows.groups, sample, SAMPLE_DEPTH)
    kept = queries.lists_of(run_id, rows.ids[sample].tolist())
    hits = sum(
        len({*rows.ids[near].tolist()} & {*kept.get(int(product), [])[:SAMPLE_DEPTH]})
        for product, near in zip(
            rows.ids[true.rows], np.split(true.neighbours, true.starts[1:-1]), strict=True
        )
    )
    return _share(hits, len(true.neighbours))


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _judge(found: dict) -> tuple[str, list[dict]]:
    reasons = []
    if found["products"] < LEAST_JUDGED:
        text = f"Not judged: fewer than {LEAST_JUDGED} products."
        return "publish", [{"code": "too_few_to_judge", "text": text}]
    if found["recall_at_20"] is not None and found["recall_at_20"] < LEAST_RECALL:
        text = f"Lists hold {found['recall_at_20']:.1%} of the true nearest products."
        reasons.append({"code": "low_recall", "text": text})
    if found["coverage"] is not None and found["coverage"] < LEAST_COVERAGE:
        text = f"Only {found['coverage']:.0%} of products that share any term have a list."
        reasons.append({"code": "low_coverage", "text": text})
    return ("refuse" if reasons else "publish"), reasons


def _empty() -> Verdict:
    text = "There are no visible products yet: import products first."
    return Verdict("refuse", {"products": 0}, [{"code": "no_products", "text": text}])


def _patch(run_id: int, changed: list[int]) -> None:
    """Weigh changed products again; make anew every list they enter, leave or move in."""
    if not changed:
        return
    products = queries.compared_products(changed)
    weights = vectors.vectorise(queries.vocabulary(run_id), products.fields)
    queries.replace_rows(run_id, changed, products, weights)
    rows, ends = _rows(run_id), queries.list_ends(run_id, changed)
    touched = {*changed, *ends.ids[ends.names_any > 0].tolist()}
    touched.update(_lists_entered(rows, ends, rows.places(products.ids)))
    queries.drop_lists(run_id, touched)
    for found in _lists_of(rows, rows.places(touched)):
        _store(run_id, rows.ids, found)


def _lists_entered(rows: queries.Rows, ends: queries.ListEnds, changed: np.ndarray) -> list[int]:
    """Return the products whose list has room for one of these, or a worse last one."""
    last_steps = np.zeros(len(rows.ids))
    known = np.isin(ends.ids, rows.ids)
    order = np.argsort(rows.ids)
    places = order[np.searchsorted(rows.ids, ends.ids[known], sorter=order)]
    is_full = ends.lengths[known] == GROUPS_KEPT
    last_steps[places] = np.where(is_full, np.rint(ends.last_scores[known] * STEPS), 0)
    entered = np.zeros(len(rows.ids), bool)
    squares = squared_lengths(rows.weights)
    products = chain.from_iterable(dot_products(rows.weights, changed))
    for place, dots in zip(changed, products, strict=True):
        steps = cosine_steps(dots.astype(float), squares[place] * squares)
        entered |= (steps > 0) & (steps >= last_steps)
    return rows.ids[entered].tolist()


def _lists_of(rows: queries.Rows, places: np.ndarray) -> Iterator[Neighbours]:
    """Find the lists of a few products by scanning all, of many by a search."""
    if len(places) <= MOST_SCANNED:
        yield scan(rows.weights, rows.groups, places, GROUPS_KEPT)
        return
    is_wanted = np.zeros(len(rows.ids), bool)
    is_wanted[places] = True
    for found in nearest_to(build_index(rows.weights, rows.groups, GROUPS_KEPT), places):
        yield found.only(is_wanted)
