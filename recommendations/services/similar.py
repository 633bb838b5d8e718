"""Similar products, built: catalogue -> rows of weights -> parts of lists -> gates -> published."""

from functools import lru_cache

import numpy as np
from django.db import transaction

from customers.queries.clock import data_clock
from products.queries import bump_catalogue_version
from recommendations import gates, vectors
from recommendations.evaluation import evenly
from recommendations.models import SimilarList
from recommendations.queries import similar as queries
from recommendations.rows import Rows
from recommendations.scan import scan
from recommendations.services.changes import lists_changed
from recommendations.services.freshness import GROUPS_KEPT, NAME, catch_up, store
from recommendations.similarity import Index, build_index, nearest
from runs.gates import Gate
from runs.kinds import Kind, Verdict
from runs.models import Run
from runs.queries import note_progress
from runs.wording import many

# Products whose lists are checked against a scan of all before publishing.
SAMPLE, SAMPLE_DEPTH, LEAST_RECALL = 200, 20, 0.999
LEAST_COVERAGE = 0.95
# Fewer products say little about whether a build went wrong.
LEAST_JUDGED = 20


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
    store(run.pk, ids, nearest(index, part))


def finish(run: Run) -> Verdict:
    """Compare a sample of lists with a scan of all, and count who has one."""
    _index.cache_clear()
    rows, ends = queries.rows_of_weights(run.pk), queries.list_ends(run.pk)
    with_terms = int(np.count_nonzero(np.diff(rows.weights.indptr)))
    found = {
        "products": len(rows.ids),
        "pairs": int(ends.lengths.sum()),
        "coverage": _share(np.count_nonzero(ends.lengths), with_terms),
        "recall_at_20": _recall(run.pk, rows),
    }
    changes = lists_changed(run, SimilarList, "neighbours")
    return Verdict.by(_judge(found), run.metrics | found | changes)


def publish(run: Run, before: Run | None) -> None:
    """Catch up with what changed since the catalogue was read; make kept answers old."""
    catch_up(run.pk)
    bump_catalogue_version()


def take_back(run: Run, instead_of: Run) -> None:
    """Bring an earlier run's lists up to date with the catalogue."""
    catch_up(run.pk)
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


@lru_cache(maxsize=1)
def _index(run_id: int) -> tuple[np.ndarray, Index]:
    """Lay out a run's catalogue, once a process."""
    rows = queries.rows_of_weights(run_id)
    return rows.ids, build_index(rows.weights, rows.groups, GROUPS_KEPT)


def _recall(run_id: int, rows: Rows) -> float | None:
    """Return which share of the true nearest the lists of an even sample of products hold."""
    with_terms = np.flatnonzero(np.diff(rows.weights.indptr))
    sample = with_terms[evenly(len(with_terms), SAMPLE)]
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


def _judge(found: dict) -> list[Gate]:
    count = found["products"]
    products = many(count, "product")
    missing = "There are no visible products yet: import products first."
    any_product = gates.any_at_all("no_products", count, f"{products} can be compared.", missing)
    if not count:
        return [any_product]
    few = gates.enough(
        "too_few_to_judge",
        count,
        LEAST_JUDGED,
        "products",
        f"{products} can be compared.",
        f"Not judged: fewer than {LEAST_JUDGED} products.",
    )
    if count < LEAST_JUDGED:
        return [few]
    shares = (
        (
            "low_recall",
            found["recall_at_20"],
            LEAST_RECALL,
            "Lists hold {share} of the nearest products that a scan of all finds.",
        ),
        (
            "low_coverage",
            found["coverage"],
            LEAST_COVERAGE,
            "{share} of products that share any term have a list.",
        ),
    )
    return [few, *(gates.at_least(*share) for share in shares if share[1] is not None)]
