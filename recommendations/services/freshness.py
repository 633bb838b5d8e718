"""Similar products, kept true: a changed product -> its new row -> every list that it touches."""

from collections.abc import Iterator, Sequence
from itertools import chain
from uuid import UUID

import numpy as np
from django.db import transaction

from products.queries import bump_catalogue_version
from recommendations import vectors
from recommendations.layout import squared_lengths
from recommendations.likeness import STEPS, cosine_steps
from recommendations.queries import similar as queries
from recommendations.rows import Rows
from recommendations.scan import dot_products, scan
from recommendations.similarity import Neighbours, build_index, nearest_to
from runs.queries import PUBLISH_LOCK, published_run, transaction_lock

NAME = "similar"
# Groups a list reaches; sold-out and filtered products are dropped from it at reading.
GROUPS_KEPT = 40
# More changed products than this are better served by a full build.
MOST_PATCHED = 2000
# Up to so many lists, scanning all products for each is faster than laying them out to search.
MOST_SCANNED = 300

# The rows of the published run as this process saw them last, by their version.
_remembered: dict[UUID, Rows] = {}


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
            patch(run.pk, changed)
            bump_catalogue_version()
    return (not run or len(changed) > MOST_PATCHED) and queries.is_worth_a_try()


def catch_up(run_id: int) -> None:
    """Bring lists up to date with all that changed; what is too much is left to a full build."""
    changed = queries.changed_products(run_id)
    if len(changed) <= MOST_PATCHED:
        patch(run_id, changed)


def patch(run_id: int, changed: list[int]) -> None:
    """Weigh changed products again; make anew every list they enter, leave or move in."""
    if not changed:
        return
    terms, version = queries.vocabulary(run_id)
    products = queries.compared_products(changed)
    weights = vectors.vectorise(terms, products.fields)
    new = Rows(products.ids, products.names, products.group_keys, weights)
    rows = _rows(run_id, version).replaced(changed, new)
    queries.replace_rows(run_id, changed, products, weights)
    _remember(queries.new_version(run_id), rows)
    ends = queries.list_ends(run_id, changed)
    touched = {*changed, *ends.ids[ends.names_any > 0].tolist()}
    touched.update(_lists_entered(rows, ends, rows.places(products.ids)))
    queries.drop_lists(run_id, touched)
    for found in _lists_of(rows, rows.places(touched)):
        store(run_id, rows.ids, found)


def store(run_id: int, ids: np.ndarray, found: Neighbours) -> None:
    """Keep lists that were found among products with these keys."""
    queries.store_lists(run_id, ids[found.rows], found.starts, ids[found.neighbours], found.scores)


def _rows(run_id: int, version: UUID) -> Rows:
    if version not in _remembered:
        _remember(version, queries.rows_of_weights(run_id))
    return _remembered[version]


def _remember(version: UUID, rows: Rows) -> None:
    _remembered.clear()
    _remembered[version] = rows


def _lists_entered(rows: Rows, ends: queries.ListEnds, changed: np.ndarray) -> list[int]:
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


def _lists_of(rows: Rows, places: np.ndarray) -> Iterator[Neighbours]:
    """Find the lists of a few products by scanning all, of many by a search."""
    if len(places) <= MOST_SCANNED:
        yield scan(rows.weights, rows.groups, places, GROUPS_KEPT)
        return
    is_wanted = np.zeros(len(rows.ids), bool)
    is_wanted[places] = True
    for found in nearest_to(build_index(rows.weights, rows.groups, GROUPS_KEPT), places):
        yield found.only(is_wanted)
