"""What a year of refreshes, and other seeds, do to segments: nothing that customers did not do."""

import os
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks.real_shops import ONLINE_RETAIL
from customers.models import Membership, Move
from customers.queries import ledger
from customers.services.orders import import_orders
from customers.services.segments.refreshing import refresh_segments
from runs.services import publish_run
from tests.customers.services.segments.seen import causes, everything, places
from tests.customers.services.segments.shops import LAST_DAY, load_shop

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
WEEKS = 52
REAL = os.environ.get("SEGREC_REAL_DATA")


def decided(run):
    """Let a held run happen, as staff would."""
    return publish_run(run) if run.status == "held" else run


def members() -> Counter:
    return Counter(Membership.objects.filter(to_run=None).values_list("segment", flat=True))


def fit_again(times: int) -> None:
    """Fit with other seeds, and see that nobody can tell."""
    before, where = everything()["segments"], places()
    for seed in range(1, times + 1):
        run = refresh_segments(refit=True, seed=seed)
        assert (run.status, run.metrics["refitted"]) == ("published", True)
        assert everything()["segments"] == before
        now = places()
        assert sum(now[pk] == where[pk] for pk in where) >= 0.99 * len(where)


def test_fifty_other_seeds_change_no_key_no_name_and_next_to_nobody():
    load_shop(n_customers=2_000, seed=5)
    run = refresh_segments(k=6)

    fit_again(50)

    assert ledger.ledger_counts() == ledger.member_counts()
    assert len(places()) == run.metrics["customers"]


@pytest.mark.skipif(not REAL, reason="SEGREC_REAL_DATA names no folder")
def test_fifty_other_seeds_change_nothing_in_a_real_shop():
    import_orders(Path(REAL) / ONLINE_RETAIL)
    run = refresh_segments()
    assert (run.status, run.metrics["method"]) == ("published", "kmeans")
    refresh_segments(k=run.metrics["k"])

    fit_again(50)


def test_a_year_of_weeks_adds_up_and_keeps_its_segments():
    load_shop(n_customers=2_000, seed=6)
    decided(refresh_segments(as_of=LAST_DAY - timedelta(weeks=WEEKS)))
    kept, moved = [], []

    for week in range(WEEKS - 1, -1, -1):
        before, keys = members(), {row[0] for row in everything()["segments"]}
        run = decided(refresh_segments(as_of=LAST_DAY - timedelta(weeks=week)))
        assert run.status == "published", run.reasons

        moves = Move.objects.filter(run=run)
        came = Counter(moves.exclude(to_segment=None).values_list("to_segment", flat=True))
        went = Counter(moves.exclude(from_segment=None).values_list("from_segment", flat=True))
        after = members()
        for segment in {*before, *came, *went, *after}:
            assert before[segment] + came[segment] - went[segment] == after[segment]
        assert ledger.ledger_counts() == ledger.member_counts()
        assert causes(run) <= {"first_order", "behaviour", "model", "lapsed"}
        assert not moves.filter(cause="behaviour", from_segment__isnull=False, feature="").exists()
        now = {row[0] for row in everything()["segments"]}
        kept.append(len(keys & now) / len(keys))
        between = moves.filter(from_segment__isnull=False, to_segment__isnull=False).count()
        moved.append(between / before.total())

    assert sum(kept) / WEEKS >= 0.98
    assert sum(moved) / WEEKS <= 0.06
