"""What became of a file's rows: counts, reasons, and the rejected rows themselves."""

import csv
import os
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from runs.files import FileRefused
from runs.imports.formats import printable
from runs.models import Import

COUNTS = ("created", "updated", "unchanged", "skipped", "rejected")


@dataclass
class Summary:
    """Counts in rows of the file; `warnings` names why rows were skipped or are doubtful.

    `notes` are lines for whoever watches: how the file was read, the first rejected rows.
    `names_erased` says that somebody is in it who was erased, so that it is not kept.
    """

    format: str | None = None
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    rejected: int = 0
    warnings: Counter = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    names_erased: bool = False
    began: float = field(default_factory=time.monotonic)
    seconds: float = 0.0

    @property
    def read(self) -> int:
        """All rows of the file."""
        return sum(getattr(self, name) for name in COUNTS)

    def skip(self, reason: str, rows: int = 1) -> None:
        """Count rows that were understood and kept out on purpose."""
        if rows:
            self.skipped += rows
            self.warnings[f"skipped: {reason}"] += rows

    def warn(self, reason: str, rows: int = 1) -> None:
        """Count rows, or things, that were taken but look wrong."""
        if rows:
            self.warnings[reason] += rows

    def finish(self) -> None:
        """Note how long it took."""
        self.seconds = round(time.monotonic() - self.began, 3)

    def note_in(self, record: Import) -> None:
        """Write the counts into an import's record."""
        record.format, record.rows_read = self.format or "", self.read
        record.warnings = dict(self.warnings)
        for name in COUNTS:
            setattr(record, name, getattr(self, name))

    def as_json(self) -> dict:
        """Return what a command prints."""
        return {
            "format": self.format,
            "read": self.read,
            **{name: getattr(self, name) for name in COUNTS},
            "warnings": dict(sorted(self.warnings.items())),
            "seconds": self.seconds,
        }


class Rejects:
    """The rejected rows as CSV; no file is made where there are none."""

    FIRST_SHOWN = 10

    def __init__(self, path: Path | None, beside: Path):
        if path and not _may_be_written(path, beside):
            raise FileRefused(f"Rejected rows cannot be written to {path}.")
        self.first: list[str] = []
        self._path = path
        self._file: TextIO | None = None

    def add(self, line: int, column: str, value: str, reason: str, row: str) -> None:
        """Write one rejected row."""
        if len(self.first) < self.FIRST_SHOWN:
            name, shown = printable(column), repr(value[:60]) if value else ""
            self.first.append(" ".join(filter(None, (f"line {line}:", name, shown, reason))))
        if self._path:
            if not self._file:
                self._begin()
            texts = map(_harmless, (column, value[:1000], reason, row[:10_000]))
            self._writer.writerow([line, *texts])

    def close(self) -> None:
        """Finish the file; what an earlier import listed there is not of this one."""
        if self._path and not self._file and self._path.exists():
            self._begin()
        if self._file:
            self._file.close()

    def _begin(self) -> None:
        self._file = self._path.open("w", encoding="utf-8", errors="replace", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(["line", "column", "value", "reason", "row"])


def _may_be_written(path: Path, beside: Path) -> bool:
    """Say whether a path is that of a file, or of one to be made, and not the imported one's."""
    if not path.exists():
        return os.access(path.parent, os.W_OK)
    return path.is_file() and not path.samefile(beside) and os.access(path, os.W_OK)


def _harmless(text: str) -> str:
    """Keep a spreadsheet from taking a cell for a formula."""
    looks_active = text[:1] in ("=", "+", "@", "\t", "\r") or (
        text[:1] == "-" and not text[1:].replace(".", "", 1).isdigit()
    )
    return f"'{text}" if looks_active else text
