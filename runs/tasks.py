"""Runs for workers: begin one, go on with one, pick up what lost its worker."""

import time
from contextlib import suppress
from datetime import UTC, datetime

from celery import Task, shared_task
from django.core.cache import cache
from django.db import InterfaceError, OperationalError

from runs import services
from runs.about import SENT
from runs.imports import uploads
from runs.messages import hand_over, hand_over_import
from runs.models import Run

# In the cache: when the schedule, Redis and a worker last worked together.
SWEPT = "segrec:swept"
# How many may share the chunks of one run.
MOST_WORKERS = 8
AGAIN = {
    "autoretry_for": (OperationalError, InterfaceError),
    "retry_backoff": 2,
    "retry_backoff_max": 60,
    "max_retries": 10,
}


@shared_task(queue="batch", **AGAIN)
def work_on(run_id: int) -> None:
    """Do what is left of a run."""
    run = Run.objects.filter(pk=run_id).first()
    if run:
        services.work_on(run, invite=_invite_others)


@shared_task(queue="batch", bind=True, **AGAIN)
def start_run(self, kind: str) -> None:
    """Begin a run by the schedule; quietly nothing when one is under way."""
    with suppress(services.AlreadyRunning):
        run = services.request_scheduled_run(kind, asked_at(self))
        services.work_on(run, invite=_invite_others)


@shared_task(queue="now", **AGAIN)
def sweep() -> None:
    """Hand runs and imports that lost their worker to another."""
    for run_id in services.runs_to_resume():
        hand_over(run_id)
    for import_id in uploads.imports_to_resume():
        hand_over_import(import_id)
    cache.set(SWEPT, time.time(), timeout=None)


@shared_task(queue="batch", **AGAIN)
def work_on_import(import_id: int) -> None:
    """Import a file that staff handed over."""
    uploads.run_import(import_id)


@shared_task(queue="batch", **AGAIN)
def forget_files() -> None:
    """Delete files kept long enough."""
    uploads.forget_files()


def asked_at(task: Task) -> datetime:
    """Return when a task's message was sent."""
    return datetime.fromtimestamp(task.request.get(SENT) or time.time(), UTC)


def _invite_others(run: Run, chunks: int) -> None:
    """Let idle workers take chunks too; without a broker this one does them all."""
    for _ in range(min(chunks, MOST_WORKERS) - 1):
        if not hand_over(run.pk):
            break
