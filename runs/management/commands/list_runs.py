"""Show the runs there were, the newest first."""

from collections.abc import Iterable

from runs import kinds
from runs.management.base import JsonCommand, run_in_words, run_record
from runs.models import Run


class Command(JsonCommand):
    """List runs, the newest first."""

    def add_arguments(self, parser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--kind", choices=kinds.names(), help="only runs of this kind")

    def work(self, *, kind: str | None = None, **options) -> dict:
        runs = Run.objects.filter(kind=kind) if kind else Run.objects.all()
        return {"runs": [run_record(run) for run in runs]}

    def in_words(self, result: dict) -> Iterable[str]:
        return [run_in_words(run) for run in result["runs"]] or ["There are no runs yet."]
