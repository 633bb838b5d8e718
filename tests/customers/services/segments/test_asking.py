"""What staff may ask a refresh for: a number of segments, a look ahead, a new model."""

from argparse import ArgumentTypeError
from datetime import timedelta

import pytest

from customers.management.commands.refresh_segments import _count
from customers.models import Customer, SegmentModel
from customers.services.segments import finding
from customers.services.segments.refreshing import refresh_segments
from tests.customers.services.segments.seen import codes, everything, places
from tests.customers.services.segments.shops import LAST_DAY

pytestmark = pytest.mark.django_db


def choice_of(run) -> str:
    return SegmentModel.objects.get(run=run).parameters["learned"]["choice"]["code"]


def test_a_number_staff_asked_for_is_kept_by_later_refreshes(shop):
    refresh_segments(as_of=LAST_DAY - timedelta(weeks=14), k=5)

    run = refresh_segments()

    assert run.metrics["refitted"]
    assert (run.metrics["k"], choice_of(run)) == (5, "k_pinned")


def test_a_number_can_be_pinned_and_let_go_without_a_new_model(shop):
    first = refresh_segments(k=5)

    free, pinned = refresh_segments(k=0), refresh_segments(k=5)

    assert [choice_of(run) for run in (first, free, pinned)] == ["k_pinned", "k_kept", "k_pinned"]
    assert not free.metrics["refitted"]
    assert free.metrics["moved"] == pinned.metrics["moved"] == 0


@pytest.mark.parametrize(("said", "asked"), [("auto", 0), ("2", 2), ("12", 12)])
def test_numbers_that_can_be_asked_for(said, asked):
    assert _count(said) == asked


@pytest.mark.parametrize("said", ["1", "13", "0", "many"])
def test_numbers_that_cannot_be_asked_for(said):
    with pytest.raises(ArgumentTypeError, match="is no number from 2 to 12"):
        _count(said)


def test_a_dry_run_names_who_would_move(shop):
    refresh_segments(as_of=LAST_DAY - timedelta(weeks=3), k=6)
    before = places()

    run = refresh_segments(dry_run=True)

    ids = dict(Customer.objects.values_list("external_id", "pk"))
    assert run.metrics["movers"]
    for mover in run.metrics["movers"]:
        assert before[ids[mover["customer"]]] == mover["from"] != mover["to"]
        assert mover["cause"] == "behaviour"


def test_the_present_model_goes_on_where_a_due_one_is_refused(shop, monkeypatch):
    refresh_segments(as_of=LAST_DAY - timedelta(weeks=14), k=6)
    measure = finding._evidence
    monkeypatch.setattr(finding, "_evidence", lambda *of: measure(*of) | {"stability": 0.3})

    run = refresh_segments()

    assert (run.status, run.metrics["refitted"]) == ("published", False)
    assert codes(run)[0] == "new_model_refused"
    assert "agree with these by 0.30" in run.reasons[0]["text"]
    assert run.metrics["moved"] > 0


def test_a_model_staff_ask_for_is_refused_if_it_is_bad(shop, monkeypatch):
    refresh_segments(k=6)
    before = everything()
    measure = finding._evidence
    monkeypatch.setattr(finding, "_evidence", lambda *of: measure(*of) | {"stability": 0.3})

    run = refresh_segments(k=5)

    assert (run.status, codes(run)[0]) == ("refused", "unstable")
    assert everything() == before
