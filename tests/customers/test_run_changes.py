"""What the page of a run of segments tells of moves: done, or waiting for a decision."""

import pytest

from customers.models import ProposedMove, Segment, SegmentModel, SegmentProfile
from customers.services.segments.changes import moves_of_run
from tests.factories import NOW, make_customer, make_run, make_segment

pytestmark = pytest.mark.django_db

MOVES = [
    {"from": "loyal", "to": "quiet", "cause": "behaviour", "customers": 10},
    {"from": "loyal", "to": "quiet", "cause": "model", "customers": 4},
    {"from": None, "to": "loyal", "cause": "first_order", "customers": 3},
    {"from": "quiet", "to": "fresh", "cause": "model", "customers": 2},
]
FOUND = [
    {"key": "loyal", "name": "Loyal", "customers": 89},
    {"key": "quiet", "name": "Quiet", "customers": 62},
    {"key": "fresh", "name": "Fresh", "customers": 2},
]


@pytest.fixture
def published():
    """Loyal has 100 customers, Quiet 50."""
    run = make_run()
    for key, customers in (("loyal", 100), ("quiet", 50)):
        segment = make_segment(run, key=key, name=key.title(), staff_name=f"Our {key}")
        SegmentProfile.objects.filter(segment=segment).update(customers=customers)
    return run


def metrics() -> dict:
    return {"moves": MOVES, "segments": FOUND, "customers": 153, "moved": 19}


def test_a_held_run_tells_what_would_change_of_what_is_published(published):
    held = make_run(status="held", metrics=metrics(), published_at=None)

    told = moves_of_run(held)

    assert (told["moved"], told["of"], told["is_done"]) == (19, 153, False)
    assert told["most_left"].segment == "Our loyal"
    assert told["most_left"].share_left == 0.14
    sizes = [(size.segment, size.before, size.after) for size in told["sizes"]]
    assert sizes == [("Our loyal", 100, 89), ("Our quiet", 50, 62), ("Fresh (new)", 0, 2)]


def test_a_segment_that_would_be_called_otherwise_is_told_from_one_that_takes_its_name(published):
    Segment.objects.filter(key="quiet").update(staff_name="", name="Calm")
    taken = [FOUND[0], FOUND[1], FOUND[2] | {"name": "Calm"}]
    held = make_run(status="held", metrics=metrics() | {"segments": taken}, published_at=None)

    *_, last = moves_of_run(held)["flows"]

    assert (last.left, last.entered) == ("Calm (then Quiet)", "Calm (new)")


@pytest.fixture
def held(published):
    """Ten would go from Loyal to Quiet, since they are silent; three would come to Loyal."""
    held = make_run(status="held", metrics=metrics(), published_at=None)
    places = [{"key": "quiet"}, {"key": "loyal"}, {"key": "fresh"}]
    SegmentModel.objects.create(
        run=held, method="kmeans", k=3, fitted_run=held, parameters={"segments": places}
    )
    loyal = Segment.objects.get(key="loyal")
    silent = {"cause": "behaviour", "feature": "days_since_last_order", "was": 10, "now": 60}
    ways = [(loyal, 0, silent)] * 10 + [(None, 1, {"cause": "first_order"})] * 3
    ways += [(loyal, 1, {"cause": ""})]  # becomes borderline, goes nowhere
    for number, (left, place, why) in enumerate(ways):
        ProposedMove.objects.create(
            run=held,
            customer=make_customer(external_id=f"mover{number:02}"),
            from_segment=left,
            to_place=place,
            borderline=False,
            **why,
        )
    return held


def test_some_of_those_who_would_move_are_named_with_their_cause(admin_client, held):
    flows = moves_of_run(held)["flows"]

    named = [[each.customer.external_id for each in flow.people] for flow in flows]
    assert named == [
        [f"mover{number:02}" for number in range(5)],
        [f"mover{number:02}" for number in range(10, 13)],
        [],
    ]
    page = admin_client.get(f"/admin/runs/run/{held.pk}/change/").content.decode()
    assert "Who would move, and why" in page
    assert page.count("10 → 60 days") == 5
    assert "First time in a segment" in page
    assert "First order" not in page


@pytest.mark.parametrize("rows", [1, 20])
def test_the_page_takes_the_same_queries_however_many_ways_and_people(
    admin_client, held, django_assert_num_queries, rows
):
    ProposedMove.objects.all().delete()
    segments = [make_segment(held, key=f"other{number}") for number in range(rows)]
    flow = {"to": "loyal", "cause": "model", "customers": 1}
    held.metrics |= {"moves": [flow | {"from": segment.key} for segment in segments]}
    held.save()
    for segment in segments:
        ProposedMove.objects.create(
            run=held,
            customer=make_customer(),
            from_segment=segment,
            to_place=1,
            borderline=False,
            cause="model",
        )

    # Session, user, run, the one before (twice), sizes, segments, model, people, currency, notices
    with django_assert_num_queries(11):
        response = admin_client.get(f"/admin/runs/run/{held.pk}/change/")

    assert response.content.decode().count("/admin/customers/customer/") >= min(rows, 12)


def test_nobody_is_named_of_a_run_that_is_decided(admin_client, held):
    held.status, held.published_at = "superseded", NOW
    held.save()

    assert not moves_of_run(held)["has_people"]


def test_flows_of_several_causes_are_one(published):
    held = make_run(status="held", metrics=metrics(), published_at=None)

    first, second, third = moves_of_run(held)["flows"]

    assert (first.left, first.entered) == ("Our loyal", "Our quiet")
    assert (first.customers, first.share) == (14, 0.14)
    assert first.because == "bought differently, new model"
    assert (second.left, second.share) == (None, None)
    assert third.entered == "Fresh (new)"


def test_a_published_run_is_compared_with_the_one_before(published):
    published.status = "superseded"
    published.save()
    run = make_run(metrics=metrics(), previous=published)

    told = moves_of_run(run)

    assert told["is_done"]
    assert told["sizes"][0].before == 100


def test_a_run_that_was_taken_back_tells_what_moved_then(admin_client, published):
    run = make_run(status="discarded", metrics=metrics(), previous=published)

    page = admin_client.get(f"/admin/runs/run/{run.pk}/change/").content.decode()

    assert "19 customers moved" in page


def test_every_customer_of_a_first_run_comes_from_nowhere():
    moves = [{"from": None, "to": "loyal", "cause": "first_order", "customers": 89}]
    run = make_run(metrics={"moves": moves, "segments": FOUND, "customers": 89})

    told = moves_of_run(run)

    assert told["most_left"].left == 0
    assert told["sizes"][0].share_left is None
    assert told["is_first"]


def test_nobody_moves_in_a_first_run(admin_client):
    moves = [{"from": None, "to": "loyal", "cause": "first_order", "customers": 89}]
    run = make_run(metrics={"moves": moves, "segments": FOUND, "customers": 89})

    page = admin_client.get(f"/admin/runs/run/{run.pk}/change/").content.decode()

    assert "89 customers came into a segment for the first time</h2>" in page
    assert "First time in a segment" in page


@pytest.mark.parametrize("over", [{"kind": "similar", "metrics": metrics()}, {"metrics": {}}])
def test_there_is_nothing_to_tell_of_other_kinds_and_of_refused_runs(over):
    assert moves_of_run(make_run(status="refused", **over)) == {}


def test_the_page_of_a_held_run_says_it_in_a_sentence(admin_client, published):
    gate = {"code": "too_many_moves", "level": "hold", "text": "31% would.", "asked": "at most 25%"}
    reasons = [
        {"code": "too_many_moves", "text": "31% would move."},
        {"code": "k_chosen", "text": "3 segments."},
    ]
    held = make_run(
        status="held", metrics=metrics() | {"gates": [gate]}, reasons=reasons, published_at=None
    )

    response = admin_client.get(f"/admin/runs/run/{held.pk}/change/")
    page = response.content.decode()

    assert "19 customers would move, 14\xa0% of Our loyal would leave" in page
    assert "at most 25%" in page
    assert "holds it" in page
    assert response.context["decisive"] == reasons[:1]
    assert response.context["beside"] == reasons[1:]
