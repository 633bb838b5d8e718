"""Runs by command."""

import json

import pytest
from django.core.management import CommandError, call_command

from runs import services
from runs.kinds import Verdict

pytestmark = pytest.mark.django_db


def run_command(capsys, *args: str) -> dict:
    call_command(*args, "--json")
    return json.loads(capsys.readouterr().out.splitlines()[-1])


@pytest.fixture
def runs(kind):
    """One run that is published, then one that is held."""
    first = services.work_on(services.request_run("similar"))
    kind.verdict = Verdict("hold", reasons=[{"code": "moved", "text": "Too many moved."}])
    return first, services.work_on(services.request_run("similar"))


def test_runs_are_listed_newest_first(runs, capsys):
    listed = run_command(capsys, "list_runs")["runs"]

    assert [(run["run"], run["status"]) for run in listed] == [
        (runs[1].pk, "held"),
        (runs[0].pk, "published"),
    ]
    assert listed[0]["reasons"] == [{"code": "moved", "text": "Too many moved."}]


def test_runs_are_listed_in_words_by_kind(runs, capsys):
    call_command("list_runs", "--kind", "similar")

    assert "held" in capsys.readouterr().out


def test_a_held_run_is_published(runs, capsys):
    assert run_command(capsys, "publish_run", str(runs[1].pk))["status"] == "published"


def test_a_held_run_is_discarded(runs, capsys):
    assert run_command(capsys, "discard_run", str(runs[1].pk))["status"] == "discarded"


def test_a_kind_is_rolled_back(runs, capsys):
    services.publish_run(runs[1])

    back = run_command(capsys, "rollback_run", "similar")

    assert (back["run"], back["status"]) == (runs[0].pk, "published")


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (["publish_run", "999999"], "There is no run 999999."),
        (["rollback_run", "similar"], "There is no earlier run of similar to go back to."),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(kind, command, sentence):
    with pytest.raises(CommandError, match=sentence) as error:
        call_command(*command)

    assert error.value.returncode == 1
