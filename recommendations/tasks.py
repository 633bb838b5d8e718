"""Recommendations for workers: refresh every kind, follow the catalogue and the orders."""

from contextlib import suppress

from celery import shared_task

from recommendations.services import events, freshness, popularity
from runs import kinds, tasks
from runs.messages import hand_over
from runs.services import AlreadyRunning, request_run, request_scheduled_run

# A build that is under way may have read the catalogue before many products changed.
AGAIN_SECONDS = 20
KINDS = ("similar", "bought-together", "personal")


@shared_task(queue="batch", bind=True, **tasks.AGAIN)
def start_all(self) -> None:
    """Begin a run of every kind of recommendation."""
    for name in KINDS:
        if name in kinds.names():
            with suppress(AlreadyRunning):
                hand_over(request_scheduled_run(name, tasks.asked_at(self)).pk)


@shared_task(queue="now", **tasks.AGAIN)
def refresh_neighbours(product_ids: list[int] | None = None) -> None:
    """Bring lists up to date with changed products; begin a full build when they are many."""
    if freshness.refresh_neighbours(product_ids):
        try:
            hand_over(request_run(freshness.NAME, requested_by="catalogue").pk)
        except AlreadyRunning:
            refresh_neighbours.apply_async(countdown=AGAIN_SECONDS)


@shared_task(queue="now", **tasks.AGAIN)
def refresh_popularity(product_ids: list[int] | None = None) -> None:
    """Count the buyers of these products, or of all, anew."""
    popularity.refresh_popularity(product_ids=product_ids)


@shared_task(queue="batch", **tasks.AGAIN)
def refresh_segment_popularity() -> None:
    """Count the buyers in each segment anew."""
    popularity.refresh_segment_popularity()


@shared_task(queue="batch", **tasks.AGAIN)
def forget_events() -> None:
    """Delete events kept long enough."""
    events.forget_events()
