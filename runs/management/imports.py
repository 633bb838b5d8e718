"""What the commands that import files do alike."""

from argparse import ArgumentTypeError
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from django.core.management.base import CommandError, CommandParser

from runs.files import FileRefused
from runs.imports import Options, Unrecognised, importers
from runs.management.base import JsonCommand
from runs.management.progress import Progress


class ImportCommand(JsonCommand):
    """A command that imports one kind of file."""

    kind: str

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        importer = importers.get(self.kind)
        self.formats = importer.formats()
        parser.add_argument("file", type=Path, help="CSV, TSV, NDJSON or Parquet; may be .gz")
        names = ["auto", *dict.fromkeys(form.name for form in self.formats)]
        parser.add_argument(
            "--format", choices=names, default="auto", help="told by the header unless given"
        )
        parser.add_argument(
            "--map",
            type=self._mapping,
            action="append",
            default=[],
            metavar="NAME=COLUMN",
            help="read our column NAME from the file's COLUMN; COLUMN+COLUMN joins two,"
            " nothing after the sign leaves NAME out",
        )
        parser.add_argument(
            "--dates",
            choices=["dmy", "mdy", "iso"],
            help="whether day or month comes first; told by the file unless given",
        )
        parser.add_argument("--dry-run", action="store_true", help="read all, write nothing")
        parser.add_argument(
            "--rejects", type=Path, metavar="FILE", help="write the rejected rows to this CSV"
        )
        parser.add_argument(
            "--max-reject-share",
            type=_share,
            default=0.5,
            metavar="SHARE",
            help="refuse the file when more of its rows are rejected (0.5)",
        )
        if importer.can_be_complete:
            parser.add_argument(
                "--complete", action="store_true", help="take off sale what the file lacks"
            )

    def work(self, *, file: Path, **options) -> dict:
        progress = Progress(f"{file.name[:20]}")
        chosen = Options(
            format=options["format"],
            mapping=dict(options["map"]),
            dates=options["dates"],
            complete=options.get("complete", False),
            dry_run=options["dry_run"],
            rejects=options["rejects"],
            max_reject_share=options["max_reject_share"],
            progress=progress,
        )
        try:
            summary = importers.get(self.kind).read(file, chosen)
        except Unrecognised as problem:
            text = str(problem).removesuffix(".")
            example = (
                f"{problem.lacking[0].split()[0]}=COLUMN" if problem.lacking else "NAME=COLUMN"
            )
            raise CommandError(f"{text}; name them by --map, as in --map {example}.") from problem
        except (FileRefused, OSError) as problem:
            raise CommandError(str(problem)) from problem
        for line in summary.notes:
            self.stderr.write(line)
        return summary.as_json()

    def in_words(self, result: dict) -> Iterable[str]:
        yield f"{result['read']:,} rows read as {result['format']} in {result['seconds']:.1f} s:"
        for name in ("created", "updated", "unchanged", "skipped", "rejected"):
            yield f"{result[name]:>12,} {name}"
        for reason, rows in result["warnings"].items():
            yield f"{rows:>12,} {reason}"

    def _mapping(self, text: str) -> tuple[str, tuple[str, ...]]:
        name, _, source = text.partition("=")
        name = name.strip()
        keeps_all = any(form.keeps_other_columns for form in self.formats)
        if "=" not in text or not name:
            raise ArgumentTypeError(f"{text!r} is not of the form name=Column")
        columns = importers.get(self.kind).columns
        if name not in columns and not keeps_all:
            raise ArgumentTypeError(f"{name!r} is none of {', '.join(columns)}")
        return name, tuple(part.strip() for part in source.split("+") if part.strip())


def _share(text: str) -> float:
    with suppress(ValueError):
        if 0 <= (share := float(text)) <= 1:
            return share
    raise ArgumentTypeError(f"{text!r} is no share from 0 to 1")
