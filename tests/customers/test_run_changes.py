"""What the page of a run of segments tells of moves: done, or waiting for a decision."""

import pytest

from customers.models import SegmentProfile
from customers.services.segments.changes import moves_of_run
from tests.factories import make_run, make_segment

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
    assert str(told["most_left"].segment) == "Our loyal"
    assert told["most_left"].share_left == 0.14
    sizes = [(str(size.segment), size.before, size.after) for size in told["sizes"]]
    assert sizes == [("Our loyal", 100, 89), ("Our quiet", 50, 62), ("Fresh", 0, 2)]


def test_flows_of_several_causes_are_one(published):
    held = make_run(status="held", metrics=metrics(), published_at=None)

    first, second, third = moves_of_run(held)["flows"]

    assert (str(first.left), str(first.entered)) == ("Our loyal", "Our quiet")
    assert (first.customers, first.share) == (14, 0.14)
    assert first.because == "bought differently, new model"
    assert (second.left, second.share) == (None, None)
    assert third.entered == "Fresh"


def test_a_published_run_is_compared_with_the_one_before(published):
    published.status = "superseded"
    published.save()
    run = make_run(metrics=metrics(), previous=published)

    told = moves_of_run(run)

    assert told["is_done"]
    assert told["sizes"][0].before == 100


def test_every_customer_of_a_first_run_comes_from_nowhere():
    moves = [{"from": None, "to": "loyal", "cause": "first_order", "customers": 89}]
    run = make_run(metrics={"moves": moves, "segments": FOUND, "customers": 89})

    told = moves_of_run(run)

    assert told["most_left"].left == 0
    assert told["sizes"][0].share_left is None


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
