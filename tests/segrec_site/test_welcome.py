"""The demo's start waits for its models, but not for those that come to another end."""

from datetime import timedelta

import pytest
from django.utils import timezone

from runs.models import Run
from segrec_site import welcome
from segrec_site.management.commands.up import Command
from tests.factories import make_run

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def ended(kind: str, status: str, ago: timedelta = timedelta(), **over) -> None:
    """Make a run that was begun and came to its end so long ago."""
    then = timezone.now() - ago
    run = make_run(kind, status, finished_at=then, **over)
    Run.objects.filter(pk=run.pk).update(created_at=then)


@pytest.mark.parametrize("status", ["held", "refused", "failed"])
def test_the_start_waits_no_more_for_a_model_that_ends_unpublished(status, capsys):
    asked_at = timezone.now()
    ended("segments", "published")
    ended("similar", status, error="MemoryError")

    assert Command()._models_have_ended(asked_at, "http://127.0.0.1:8000")

    said = capsys.readouterr().err
    assert f"similar {status}: MemoryError" in said
    assert "see http://127.0.0.1:8000/admin/runs/run/" in said


def test_the_start_waits_for_models_at_work_though_earlier_ones_failed():
    ended("segments", "published", 5 * MINUTE)
    ended("similar", "failed", 3 * MINUTE)
    asked_at = timezone.now()

    assert not welcome.models_have_ended(asked_at)  # no worker has taken the message yet
    run = make_run("similar", "running", finished_at=None)
    assert not welcome.models_have_ended(asked_at)
    Run.objects.filter(pk=run.pk).update(status="failed", finished_at=timezone.now())
    assert welcome.models_have_ended(asked_at)


def test_a_start_right_after_another_waits_for_no_run_that_will_not_be_made():
    ended("segments", "published")
    ended("similar", "failed", MINUTE / 4)

    assert welcome.models_have_ended(timezone.now())


def test_nothing_is_said_of_models_that_are_all_published(capsys):
    ended("segments", "published")
    ended("similar", "published")

    assert Command()._models_have_ended(timezone.now(), "http://127.0.0.1:8000")
    assert capsys.readouterr().err == ""
