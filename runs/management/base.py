"""What every command of segrec does alike: its exit codes, and `--json`."""

import json
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterable
from datetime import date

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import InterfaceError, OperationalError

from runs.models import Run
from runs.parsing import BadCell, check_year
from runs.services import RunError


def a_day(text: str) -> date:
    """Read an option's day."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no date; write it as 2026-06-30") from None
    try:
        check_year(day)
    except BadCell as problem:
        raise ArgumentTypeError(f"{text!r} {problem}") from None
    return day


def a_number(least: int, most: int) -> Callable[[str], int]:
    """Make a reader of an option's whole number."""

    def read(text: str) -> int:
        if text.isdecimal() and least <= int(text) <= most:
            return int(text)
        raise ArgumentTypeError(f"{text!r} is no number from {least:,} to {most:,}")

    return read


class JsonCommand(BaseCommand):
    """A command that returns one result, written in words or as JSON.

    `work` does it; what cannot be done is raised as a CommandError of one sentence, exit code 1.
    A command's docstring is its help.
    """

    @property
    def help(self) -> str:
        return self.__doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json",
            action="store_true",
            dest="as_json",
            help="print one JSON object as the last line of standard output",
        )

    def handle(self, *args, as_json: bool, **options) -> None:
        try:
            result = self.work(**options)
        except (RunError, ImproperlyConfigured) as problem:
            raise CommandError(str(problem)) from problem
        except (OperationalError, InterfaceError) as problem:
            raise CommandError(f"The database does not answer: {problem}") from problem
        if as_json:
            self.stdout.write(json.dumps(result, cls=DjangoJSONEncoder, ensure_ascii=False))
        else:
            self.stdout.writelines(f"{line}\n" for line in self.in_words(result))

    def work(self, **options) -> dict:
        """Do it; return what `--json` prints."""
        raise NotImplementedError

    def in_words(self, result: dict) -> Iterable[str]:
        """Return the lines for a reader."""
        raise NotImplementedError


class RunCommand(JsonCommand):
    """A decision about one run."""

    decide: Callable[[Run], Run]

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "run", type=a_number(1, 2**63 - 1), help="its number, as list_runs shows it"
        )

    def work(self, *, run: int, **options) -> dict:
        found = Run.objects.filter(pk=run).first()
        if found is None:
            raise CommandError(f"There is no run {run}.")
        return run_record(self.decide(found))

    def in_words(self, result: dict) -> Iterable[str]:
        return [run_in_words(result)]


def run_record(run: Run) -> dict:
    """Return what commands print of a run."""
    return {
        "run": run.pk,
        "kind": run.kind,
        "status": run.status,
        "as_of": run.as_of,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "published_at": run.published_at,
        "seconds": run.seconds,
        "progress": run.progress,
        "step": run.step,
        "metrics": run.metrics,
        "reasons": run.reasons,
        "error": run.error,
    }


def run_in_words(record: dict) -> str:
    """Return a run's record as one line."""
    why = record["error"] or "; ".join(reason["text"] for reason in record["reasons"])
    made = record["created_at"].strftime("%Y-%m-%d %H:%M")
    line = f"{record['run']:>6}  {record['kind']:<16}{record['status']:<12}{made}  {why}"
    return line.rstrip()
