"""The life of a run: asked for, worked on by any process, published, taken back, forgotten."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.utils import timezone

from runs import kinds, queries, stamps
from runs.about import about
from runs.models import Chunk, Run
from runs.trouble import in_words

logger = logging.getLogger(__name__)
Status = Run.Status

# A run that three workers were lost over is given up; a person should look at it.
MOST_ATTEMPTS = 3
SCHEDULE = "schedule"
# What two schedules ask for within so long is the same; they come once a minute at most.
SAME_TIME = timedelta(seconds=50)
# After so long without a sign of life a run may have lost its worker.
QUIET = timedelta(seconds=30)


class RunError(Exception):
    """The request makes no sense for this run now; the text says why in one sentence."""


class AlreadyRunning(RunError):
    """A run of this kind waits or works already."""


def request_run(
    kind: str, *, as_of: datetime | None = None, requested_by: str = "", **parameters
) -> Run:
    """Record a run to be worked on; there is at most one active run of a kind."""
    if kind not in kinds.names():  # their names do, importing what they compute with takes long
        raise KeyError(kind)
    try:
        with transaction.atomic():
            return Run.objects.create(
                kind=kind,
                as_of=as_of,
                requested_by=requested_by,
                parameters=parameters,
            )
    except IntegrityError:
        raise AlreadyRunning(f"A refresh of {kind} is already under way.") from None


def request_scheduled_run(kind: str, asked_at: datetime) -> Run:
    """Record a run that a schedule asked for; where two schedules run, one of them is enough."""
    lately = (asked_at - SAME_TIME, timezone.now() + SAME_TIME)
    if Run.objects.filter(kind=kind, requested_by=SCHEDULE, created_at__range=lately).exists():
        raise AlreadyRunning(f"A schedule has asked for {kind} already.")
    return request_run(kind, requested_by=SCHEDULE)


def work_on(
    run: Run, *, to_the_end: bool = False, invite: Callable[[Run, int], None] | None = None
) -> Run:
    """Do what is left to do of a run, beside any other process that does the same.

    With `to_the_end` it waits for chunks that others hold; without, it leaves them to them.
    `invite` is called with the number of chunks once these are there to be taken.
    """
    kind = kinds.get(run.kind)
    with about(run=run.pk, kind=run.kind):
        try:
            if _prepare(run, kind) and invite:
                invite(run, queries.chunks_left(run))
            if run.prepared_at and run.is_active:
                _work_chunks(run, kind, to_the_end)
                _finish(run, kind)
        except (OperationalError, InterfaceError):
            raise  # the servers are away; the run goes on when they are back
        except Exception as problem:
            logger.exception("%s failed", run)
            _close(run, Status.FAILED, error=in_words(problem))
    run.refresh_from_db()
    return run


def _prepare(run: Run, kind: kinds.Kind) -> bool:
    with queries.session_lock(queries.RUN_LOCKS_FROM + run.pk) as held:
        run.refresh_from_db()
        if not held or not run.is_active or run.prepared_at:
            return False
        if not _begin(run):
            return False
        count = kind.prepare(run)
        with transaction.atomic():
            Chunk.objects.filter(run=run).delete()
            Chunk.objects.bulk_create(Chunk(run=run, number=n) for n in range(count))
            run.prepared_at = timezone.now()
            run.attempts -= 1  # this worker was not lost
            run.save(update_fields=["prepared_at", "attempts", "as_of", "parameters", "metrics"])
    return True


def _begin(run: Run) -> bool:
    """Count the worker that prepares or finishes the run, or give up where too many were lost."""
    run.attempts += 1
    if run.attempts > MOST_ATTEMPTS:
        _close(run, Status.FAILED, error=f"Gave up: {MOST_ATTEMPTS} workers were lost.")
        return False
    run.status = Status.RUNNING
    run.started_at = run.started_at or timezone.now()
    run.heartbeat_at = timezone.now()
    run.save(update_fields=["status", "attempts", "started_at", "heartbeat_at"])
    return True


def _work_chunks(run: Run, kind: kinds.Kind, to_the_end: bool) -> None:
    while True:
        with transaction.atomic():
            chunk = queries.take_chunk(run)
            if chunk:
                kind.work(run, chunk.number)
                chunk.done_at = timezone.now()
                chunk.save(update_fields=["done_at"])
        if chunk:
            left, of = queries.chunks_left(run), Chunk.objects.filter(run=run).count()
            queries.note_progress(run, f"chunk {of - left} of {of}", (of - left) / of)
        elif to_the_end and queries.chunks_left(run):
            time.sleep(0.2)
        else:
            return


def _finish(run: Run, kind: kinds.Kind) -> None:
    with queries.session_lock(queries.RUN_LOCKS_FROM + run.pk) as held:
        run.refresh_from_db()
        if not held or not run.is_active or queries.chunks_left(run):
            return
        if not _begin(run):
            return
        verdict = kind.finish(run)
        run.metrics, run.reasons = verdict.metrics, verdict.reasons
        run.save(update_fields=["metrics", "reasons", "as_of", "parameters"])
        if verdict.decision == "publish":
            publish_run(run)
        elif verdict.decision == "hold":
            _close(run, Status.HELD)
        else:
            _close(run, Status.REFUSED)


def _close(run: Run, status: str, error: str = "") -> None:
    """End an active run; one that was published meanwhile stays so."""
    with transaction.atomic():
        stamps.changing(stamps.LISTS)
        active = queries.active_runs().filter(pk=run.pk)
        if not active.update(status=status, error=error, finished_at=timezone.now(), step=""):
            return
    run.refresh_from_db()
    why = error or "; ".join(reason["text"] for reason in run.reasons)
    logger.warning("%s is %s: %s", run, status, why)


def publish_run(run: Run) -> Run:
    """Let readers see this run from now on, in one transaction; the one before is kept."""
    with transaction.atomic():
        queries.transaction_lock(queries.PUBLISH_LOCK)
        run = Run.objects.select_for_update().get(pk=run.pk)
        if run.status not in (Status.RUNNING, Status.HELD):
            raise RunError(f"Run {run.pk} is {run.status}; only a held run can be published.")
        before = queries.published_run(run.kind)
        if is_overtaken(run, before):
            raise RunError(f"Run {run.pk} is older than the published run {before.pk}.")
        if before:
            Run.objects.filter(pk=before.pk).update(status=Status.SUPERSEDED)
        run.status, run.previous, run.step, run.progress = Status.PUBLISHED, before, "", 1.0
        run.published_at = timezone.now()
        run.finished_at = run.finished_at or run.published_at
        run.save()
        kinds.get(run.kind).publish(run, before)
        stamps.changing(stamps.LISTS)
    logger.info("%s is published", run)
    try:
        forget_old_runs(run.kind)
    except Exception:
        logger.exception("What old runs of %s stored is kept for now", run.kind)
    return run


def is_overtaken(run: Run, published: Run | None) -> bool:
    """Say whether a held run is older than the published one, so that it stays unpublished."""
    return bool(published and run.status == Status.HELD and published.pk > run.pk)


def discard_run(run: Run) -> Run:
    """Give up a run that is held; what it stored is forgotten."""
    with transaction.atomic():
        run = Run.objects.select_for_update().get(pk=run.pk)
        if run.status != Status.HELD:
            raise RunError(f"Run {run.pk} is {run.status}; only a held run can be discarded.")
        run.status = Status.DISCARDED
        run.save(update_fields=["status"])
        kinds.get(run.kind).forget(run)
        stamps.changing(stamps.LISTS)
    logger.info("%s is discarded", run)
    return run


def roll_back(kind: str, *, instead_of: int | None = None) -> Run:
    """Publish again the run that was published before; return it.

    `instead_of` is the run that the caller saw published, or else the one that is published when
    the request comes. Whoever waits while another goes back is refused: nobody goes two steps.
    """
    seen = instead_of or getattr(queries.published_run(kind), "pk", None)
    with transaction.atomic():
        queries.transaction_lock(queries.PUBLISH_LOCK)
        current = queries.published_run(kind)
        if seen and (not current or current.pk != seen):
            raise RunError(f"Run {seen} is not the published one any more.")
        target = current and current.previous
        if not can_be_gone_back_to(target):
            raise RunError(f"There is no earlier run of {kind} to go back to.")
        text = f"It was taken back; run {target.pk} is published again."
        reasons = [{"code": "taken_back", "text": text}, *current.reasons]
        Run.objects.filter(pk=current.pk).update(status=Status.DISCARDED, reasons=reasons)
        Run.objects.filter(pk=target.pk).update(status=Status.PUBLISHED)
        target.refresh_from_db()
        kinds.get(kind).take_back(target, current)
        stamps.changing(stamps.LISTS)
    logger.info("%s is taken back, %s is published again", current, target)
    return target


def can_be_gone_back_to(run: Run | None) -> bool:
    """Say whether readers saw this run before, and what it stored is still there."""
    return bool(run and run.status == Status.SUPERSEDED and not run.parameters.get("forgotten"))


def forget_old_runs(kind: str) -> None:
    """Drop stored results beyond RUNS_KEPT; the runs' own rows stay as history."""
    with transaction.atomic():
        queries.transaction_lock(queries.PUBLISH_LOCK)  # so that none is gone back to meanwhile
        for run in queries.runs_past_keeping(kind, settings.RUNS_KEPT):
            if not run.parameters.get("forgotten"):
                kinds.get(kind).forget(run)
                run.parameters["forgotten"] = True
                run.save(update_fields=["parameters"])


def runs_to_resume() -> list[int]:
    """Return active runs that went quiet and that no process holds.

    A sign of life from the future is none: the clock was set back since.
    """
    now = timezone.now()
    quiet = [
        run
        for run in queries.active_runs()
        if abs(now - (run.heartbeat_at or run.created_at)) > QUIET
    ]
    return [run.pk for run in quiet if queries.is_free(queries.RUN_LOCKS_FROM + run.pk)]
