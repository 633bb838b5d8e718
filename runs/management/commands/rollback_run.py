"""Let readers see again what was published before."""

from collections.abc import Iterable

from runs import kinds, services
from runs.management.base import JsonCommand, run_in_words, run_record


class Command(JsonCommand):
    """Publish again the run of this kind that was published before."""

    def add_arguments(self, parser) -> None:
        super().add_arguments(parser)
        parser.add_argument("kind", choices=kinds.names())

    def work(self, *, kind: str, **options) -> dict:
        return run_record(services.roll_back(kind))

    def in_words(self, result: dict) -> Iterable[str]:
        return [run_in_words(result)]
