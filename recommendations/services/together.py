"""Bought together, built: orders -> baskets -> parts of lists -> gates -> published."""

from datetime import datetime
from functools import lru_cache

import numpy as np
from django.db import transaction

from customers.queries.clock import data_clock
from products.queries import bump_catalogue_version
from recommendations import gates
from recommendations.copurchase import Baskets, Together, fill_baskets, together
from recommendations.evaluation import PLACES, evenly, head, hits_in_baskets
from recommendations.models import TogetherList
from recommendations.queries import together as queries
from recommendations.services.changes import lists_changed
from runs.gates import Gate
from runs.kinds import Kind, Verdict
from runs.models import Run
from runs.queries import note_progress

NAME = "bought-together"
# Groups a list reaches; sold-out and filtered products are dropped from it at reading.
KEPT = 40
# Pairs of one order that a part of the work counts, about.
PAIRS_A_PART, MOST_PARTS = 5_000_000, 64
# The last orders are held back to judge by, so many at most; from fewer nothing is concluded.
SHARE_HELD_BACK, MOST_JUDGED, FEWEST_JUDGED = 0.1, 2000, 100


def prepare(run: Run) -> int:
    """Read orders; return how many parts there are to count."""
    with transaction.atomic():
        queries.forget(run.pk)
    run.as_of = run.as_of or data_clock()
    note_progress(run, "reading orders", 0)
    groups, baskets = _shop(run.pk, run.as_of)
    sizes = np.diff(baskets.held.indptr)
    pairs = int((sizes * (sizes - 1)).sum())
    parts = min(1 + pairs // PAIRS_A_PART, MOST_PARTS) if pairs else 0
    run.parameters |= {"parts": parts}
    run.metrics = {"orders": len(sizes), "groups": len(groups.representatives)}
    return parts


def count_part(run: Run, part: int) -> None:
    """Find and keep the lists of one part of the categories."""
    groups, baskets = _shop(run.pk, run.as_of)
    rows = np.flatnonzero(groups.shares_of_work % run.parameters["parts"] == part)
    _store(run.pk, groups, together(baskets, rows, KEPT))


def finish(run: Run) -> Verdict:
    """Judge by the last orders whether lists from those before beat what is popular."""
    _add_left_out(run)
    _shop.cache_clear()
    products, pairs = queries.count_lists(run.pk)
    metrics = run.metrics | {"products": products, "pairs": pairs}
    there = f"{products:,} product{' has' if products == 1 else 's have'} a list."
    missing = "No two products stand in one order yet: import orders first."
    any_basket = gates.any_at_all("no_baskets", products if pairs else 0, there, missing)
    if not pairs:
        return Verdict.by([any_basket], metrics)
    note_progress(run, "judging by the last orders", 1)
    found = _backtest(run)
    changes = lists_changed(run, TogetherList, "others")
    return Verdict.by([any_basket, *_judge(found)], metrics | found | changes)


def publish(run: Run, before: Run | None) -> None:
    """Make kept answers old."""
    bump_catalogue_version()


def take_back(run: Run, instead_of: Run) -> None:
    """Make kept answers old."""
    bump_catalogue_version()


def forget(run: Run) -> None:
    """Drop what a run stored."""
    queries.forget(run.pk)


KIND = Kind(
    name=NAME,
    prepare=prepare,
    work=count_part,
    finish=finish,
    publish=publish,
    take_back=take_back,
    forget=forget,
)


@lru_cache(maxsize=1)
def _shop(run_id: int, as_of: datetime | None) -> tuple[queries.Groups, Baskets]:
    """Read groups and baskets, once a run and process.

    Parts go by category. A product whose category changes between two processes' readings may
    be of two parts: its first list stays. Or of none: it gets one in the end.
    """
    groups, lines = queries.groups(), queries.lines(as_of)
    is_known, of_group = _groups_of(groups, lines.products)
    return groups, fill_baskets(lines.orders[is_known], of_group, groups.categories)


def _add_left_out(run: Run) -> None:
    """Find the lists of products that were of no part."""
    groups, baskets = _shop(run.pk, run.as_of)
    is_left_out = np.isin(groups.products, queries.products_with_list(run.pk), invert=True)
    rows = np.unique(groups.group_of[is_left_out])
    with transaction.atomic():
        _store(run.pk, groups, together(baskets, rows, KEPT))


def _groups_of(groups: queries.Groups, products: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which of these products may be shown, and the groups of those."""
    group = np.full(max(products.max(initial=0), groups.products.max(initial=0)) + 1, -1, "i4")
    group[groups.products] = groups.group_of
    of_group = group[products]
    return of_group >= 0, of_group[of_group >= 0]


def _store(run_id: int, groups: queries.Groups, found: Together) -> None:
    """Keep the list of a group for each of its products."""
    place = np.full(len(groups.representatives), -1)
    place[found.rows] = np.arange(len(found.rows))
    lists = place[groups.group_of]
    products, lists = groups.products[lists >= 0], lists[lists >= 0]
    lengths = np.diff(found.starts)[lists]
    starts = np.append(0, np.cumsum(lengths))
    entries = np.arange(starts[-1]) + np.repeat(found.starts[lists] - starts[:-1], lengths)
    columns = {
        "others": groups.representatives[found.others[entries]].astype("i4"),
        "scores": found.scores[entries].astype("f8"),
        "direct": found.direct[entries].astype("f8"),
    }
    queries.store_lists(run_id, products, starts, columns)


def _backtest(run: Run) -> dict:
    """Beside one product of each late order, look for the others in lists from earlier orders."""
    groups, lines = queries.groups(), queries.lines(run.as_of)
    is_known, of_group = _groups_of(groups, lines.products)
    orders, at = lines.orders[is_known], lines.at[is_known]
    is_early = at < np.quantile(at, 1 - SHARE_HELD_BACK)
    early = fill_baskets(orders[is_early], of_group[is_early], groups.categories)
    late = fill_baskets(orders[~is_early], of_group[~is_early], groups.categories)
    asked, rests = _questions(late)
    if not (len(asked) and early.held.nnz):
        return {"judged": 0}
    # In a small shop ten places would hold most of what there is.
    places = int(np.clip(np.count_nonzero(early.orders) // 10, 1, PLACES))
    found = together(early, np.unique(asked), places)
    of_row = dict(zip(found.rows, np.split(found.others, found.starts[1:-1]), strict=True))
    popular = np.argsort(-early.orders, kind="stable")[: places + 1]
    nothing = np.empty(0, dtype=int)
    lists = [of_row.get(row, nothing) for row in asked]
    plain = [popular[popular != row][:places] for row in asked]
    is_head = head(early.orders)
    hits, tail_hits = hits_in_baskets(lists, rests, is_head)
    plain_hits, plain_tail_hits = hits_in_baskets(plain, rests, is_head)
    return {
        "judged": len(asked),
        "places": places,
        "hit_rate": _mean(hits),
        "tail_hit_rate": _mean(tail_hits),
        "popular_hit_rate": _mean(plain_hits),
        "popular_tail_hit_rate": _mean(plain_tail_hits),
    }


def _questions(late: Baskets) -> tuple[np.ndarray, list[np.ndarray]]:
    """Choose orders evenly, and of each a product by chance; return these and the others."""
    random = np.random.default_rng(0)
    several = np.flatnonzero(np.diff(late.held.indptr) > 1)
    chosen = several[evenly(len(several), MOST_JUDGED)]
    asked, rests = [], []
    for order in chosen:
        held = late.held.indices[late.held.indptr[order] : late.held.indptr[order + 1]]
        at = random.integers(len(held))
        asked.append(held[at])
        rests.append(np.delete(held, at))
    return np.array(asked, dtype=int), rests


def _judge(found: dict) -> list[Gate]:
    judged = gates.enough(
        "too_few_to_judge",
        found["judged"],
        FEWEST_JUDGED,
        "orders",
        f"Lists are tried on {found['judged']:,} of the last orders.",
        f"Not judged: fewer than {FEWEST_JUDGED} late orders hold two known products.",
    )
    if found["judged"] < FEWEST_JUDGED:
        return [judged]
    return [judged, gates.hits_against_popular(found)]


def _mean(values: np.ndarray) -> float:
    return round(float(values.mean()), 4)
