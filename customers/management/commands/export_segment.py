"""Write a segment's customers as a file."""

import getpass
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.core.management import CommandError, CommandParser

from customers.exports import FORMATS
from customers.queries.audiences import sizes_of
from customers.services.exports import (
    UnknownSegment,
    begin_export,
    find_segment,
    left_out,
    segment_source,
)
from runs.management.base import JsonCommand
from runs.wording import many


class Command(JsonCommand):
    """Write a segment's customers as CSV: only who agreed to marketing, unless --all.

    The lines go to standard output, or to --output; with --json the summary follows as the last
    line. Who was erased or opted out of profiling is never in it. Every export is recorded.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("key", help="of the segment, as the API and its page show it")
        parser.add_argument("--format", choices=FORMATS, required=True, help="whose columns")
        parser.add_argument(
            "--all", action="store_true", help="also who did not agree to marketing"
        )
        parser.add_argument("--output", type=Path, help="the file to write; standard output")

    def work(self, *, key: str, format: str, all: bool, output: Path | None, **_) -> dict:
        began = time.monotonic()
        if output is None and hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(encoding="utf-8")
        try:
            source = segment_source(find_segment(key))
        except UnknownSegment as problem:
            raise CommandError(str(problem)) from problem
        with self._opened(output) as write:
            record, lines = begin_export(
                source, format, everyone=all, requested_by=f"command line, {_account()}"
            )
            for text in lines:
                write(text)
        return {
            "export": record.pk,
            "segment": key,
            "format": format,
            "customers": record.customers,
            "left_out": left_out(sizes_of(source.customers), record),
            "output": output and str(output),
            "seconds": round(time.monotonic() - began, 3),
        }

    def in_words(self, result: dict) -> Iterable[str]:
        """Say nothing on standard output, which may be the file."""
        why = ", ".join(
            f"{count:,} {reason.replace('_', ' ')}"
            for reason, count in result["left_out"].items()
            if count
        )
        said = f"{many(result['customers'], 'customer')} written" + (
            f"; left out: {why}." if why else "."
        )
        self.stderr.write(said, self.style.SUCCESS)
        return []

    @contextmanager
    def _opened(self, output: Path | None) -> Iterator[Callable[[str], object]]:
        """Give a way to write; a file is written aside and put in place when it is whole."""
        if output is None:
            yield self._print
            return
        aside = output.with_name(f".{output.name}.{os.getpid()}")
        try:
            with open(aside, "w", encoding="utf-8", newline="", opener=_for_owner) as file:
                yield file.write
            aside.replace(output)
        except OSError as problem:
            raise CommandError(f"{output} cannot be written: {problem.strerror}.") from problem
        finally:
            aside.unlink(missing_ok=True)

    def _print(self, text: str) -> None:
        try:
            self.stdout.write(text, ending="")
        except BrokenPipeError:
            sys.stdout = None  # nothing more is written to it, at the end neither
            raise CommandError("The reader went away before the end.") from None


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _account() -> str:
    with suppress(OSError, KeyError):
        return getpass.getuser()
    return "unknown"
