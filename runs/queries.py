"""SQL of runs: the published one, locks held by a session, chunks to take."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.models import F, Model, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from runs.models import Chunk, Import, Run

# The first half of every advisory lock of segrec, so that other software's locks never meet it.
LOCK_SPACE = 0x5E6
MIGRATION_LOCK, PUBLISH_LOCK, IMPORT_LOCK = 1, 2, 3
RUN_LOCKS_FROM = 1000
# An import holds this less its key.
IMPORT_LOCKS_BELOW = 0


def published_run(kind: str) -> Run | None:
    """Return the run of this kind that readers see."""
    return Run.objects.filter(kind=kind, status=Run.Status.PUBLISHED).first()


def active_runs() -> QuerySet[Run]:
    """Runs that wait or work."""
    return Run.objects.filter(status__in=Run.ACTIVE)


def runs_in_sight() -> QuerySet[Run]:
    """Runs that matter now: published, at work, waiting for a decision, and each kind's newest."""
    newest = Run.objects.filter(kind=OuterRef("kind")).order_by("-id").values("pk")[:1]
    now = [*Run.ACTIVE, Run.Status.PUBLISHED, Run.Status.HELD]
    return Run.objects.filter(Q(status__in=now) | Q(pk=Subquery(newest)))


def runs_past_keeping(kind: str, kept: int) -> list[Run]:
    """Runs whose stored results may go: all but the published, held, active and newest `kept`."""
    over = Run.objects.filter(kind=kind).exclude(
        status__in=[*Run.ACTIVE, Run.Status.HELD, Run.Status.PUBLISHED]
    )
    return list(over.order_by(F("published_at").desc(nulls_last=True), "-id")[kept - 1 :])


@contextmanager
def session_lock(number: int, wait: bool = False) -> Iterator[bool]:
    """Hold an advisory lock of this session; it falls with the process, however that ends."""
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_lock(%s, %s), true", [LOCK_SPACE, number])
            held = True
        else:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_SPACE, number])
            held = cursor.fetchone()[0]
    try:
        yield held
    finally:
        if held and connection.connection and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_SPACE, number])


def is_free(number: int) -> bool:
    """Say whether nobody holds this advisory lock just now."""
    with session_lock(number) as held:
        return held


def transaction_lock(number: int) -> None:
    """Wait for an advisory lock and hold it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, number])


def take_chunk(run: Run) -> Chunk | None:
    """Lock a chunk nobody works on; in a transaction, which holds it."""
    return (
        Chunk.objects.select_for_update(skip_locked=True)
        .filter(run=run, done_at=None)
        .order_by("number")
        .first()
    )


def chunks_left(run: Run) -> int:
    """How many chunks of the run are not done."""
    return Chunk.objects.filter(run=run, done_at=None).count()


def estimated_rows(model: type[Model]) -> int:
    """About how many rows a table has, as the database last noted; −1 when it never did."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass",
            [model._meta.db_table],
        )
        return cursor.fetchone()[0]


@contextmanager
def import_progress(record: Import) -> Iterator[Callable[[float], None]]:
    """Give a way to note how far an import is, by a connection its COPY does not keep busy."""
    beside, shown = connection.copy(), 0.0

    def note(share: float) -> None:
        nonlocal shown
        if share - shown >= 0.01:
            shown = share
            with beside.cursor() as cursor:
                cursor.execute(
                    "UPDATE runs_import SET progress = %s WHERE id = %s", [share, record.pk]
                )

    try:
        yield note
    finally:
        beside.close()


def note_progress(run: Run, step: str, share: float) -> None:
    """Write what a run does now and how far it is; seen at once outside a transaction."""
    Run.objects.filter(pk=run.pk).update(
        step=step, progress=min(max(share, 0.0), 1.0), heartbeat_at=timezone.now()
    )
