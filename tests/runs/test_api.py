"""Runs over HTTP."""

import pytest
from celery import current_app
from kombu.exceptions import OperationalError

from runs import services
from runs.kinds import Verdict
from runs.models import Run
from tests.api import crm, storefront

pytestmark = pytest.mark.django_db
SIMILAR = {"kind": "similar"}


@pytest.fixture
def queue(monkeypatch) -> list[int]:
    """Collect what is handed to workers."""
    handed = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args, **options: handed.extend(args))
    return handed


def made(kind, decision: str = "publish") -> Run:
    kind.verdict = Verdict(decision)
    return services.work_on(services.request_run("similar"))


def post(path: str, body: dict | None = None):
    return crm().post(path, body or {}, content_type="application/json")


def test_runs_are_listed_newest_first(kind):
    first, second = made(kind), made(kind)

    listed = crm().get("/runs/").json()["results"]

    assert [run["id"] for run in listed] == [second.pk, first.pk]


def test_runs_of_one_kind_are_listed(kind):
    made(kind)

    assert len(crm().get("/runs/?kind=similar").json()["results"]) == 1
    assert crm().get("/runs/?kind=segments").json()["results"] == []
    assert crm().get("/runs/?kind=none").status_code == 400


def test_a_run_says_what_it_found_and_why_it_was_decided_so(kind):
    kind.verdict = Verdict("hold", {"pairs": 3}, [{"code": "moved", "text": "Too many moved."}])
    run = services.work_on(services.request_run("similar", requested_by="Ada"))

    shown = crm().get(f"/runs/{run.pk}/").json()

    assert shown.keys() == {
        *("id", "kind", "status", "as_of", "step", "progress", "metrics", "reasons", "error"),
        *("requested_by", "previous", "created_at", "started_at", "finished_at"),
        *("published_at", "seconds"),
    }
    assert (shown["status"], shown["metrics"]) == ("held", {"pairs": 3})
    assert shown["reasons"] == [{"code": "moved", "text": "Too many moved."}]


def test_a_run_is_begun_by_a_worker(kind, queue):
    answer = post("/runs/", SIMILAR)

    assert answer.status_code == 202
    run = answer.json()
    assert answer["Location"] == f"http://testserver/api/v1/runs/{run['id']}/"
    assert (run["status"], run["requested_by"]) == ("waiting", "API key crm")
    assert queue == [run["id"]]


def test_a_second_run_of_a_kind_at_once_is_409(kind, queue):
    post("/runs/", SIMILAR)

    answer = post("/runs/", SIMILAR)

    assert answer.status_code == 409
    assert answer.json()["detail"] == "A refresh of similar is already under way."


def test_a_run_is_noted_while_the_queue_is_away(kind, monkeypatch):
    def away(*args, **options):
        raise OperationalError

    monkeypatch.setattr(current_app, "send_task", away)

    assert post("/runs/", SIMILAR).status_code == 202
    assert Run.objects.get().status == "waiting"


def test_a_held_run_is_published(kind):
    held = made(kind, "hold")

    answer = post(f"/runs/{held.pk}/publish/")

    assert (answer.status_code, answer.json()["status"]) == (200, "published")


def test_a_held_run_is_discarded(kind):
    held = made(kind, "hold")

    answer = post(f"/runs/{held.pk}/discard/")

    assert (answer.status_code, answer.json()["status"]) == (200, "discarded")


@pytest.mark.parametrize("what", ["publish", "discard"])
def test_only_a_held_run_is_decided(kind, what):
    answer = post(f"/runs/{made(kind).pk}/{what}/")

    assert answer.status_code == 409
    assert "only a held run can be" in answer.json()["detail"]


def test_a_kind_is_rolled_back(kind):
    first, _ = made(kind), made(kind)

    answer = post("/runs/rollback/", SIMILAR)

    assert (answer.status_code, answer.json()["id"]) == (200, first.pk)


def test_who_saw_another_run_published_does_not_roll_back(kind):
    runs = [made(kind) for _ in range(3)]
    asked = SIMILAR | {"instead_of": runs[2].pk}

    answers = [post("/runs/rollback/", asked) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 409]
    assert answers[1].json()["detail"] == f"Run {runs[2].pk} is not the published one any more."
    assert post("/runs/rollback/", SIMILAR | {"instead_of": "x"}).status_code == 400


def test_without_an_earlier_run_rolling_back_is_409(kind):
    assert post("/runs/rollback/", SIMILAR).status_code == 409


@pytest.mark.parametrize("path", ["/runs/999999/", "/runs/99999999999999999999/"])
def test_an_unknown_run_is_404(path):
    assert crm().get(path).status_code == 404
    assert post(f"{path}publish/").status_code == 404


@pytest.mark.parametrize(
    "body", [{}, {"kind": "none"}, {"kind": None}, {"kind": "similar", "k": 3}]
)
def test_what_is_no_kind_is_400(body):
    assert post("/runs/", body).status_code == 400


def test_runs_are_for_secret_keys(kind):
    assert storefront().get("/runs/").status_code == 403
