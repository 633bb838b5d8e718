"""Refresh segments here and now, or hand it to a worker."""

from collections.abc import Iterable
from datetime import date
from functools import partial

from django.core.management.base import CommandError, CommandParser

from customers.services.segments.refreshing import refresh_segments, request_refresh
from runs.management.base import JsonCommand, a_day, a_number
from runs.messages import hand_over
from runs.models import Run


class Command(JsonCommand):
    """Find today's segments, name them, move customers, and publish if the gates let them."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--as-of", type=a_day, help="a day, as in 2026-06-30; the newest order's"
        )
        parser.add_argument(
            "--k",
            type=_count,
            help="how many segments, from now on; auto lets the customers decide again",
        )
        way = parser.add_mutually_exclusive_group()
        way.add_argument("--dry-run", action="store_true", help="decide, and write nothing")
        way.add_argument("--enqueue", action="store_true", help="let a worker do it")

    def work(self, *, as_of: date | None, k: int | None, dry_run: bool, enqueue: bool, **_) -> dict:
        refresh = partial(refresh_segments, dry_run=dry_run)
        run = (request_refresh if enqueue else refresh)(
            as_of=as_of, k=k, requested_by="command line"
        )
        if enqueue:
            hand_over(run.pk)
        if run.status == Run.Status.FAILED:
            raise CommandError(f"Run {run.pk} failed: {run.error}")
        return result(run)

    def in_words(self, result: dict) -> Iterable[str]:
        yield f"Run {result['run'] or '(dry run)'}: {result['status']}"
        for segment in result["segments"]:
            yield (
                f"{segment['customers']:>9,}  {segment['share']:>6.1%} of customers  "
                f"{segment['revenue_share']:>6.1%} of revenue  {segment['name']}"
            )
        if result["moved"] is not None:
            yield f"{result['moved']:,} customers {'move' if result['run'] else 'would move'}."
        yield from (
            f"{flow['customers']:>9,}  {flow['from'] or '(none)'} → {flow['to'] or '(none)'}:"
            f" {flow['cause']}"
            for flow in result["metrics"].get("moves", [])
        )
        yield from (reason["text"] for reason in result["reasons"])


def result(run: Run) -> dict:
    """Return what `--json` prints of a refresh."""
    shown = ("method", "customers", "k", "segments", "moved")
    metrics = dict(run.metrics)
    found = {name: metrics.pop(name, None) for name in shown}
    return {
        "run": run.pk,
        "status": run.status,
        "method": found["method"],
        "as_of": run.as_of,
        "customers": found["customers"],
        "k": found["k"],
        "segments": found["segments"] or [],
        "metrics": metrics,
        "moved": found["moved"],
        "reasons": run.reasons,
        "seconds": run.seconds,
    }


def _count(text: str) -> int:
    """Read how many segments there are to be; 0 stands for any."""
    return 0 if text == "auto" else a_number(2, 12)(text)
