from datetime import timedelta

import pytest

from customers.models import (
    Customer,
    Move,
    ProposedMove,
    Segment,
    SegmentModel,
)
from customers.queries import ledger
from customers.services.segments.refreshing import refresh_segments
from runs.services import discard_run, publish_run, roll_back
from tests.customers.services.segments.seen import codes, everything, places
from tests.customers.services.segments.shops import LAST_DAY

pytestmark = pytest.mark.django_db


def test_rolling_back_gives_the_previous_answers_and_keeps_the_ledger(shop):
    refresh_segments(as_of=LAST_DAY - timedelta(weeks=6), k=6)
    before = everything()
    run = refresh_segments()
    assert everything() != before

    roll_back("segments")

    assert everything() == before
    assert ledger.ledger_counts() == ledger.member_counts()
    assert Move.objects.filter(run=run, cause="rolled_back").count() == run.metrics["moved"]


def test_rolling_back_another_number_of_segments_revives_the_old_ones(shop):
    refresh_segments(k=6)
    before = everything()
    run = publish_run(refresh_segments(k=4))
    assert len(everything()["segments"]) == 4

    roll_back("segments")
    again = refresh_segments()

    assert everything() == before
    assert again.metrics["moved"] == 0
    assert not set(Segment.objects.filter(created_run=run, retired_run=None))


def test_who_opted_out_since_is_not_brought_back_by_a_roll_back(shop):
    refresh_segments(as_of=LAST_DAY - timedelta(weeks=6), k=6)
    run = refresh_segments()
    mover = Move.objects.filter(run=run, from_segment__isnull=False).first().customer
    Customer.objects.filter(pk=mover.pk).update(profiling_opt_out=True)
    ledger.leave([mover.pk], "opted_out", run)

    roll_back("segments")

    assert mover.pk not in places()
    assert ledger.ledger_counts() == ledger.member_counts()


def test_a_held_run_shows_nobody_anything_until_it_is_published(shop):
    refresh_segments(k=7)
    before = everything()

    run = refresh_segments(k=4)

    assert run.status == "held"
    levels = {gate["code"]: gate["level"] for gate in run.metrics["gates"]}
    assert "too_many_moves" in codes(run)
    assert levels[run.reasons[0]["code"]] == "hold"  # what staff are told in one sentence
    assert everything() == before
    assert not Move.objects.filter(run=run).exists()
    publish_run(run)
    assert len(everything()["segments"]) == 4
    assert Move.objects.filter(run=run).count() == run.metrics["moved"]
    assert ledger.ledger_counts() == ledger.member_counts()


def test_a_held_run_that_is_discarded_leaves_nothing(shop):
    refresh_segments(k=7)
    before = everything()

    discard_run(refresh_segments(k=4))

    assert everything() == before
    assert not ProposedMove.objects.exists()
    assert SegmentModel.objects.count() == 1


def test_a_held_run_spares_who_opted_out_meanwhile(shop):
    refresh_segments(k=7)
    held = refresh_segments(k=4)
    someone = Customer.objects.first()
    Customer.objects.filter(pk=someone.pk).update(profiling_opt_out=True)

    publish_run(held)

    assert Move.objects.filter(run=held, customer=someone).count() == 0
    assert ledger.ledger_counts() == ledger.member_counts()


def test_a_new_number_of_segments_never_reuses_a_key(shop):
    refresh_segments(k=7)
    publish_run(refresh_segments(k=4))
    publish_run(refresh_segments(k=8))

    keys = list(Segment.objects.values_list("key", flat=True))
    assert len(keys) == len(set(keys))
    assert Segment.objects.filter(retired_run=None).count() == 8


def test_names_of_staff_stay(shop):
    refresh_segments(k=6)
    Segment.objects.filter(key="bargain-hunters").update(staff_name="Sale friends")

    refresh_segments(refit=True)

    assert str(Segment.objects.get(key="bargain-hunters")) == "Sale friends"
