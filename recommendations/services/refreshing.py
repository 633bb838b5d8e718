"""Refreshing kinds of recommendations in this process, beside whoever works on them too."""

from collections.abc import Sequence
from datetime import date

from customers.queries.clock import data_clock
from recommendations.services.popularity import refresh_popularity
from runs.models import Run
from runs.queries import active_runs
from runs.services import AlreadyRunning, request_run, work_on


def request_refresh(kind: str, *, as_of: date | None = None, requested_by: str = "") -> Run:
    """Record a run of this kind, or return the one under way when nothing else was asked for."""
    try:
        clock = data_clock(as_of) if as_of else None
        return request_run(kind, as_of=clock, requested_by=requested_by)
    except AlreadyRunning:
        if as_of:
            raise
        return active_runs().get(kind=kind)


def refresh_recommendations(
    kinds: Sequence[str], *, as_of: date | None = None, requested_by: str = ""
) -> list[Run]:
    """Count buyers, then refresh these kinds one after the other, to the end."""
    refresh_popularity(data_clock(as_of) if as_of else None)
    return [
        work_on(request_refresh(kind, as_of=as_of, requested_by=requested_by), to_the_end=True)
        for kind in kinds
    ]
