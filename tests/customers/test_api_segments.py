"""Segments over HTTP."""

import pytest

from customers.models import Membership, Move
from tests.api import crm
from tests.customers.segmented import make_member, make_run, make_segment
from tests.factories import NOW, make_customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def run():
    return make_run()


def results(path: str) -> list[dict]:
    answer = crm().get(path)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_segments_are_listed_by_falling_spend(run):
    make_segment(run, "loyal")
    make_segment(run, "new")

    assert [segment["key"] for segment in results("/segments/")] == ["loyal", "new"]


def test_a_segment_is_shown_with_its_numbers(run):
    make_segment(run, "loyal", description="Buy often.", campaign="Thank them.")

    assert crm().get("/segments/loyal/").json() == {
        "key": "loyal",
        "name": "Loyal",
        "description": "Buy often.",
        "colour": "#0072b2",
        "customers": 1,
        "share": 0.5,
        "revenue_share": 0.75,
        "campaign": "Thank them.",
    }


def test_a_name_that_staff_gave_wins(run):
    make_segment(run, "loyal", staff_name="Our best")

    assert crm().get("/segments/loyal/").json()["name"] == "Our best"


def test_a_retired_segment_is_empty_and_not_listed(run):
    make_segment(run, "old", retired_run=run).profiles.all().delete()

    assert crm().get("/segments/old/").json()["customers"] == 0
    assert results("/segments/") == []


def test_before_the_first_run_there_are_no_segments():
    assert results("/segments/") == []


def test_members_are_listed_with_since_when(run):
    segment = make_segment(run)
    ada = make_member(segment, run, external_id="ada")
    gone = make_member(segment, run)
    Membership.objects.filter(customer=gone).update(to_run=run)

    assert results("/segments/loyal/customers/") == [
        {"customer": ada.external_id, "since": "2026-06-30T12:00:00Z", "borderline": False}
    ]


def test_members_come_in_pages(run):
    segment = make_segment(run)
    made = [make_member(segment, run).external_id for _ in range(3)]
    caller = crm()

    first = caller.get("/segments/loyal/customers/?page_size=2").json()
    second = caller.get(first["next"]).json()

    assert [row["customer"] for row in first["results"] + second["results"]] == made


def test_moves_in_and_out_are_listed_with_their_cause(run):
    loyal, lapsing = make_segment(run, "loyal"), make_segment(run, "lapsing")
    ada = make_customer(external_id="ada")
    move = Move.objects.create(
        run=run,
        customer=ada,
        from_segment=loyal,
        to_segment=lapsing,
        cause="behaviour",
        feature="days_since_last_order",
        was=33.900001525878906,
        now=196,
        at=NOW,
    )
    shown = {
        "id": move.pk,
        "customer": "ada",
        "from": "loyal",
        "to": "lapsing",
        "cause": "behaviour",
        "feature": "days_since_last_order",
        "was": 33.9,
        "is": 196.0,
        "run": run.pk,
        "at": "2026-06-30T12:00:00Z",
    }

    assert results("/segments/loyal/moves/") == [shown]
    assert results("/segments/lapsing/moves/") == [shown]


def test_a_first_move_comes_from_nowhere(run):
    make_member(make_segment(run), run)

    move = results("/segments/loyal/moves/")[0]

    assert [move[name] for name in ("from", "feature", "was", "is")] == [None] * 4


@pytest.mark.parametrize(
    ("since", "count"),
    [
        ("2026-06-30", 1),
        ("2026-07-01", 0),
        ("2026-06-30T12:00:00Z", 1),
        ("2026-06-30T14:00:01%2B02:00", 0),
    ],
)
def test_moves_are_listed_from_a_time_on(run, since, count):
    make_member(make_segment(run), run)

    assert len(results(f"/segments/loyal/moves/?since={since}")) == count


def test_a_time_that_is_none_is_400(run):
    make_segment(run)

    answer = crm().get("/segments/loyal/moves/?since=yesterday")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "since"


@pytest.mark.parametrize("rest", ["", "customers/", "moves/"])
def test_an_unknown_segment_is_404(rest):
    assert crm().get(f"/segments/none/{rest}").status_code == 404


def test_a_page_of_moves_costs_three_queries(run, django_assert_num_queries):
    segment = make_segment(run)
    for _ in range(5):
        make_member(segment, run)
    caller = crm()

    # Expect 3 queries: * the key * the segment * the moves with customers and segments
    with django_assert_num_queries(3):
        caller.get("/segments/loyal/moves/")


def test_a_customer_in_no_segment_has_every_key_and_a_history(run):
    segment = make_segment(run)
    ada = make_member(segment, run, external_id="ada")
    Membership.objects.filter(customer=ada).update(to_run=run)
    move = Move.objects.get()

    assert crm().get("/customers/ada/segment/").json() == {
        "key": None,
        "name": None,
        "since": None,
        "borderline": False,
        "confidence": None,
        "second": None,
        "why": [],
        "history": [
            {
                "id": move.pk,
                "from": None,
                "to": "loyal",
                "cause": "first_order",
                "feature": None,
                "was": None,
                "is": None,
                "run": run.pk,
                "at": "2026-06-30T12:00:00Z",
            }
        ],
    }


def test_the_segment_of_an_unknown_customer_is_404(run):
    assert crm().get("/customers/none/segment/").status_code == 404
