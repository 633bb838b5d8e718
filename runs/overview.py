"""How each kind of result stands: what readers see, what is under way, what needs a person."""

from dataclasses import dataclass

from runs import kinds, queries
from runs.models import Run

TITLES = {
    "segments": "Segments",
    "similar": "Similar products",
    "bought-together": "Bought together",
    "personal": "Personal recommendations",
}


ASKED_BY = {
    "schedule": "the schedule",
    "catalogue": "changes of products",
    "command line": "a command",
}


@dataclass(frozen=True)
class KindState:
    """One kind: the run readers see, the one under way, one that waits for a decision, trouble."""

    kind: str
    published: Run | None = None
    active: Run | None = None
    held: Run | None = None
    trouble: Run | None = None

    @property
    def title(self) -> str:
        """What staff call this kind."""
        return title(self.kind)


def title(kind: str) -> str:
    """Return what staff call a kind."""
    return TITLES.get(kind, kind.replace("-", " ").capitalize())


def asked_by(run: Run) -> str:
    """Return in words who or what asked for a run; nothing where that was not noted."""
    return ASKED_BY.get(run.requested_by, run.requested_by)


def kind_states() -> list[KindState]:
    """Return how every registered kind stands."""
    seen = list(queries.runs_in_sight())
    return [_state(kind, [run for run in seen if run.kind == kind]) for kind in kinds.names()]


def _state(kind: str, runs: list[Run]) -> KindState:
    status = Run.Status
    by_status = {run.status: run for run in sorted(runs, key=lambda run: run.pk)}
    newest = max(runs, key=lambda run: run.pk, default=None)
    ended_badly = newest and newest.status in (status.FAILED, status.REFUSED)
    return KindState(
        kind,
        published=by_status.get(status.PUBLISHED),
        active=by_status.get(status.RUNNING) or by_status.get(status.WAITING),
        held=by_status.get(status.HELD),
        trouble=newest if ended_badly else None,
    )
