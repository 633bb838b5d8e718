from datetime import timedelta

import pytest

from customers.models import (
    Customer,
    CustomerScore,
    Move,
    Order,
    ProposedMove,
    Segment,
    SegmentModel,
)
from customers.queries import ledger
from customers.queries.totals import recompute_totals
from customers.services.people import upsert_customers
from customers.services.privacy import erase_customer
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


def erase(customer: Customer) -> None:
    erase_customer(customer.external_id)


def opt_out(customer: Customer) -> None:
    upsert_customers([{"customer_id": customer.external_id, "profiling_opt_out": True}])


def was_opted_out(customer: Customer) -> None:
    """Leave the customer as they were when opting out took effect with the next run."""
    Customer.objects.filter(pk=customer.pk).update(profiling_opt_out=True)


def is_scored(customer: Customer) -> bool:
    return CustomerScore.objects.filter(customer=customer, to_run=None).exists()


@pytest.mark.parametrize("goes", [erase, opt_out, was_opted_out])
def test_who_left_since_is_not_brought_back_by_a_roll_back(shop, goes):
    refresh_segments(as_of=LAST_DAY - timedelta(weeks=6), k=6)
    run = refresh_segments()
    mover = Move.objects.filter(run=run, from_segment__isnull=False).first().customer
    goes(mover)

    roll_back("segments")

    assert mover.pk not in places()
    assert not is_scored(mover)
    assert ledger.ledger_counts() == ledger.member_counts()


def test_a_roll_back_is_read_by_who_has_read_the_moves_it_undoes(shop):
    refresh_segments(as_of=LAST_DAY - timedelta(weeks=6), k=6)
    run = refresh_segments()

    roll_back("segments")

    days = Move.objects.filter(run=run, cause="rolled_back").values_list("at", flat=True)
    assert set(days) == {run.as_of}


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


@pytest.mark.parametrize("goes", [erase, opt_out, was_opted_out])
def test_a_held_run_brings_nobody_who_left_meanwhile_into_a_segment(shop, goes):
    refresh_segments(k=7)
    held = refresh_segments(k=4)
    someone = Customer.objects.first()
    goes(someone)

    publish_run(held)

    assert someone.pk not in places()
    assert not is_scored(someone)
    assert set(places().values()) == {each[0] for each in everything()["segments"]}
    assert ledger.ledger_counts() == ledger.member_counts()


def test_who_opts_out_while_runs_are_held_leaves_at_once(shop):
    refresh_segments(k=7)
    held = refresh_segments(k=4)
    someone = Customer.objects.first()

    opt_out(someone)

    move = Move.objects.filter(customer=someone).latest("id")
    assert (move.cause, move.to_segment) == ("opted_out", None)
    assert someone.pk not in places()
    assert not is_scored(someone)
    assert held.status == "held"


def test_who_takes_no_part_any_more_has_no_score(shop):
    refresh_segments(k=6)
    someone = Customer.objects.first()
    Order.objects.filter(customer=someone).update(status="cancelled")
    recompute_totals([someone.pk])

    refresh_segments()

    assert someone.pk not in places()
    assert not is_scored(someone)


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
