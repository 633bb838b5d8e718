from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone

from customers.models import (
    Customer,
    CustomerScore,
    Membership,
    Move,
    Order,
    ProposedMove,
    SegmentProfile,
)
from customers.queries import ledger
from customers.queries.totals import recompute_totals
from customers.services.segments.refreshing import refresh_segments
from runs.models import Run
from runs.services import publish_run
from tests.customers.services.segments.seen import causes, codes, everything, places
from tests.customers.services.segments.shops import LAST_DAY
from tests.factories import make_order

pytestmark = pytest.mark.django_db


def test_a_first_refresh_gives_every_customer_a_segment_and_a_score(shop):
    run = refresh_segments(k=7)

    assert (run.status, run.metrics["method"]) == ("published", "kmeans")
    assert len(places()) == len(shop.truth) == run.metrics["customers"] == run.metrics["moved"]
    assert CustomerScore.objects.filter(to_run=None).count() == len(shop.truth)
    assert causes(run) == {"first_order"}
    assert sum(segment["share"] for segment in run.metrics["segments"]) == pytest.approx(1)
    assert not ProposedMove.objects.exists()


def test_a_second_refresh_moves_nobody(shop):
    refresh_segments(k=7)
    before = everything()

    run = refresh_segments()

    assert run.status == "published"
    assert not run.metrics["refitted"]
    assert run.metrics["moved"] == 0
    assert not Move.objects.filter(run=run).exists()
    assert everything() == before


def test_other_seeds_move_nobody_and_change_no_name(shop):
    refresh_segments(k=6)
    before = everything()

    for seed in (1, 2, 3):
        run = refresh_segments(refit=True, seed=seed)
        assert run.metrics["refitted"]
        assert run.metrics["moved"] <= 0.01 * run.metrics["customers"]
        assert everything()["segments"] == before["segments"]


def test_profiles_count_the_members(shop):

    run = refresh_segments(k=7)

    counted = dict(SegmentProfile.objects.filter(run=run).values_list("segment_id", "customers"))
    assert counted == ledger.member_counts()


def test_the_ledger_adds_up_week_by_week(shop):
    refresh_segments(as_of=LAST_DAY - timedelta(weeks=8), k=6)

    for weeks in (7, 5, 2, 0):
        run = refresh_segments(as_of=LAST_DAY - timedelta(weeks=weeks))
        if run.status == "held":
            publish_run(run)
        assert ledger.ledger_counts() == ledger.member_counts()
        assert causes(run) <= {"first_order", "behaviour", "model"}
    assert Membership.objects.filter(to_run__isnull=False).exists()


def test_a_move_by_behaviour_says_what_was_and_is(shop):
    refresh_segments(as_of=LAST_DAY - timedelta(weeks=3), k=6)

    run = refresh_segments()

    moves = Move.objects.filter(run=run, cause="behaviour")
    assert moves
    for move in moves:
        assert move.feature
        assert move.was != move.now
        assert move.from_segment_id != move.to_segment_id


def test_a_dry_run_writes_nothing(shop):
    refresh_segments(as_of=LAST_DAY - timedelta(weeks=3), k=6)
    before = everything(), Run.objects.count(), ProposedMove.objects.count()

    with connection.execute_wrapper(_only_reads):
        run = refresh_segments(dry_run=True)

    assert run.pk is None
    assert run.status == "published"
    assert run.metrics["moved"] > 0
    assert (everything(), Run.objects.count(), ProposedMove.objects.count()) == before


def _only_reads(execute, sql, params, many, context):
    assert str(sql).lstrip().startswith(("SELECT", "COPY (SELECT", "WITH")), sql
    return execute(sql, params, many, context)


def test_opting_out_ends_a_stay_and_opting_in_begins_one(shop):
    refresh_segments(k=6)
    someone = Customer.objects.first()

    Customer.objects.filter(pk=someone.pk).update(profiling_opt_out=True)
    out = refresh_segments()
    Customer.objects.filter(pk=someone.pk).update(profiling_opt_out=False)
    back = refresh_segments()

    assert list(Move.objects.filter(run=out).values_list("customer", "cause")) == [
        (someone.pk, "opted_out")
    ]
    assert list(Move.objects.filter(run=back).values_list("customer", "cause")) == [
        (someone.pk, "opted_in")
    ]
    assert ledger.ledger_counts() == ledger.member_counts()


def test_who_has_been_silent_for_two_years_lapses(shop):
    refresh_segments(as_of=LAST_DAY, k=6)

    run = refresh_segments(as_of=LAST_DAY + timedelta(days=200))
    if run.status == "held":
        publish_run(run)

    assert "lapsed" in causes(run)
    assert ledger.ledger_counts() == ledger.member_counts()


def test_orders_that_vanish_are_a_change_of_data(shop):
    refresh_segments(k=6)
    someone = Customer.objects.first()

    Order.objects.filter(customer=someone).update(status="cancelled")
    recompute_totals([someone.pk])
    run = refresh_segments()

    assert Move.objects.get(run=run, customer=someone).cause == "data_changed"


def test_old_orders_that_come_late_are_a_change_of_data(shop):
    refresh_segments(as_of=LAST_DAY - timedelta(weeks=2), k=6)
    stay = Membership.objects.filter(segment__key="one-time-gone-quiet", to_run=None).first()
    for days in range(100, 400, 10):
        at = datetime.combine(LAST_DAY - timedelta(days=days), time(12), tzinfo=UTC)
        make_order(stay.customer, ordered_at=at, units=3, gross=900, net=900)
    recompute_totals([stay.customer_id])

    run = refresh_segments()

    assert Move.objects.get(run=run, customer=stay.customer).cause == "data_changed"


def test_a_shop_that_shrinks_keeps_its_last_good_segments(shop):
    refresh_segments(k=6)
    before = everything()
    Order.objects.filter(customer__in=Customer.objects.all()[50:]).update(status="cancelled")
    recompute_totals()

    run = refresh_segments()

    assert run.status == "refused"
    assert codes(run) == ["too_few_customers"]
    assert everything() == before


def test_orders_of_the_future_are_not_looked_at(shop):
    someone = Customer.objects.first()
    before = refresh_segments(k=6).metrics["segments"]

    make_order(someone, ordered_at=timezone.now() + timedelta(days=400), units=9, gross=9, net=9)
    recompute_totals()
    run = refresh_segments()

    assert run.metrics["moved"] == 0
    assert run.metrics["segments"] == before


def test_totals_below_nothing_do_no_harm(shop):
    Order.objects.update(returned=F("gross") * 2, net=-F("gross") - F("discount"))
    recompute_totals()

    run = refresh_segments()

    assert run.status == "published"
    assert all(0 <= segment["revenue_share"] <= 1 for segment in run.metrics["segments"])
