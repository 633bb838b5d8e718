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
    """Count buyers, then refresh these kinds one after the other, to the end.

    As of a day asked for, nothing is begun while one of them is under way.
    """
    if as_of and (run := active_runs().filter(kind__in=kinds).first()):
        raise AlreadyRunning(f"A refresh of {run.kind} is already under way.")
    refreshed = []
    for kind in kinds:
        run = request_refresh(kind, as_of=as_of, requested_by=requested_by)
        if not refreshed:
            refresh_popularity(data_clock(as_of) if as_of else None)
        refreshed.append(work_on(run, to_the_end=True))
    return refreshed
