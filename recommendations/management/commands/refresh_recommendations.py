"""Refresh recommendations here and now, or hand it to a worker."""

from collections.abc import Iterable
from datetime import date

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from recommendations.services.refreshing import refresh_recommendations, request_refresh
from recommendations.tasks import KINDS
from runs import kinds
from runs.management.base import JsonCommand, a_day
from runs.messages import hand_over
from runs.models import Run


class Command(JsonCommand):
    """Build the lists of every kind, or of one, and publish what the gates let through."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--only", choices=KINDS, help="this kind alone")
        parser.add_argument(
            "--as-of", type=a_day, help="a day, as in 2026-06-30; the newest order's"
        )
        parser.add_argument("--enqueue", action="store_true", help="let a worker do it")

    def work(self, *, only: str | None, as_of: date | None, enqueue: bool, **_) -> dict:
        wanted = [name for name in kinds.names() if name in ([only] if only else KINDS)]
        asked = {"as_of": as_of, "requested_by": "command line"}
        if enqueue:
            with transaction.atomic():
                runs = [request_refresh(name, **asked) for name in wanted]
            for run in runs:
                hand_over(run.pk)
        else:
            runs = refresh_recommendations(wanted, **asked)
        for run in runs:
            if run.status == Run.Status.FAILED:
                raise CommandError(f"Run {run.pk} of {run.kind} failed: {run.error}")
        return {"runs": [record(run) for run in runs]}

    def in_words(self, result: dict) -> Iterable[str]:
        for run in result["runs"]:
            yield f"Run {run['run']} of {run['kind']}: {run['status']}"
            yield from (reason["text"] for reason in run["reasons"])


def record(run: Run) -> dict:
    """Return what `--json` prints of a run."""
    metrics = dict(run.metrics)
    return {
        "run": run.pk,
        "kind": run.kind,
        "status": run.status,
        "products": metrics.pop("products", None),
        "pairs": metrics.pop("pairs", None),
        "recall_at_20": metrics.pop("recall_at_20", None),
        "metrics": metrics,
        "reasons": run.reasons,
        "seconds": run.seconds,
    }
