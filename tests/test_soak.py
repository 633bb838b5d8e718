"""What the soak takes for a broken promise."""

import json
import sys
import tempfile
from types import ModuleType, SimpleNamespace
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from benchmarks import soak
from benchmarks.soaking import diary, promises
from benchmarks.soaking.work import Said
from recommendations.models import Event
from runs.models import Run
from segrec_site import embedded
from tests.factories import make_product


@pytest.fixture
def site() -> SimpleNamespace:
    """Stands for a site whose database is this test's."""
    address = settings.DATABASE_URL or embedded.urls(settings.SEGREC_VAR).database
    of_test = urlsplit(address)._replace(path=f"/{connection.settings_dict['NAME']}")
    return SimpleNamespace(addresses=SimpleNamespace(database=of_test.geturl()))


def keep_event(event_id: str) -> None:
    Event.objects.create(
        id=promises.kept_as(event_id), type="view", at=timezone.now(), product=make_product()
    )


@pytest.mark.django_db(transaction=True)
def test_what_was_acknowledged_and_is_not_there_is_named(site):
    keep_event("kept")
    keep_event("never acknowledged")
    make_product(external_id="kept")
    run = Run.objects.create(kind="similar", status="published", published_at=timezone.now())
    said = Said(
        orders=["o1"], products=["kept", "gone"], events=["kept", "e1"], runs_asked=[run.pk, 0]
    )

    broken = promises.broken_at_the_end(site, said)

    assert broken == [
        "1 of 1 acknowledged orders are lost: o1",
        "1 of 2 acknowledged products are lost: gone",
        f"1 of 2 acknowledged events are lost: {promises.kept_as('e1')}",
        "1 of 2 acknowledged runs are lost: 0",
    ]


@pytest.mark.django_db(transaction=True)
def test_a_run_that_failed_is_made_up_for_by_the_next_of_its_kind(site):
    given_up = "Gave up: 3 workers were lost."
    failed = Run.objects.create(kind="similar", status="failed", error=given_up)
    Run.objects.create(kind="segments", status="published", published_at=timezone.now())

    broken = promises.broken_at_the_end(site, Said())
    Run.objects.create(kind="similar", status="published", published_at=timezone.now())

    assert broken == [f"run {failed.pk} of similar failed, and none was completed since"]
    assert promises.broken_at_the_end(site, Said()) == []


@pytest.mark.parametrize(
    ("error", "is_mistake"),
    [
        ("Gave up: 3 workers were lost.", False),
        ("OperationalError: server closed the connection", False),
        ("OSError: [Errno 28] No space left on device", False),
        ("KeyError: 'as_of'", True),
        ("ZeroDivisionError: division by zero", True),
    ],
)
def test_a_run_that_no_fault_made_fail_breaks_a_promise(error, is_mistake):
    assert bool(promises.failed_by_mistake([(7, "similar", error)])) == is_mistake


@pytest.mark.parametrize("status", [200, 202, 503, "no answer"])
def test_a_well_formed_call_may_be_answered_so(status):
    said = Said()
    said.note("reads", status, "/popular/")
    assert said.wrong == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 429, 500, 502])
def test_a_well_formed_call_is_never_answered_so(status):
    said = Said()
    said.note("reads", status, "/popular/")
    assert said.wrong == [f"reads /popular/ answered {status}"]


def test_of_several_who_ask_for_runs_all_but_one_may_be_told_409():
    said = Said()
    for what in ("runs", "decisions", "refreshes", "two"):
        said.note(what, 409)
    assert said.wrong == []


def keeps_its_word(part: diary.Diary, folder, asked) -> None:
    part.fact("Seen", 3)


def breaks_a_promise(part: diary.Diary, folder, asked) -> None:
    part.expect(False, "an order is lost")


def raises(part: diary.Diary, folder, asked) -> None:
    raise TimeoutError("recovery took more than 120 seconds")


def is_not_played(part: diary.Diary, folder, asked) -> None:
    raise diary.NotPlayed("there is no C compiler here")


def takes_too_long(part: diary.Diary, folder, asked) -> None:
    soak.MOST_MINUTES = -1


@pytest.mark.parametrize(
    ("play", "code", "verdict"),
    [
        (keeps_its_word, 0, "Lost: nothing. Broken: nothing"),
        (breaks_a_promise, 1, "Broken: an order is lost"),
        (raises, 1, "Broken: TimeoutError: recovery took more than 120 seconds"),
        (is_not_played, 1, "Not played: there is no C compiler here"),
        (takes_too_long, 1, "Broken: it took 0.0 minutes, of -1 at most"),
    ],
)
def test_the_command_fails_unless_a_part_was_played_and_kept_its_word(
    play, code, verdict, tmp_path, monkeypatch, capsys
):
    part = ModuleType("benchmarks.soaking.stub")
    part.play = play
    monkeypatch.setitem(sys.modules, part.__name__, part)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(soak, "PARTS", ["stub"])
    monkeypatch.setattr(soak, "MOST_MINUTES", 20)
    monkeypatch.setattr(diary, "RESULTS", tmp_path)
    monkeypatch.setattr(diary, "PAGE", tmp_path / "soak.md")
    monkeypatch.setattr(sys, "argv", ["soak", "stub"])

    assert soak.main() == code

    assert f"  {verdict}, 0.0 minutes" in capsys.readouterr().out
    assert f"**{verdict}.**" in (tmp_path / "soak.md").read_text()
    assert json.loads((tmp_path / "stub.json").read_text())["name"] == "stub"
