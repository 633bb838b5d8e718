"""The rows of a file, checked, for an importer."""

import csv
import gc
import io
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, islice
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from runs.files import Batch, FileRefused, inspect_file
from runs.imports.blocks import Block, Rule, attribute_rows, one_at_a_time
from runs.imports.checking import (
    TEXT,
    Cells,
    Column,
    Readers,
    RowProblem,
    check,
    without,
)
from runs.imports.formats import (
    Doubtful,
    Format,
    Row,
    Skip,
    candidates,
    fold,
    open_recognised,
    printable,
)
from runs.imports.forms import FileForms
from runs.imports.summary import Rejects, Summary
from runs.models import Import
from runs.parsing import clean


@dataclass(frozen=True)
class Options:
    """What a caller may ask of an import; see docs/importing.md."""

    format: str = "auto"
    mapping: dict[str, tuple[str, ...]] = field(default_factory=dict)
    dates: str | None = None
    complete: bool = False
    dry_run: bool = False
    rejects: Path | None = None
    max_reject_share: float = 0.5
    record: Import | None = None
    progress: Callable[[float], None] = lambda share: None


DEFAULTS = Options()


@dataclass
class _Canonical:
    """Rows by canonical names, their lines in the file, and how to get at a row as it stood."""

    lines: list[int]
    source: Callable[[int], list[str]]
    columns: dict[str, Cells]
    others: dict[str, Cells]


class FileRows:
    """The rows of a file, checked as they are iterated; closes its list of rejects at the end."""

    def __init__(
        self,
        kind: str,
        path: str | Path,
        formats: tuple[Format, ...],
        columns: dict[str, Column],
        options: Options,
        rule: Rule | None = None,
    ):
        self.kind = kind
        self.columns = columns
        self.options = options
        self.summary = Summary()
        self.facts = inspect_file(path)
        self._rejects = Rejects(options.rejects, beside=self.facts.path)
        fitting = candidates(formats, options.format, options.mapping)
        self.table, self.format = open_recognised(self.facts, fitting)
        self.summary.format = self.format.name
        self.places = self.format.places(self.table.header)
        self._refuse_twins()
        self.forms = FileForms(
            settings.SHOP_ZONE,
            columns,
            lambda: (rows.columns for rows in self._canonical(count=False)),
            dates=options.dates,
            decimal="." if self.table.typed else None,
        )
        self._rule = rule
        self.good_rows = 0
        self.unreadable: list[str] = []  # rows that cannot be parted into cells, where it matters

    def __enter__(self) -> "FileRows":
        return self

    def __exit__(self, *problem: object) -> None:
        self._rejects.close()

    @property
    def given_columns(self) -> list[str]:
        """The columns that the file may give."""
        return [name for name in self.columns if self.format.adapt or name in self.places]

    @property
    def first_rejects(self) -> list[str]:
        """The first rejected rows, in words."""
        return self._rejects.first

    def blocks(self, for_copy: bool = False) -> Iterator[Block]:
        """Yield the good rows block by block; count and name the others."""
        by = Readers(self.columns, self.forms, for_copy)
        for rows in _without_collecting(self._canonical(count=True)):
            checked = check(rows.columns | rows.others, by)
            if self._rule:
                checked = without(checked, self._rule(checked))
            self.good_rows += len(checked.places)
            wrong = _first_of_rows(checked.problems)
            for place, problem in wrong.items():
                self._reject(rows.lines[place], problem, rows.source(place))
            yield Block(
                list(map(rows.lines.__getitem__, checked.places)),
                {name: checked.values[name] for name in rows.columns},
                attribute_rows(
                    {name: checked.values[name] for name in rows.others}, len(checked.places)
                ),
                [{name: cells[place] for name, cells in rows.columns.items()} for place in wrong],
            )

    @contextmanager
    def storing(self) -> Iterator[Summary]:
        """Hold the one transaction of the import, after any other's; a dry run leaves nothing."""
        summary = self.summary
        read = self.good_rows + summary.skipped + summary.rejected
        if summary.rejected > self.options.max_reject_share * read:
            raise FileRefused(
                f"{summary.rejected:,} of {read:,} rows are rejected, more than the share"
                f" of {self.options.max_reject_share:g} allowed; first {self.first_rejects[0]}."
            )
        with one_at_a_time():
            yield summary
            if self.options.dry_run:
                transaction.set_rollback(True)
            else:
                self._record()
        summary.notes = self._notes()
        summary.finish()
        self.options.progress(1.0)

    def _canonical(self, count: bool) -> Iterator[_Canonical]:
        batches = self._batches(count)
        if not self.format.adapt:
            yield from map(self._renamed, batches)
            return
        origins: deque[tuple[Batch, int]] = deque()
        adapted = self.format.adapt(self._rows(batches, origins))
        while block := list(islice(adapted, 5000)):
            here = [origins.popleft() for _ in block]
            kept = [(at, row) for at, row in zip(here, block, strict=True) if isinstance(row, dict)]
            for row in block:
                if count and isinstance(row, Skip):
                    self.summary.skip(row.reason)
                elif count and isinstance(row, Doubtful):
                    self.summary.warn(row.reason)
            yield self._regrouped([at for at, _ in kept], [row for _, row in kept])

    def _regrouped(self, origins: list[tuple[Batch, int]], rows: list[Row]) -> _Canonical:
        names = dict.fromkeys(name for row in rows for name in row)
        cells = {name: [row.get(name) for row in rows] for name in names}
        return _Canonical(
            [batch.lines[place] for batch, place in origins],
            lambda place: origins[place][0].row(origins[place][1]),
            {name: cells[name] for name in names if name in self.columns},
            {name: cells[name] for name in names if name not in self.columns},
        )

    def _batches(self, count: bool) -> Iterator[Batch]:
        for batch in self.table.batches():
            if count:
                for bad in batch.bad:
                    if self.options.complete:
                        self.unreadable.append(bad.text)
                    self.summary.rejected += 1
                    self._rejects.add(bad.line, "", "", bad.reason, bad.text)
                self.summary.skip("header repeated", batch.repeated_headers)
                self.options.progress(0.6 * batch.share)
            yield batch

    def _renamed(self, batch: Batch) -> _Canonical:
        columns = {
            name: _joined([batch.columns[place] for place in places], self.columns.get(name, TEXT))
            for name, places in self.places.items()
        }
        return _Canonical(
            batch.lines,
            batch.row,
            {name: cells for name, cells in columns.items() if name in self.columns},
            {name: cells for name, cells in columns.items() if name not in self.columns}
            | {self.table.header[place]: batch.columns[place] for place in self._other_places},
        )

    def _rows(self, batches: Iterator[Batch], origins: deque) -> Iterator[Row]:
        for batch in batches:
            renamed = self._renamed(batch)
            columns = renamed.columns | renamed.others
            origins.extend((batch, place) for place in range(len(batch.lines)))
            for cells in zip(*columns.values(), strict=True):
                yield {name: c for name, c in zip(columns, cells, strict=True) if c is not None}

    @cached_property
    def _other_places(self) -> list[int]:
        return self.format.others(self.table.header, self.columns)

    def _record(self) -> None:
        record = self.options.record or Import(
            kind=self.kind, file_name=self.facts.path.name[-255:]
        )
        record.sha256, record.file_size = self.facts.sha256, self.facts.size
        record.rejects_path = str(self.options.rejects or "") if self.summary.rejected else ""
        self.summary.note_in(record)
        record.status, record.finished_at, record.progress = Import.Status.DONE, timezone.now(), 1
        record.save()

    def _notes(self) -> list[str]:
        notes = [f"Read as {self.format.name}, {self.table.written}."]
        notes += [f"Rejected {line}" for line in self.first_rejects]
        if self.summary.rejected > len(self.first_rejects):
            notes.append(f"… and {self.summary.rejected - len(self.first_rejects):,} more.")
        return notes

    def _refuse_twins(self) -> None:
        """Refuse columns of one name; columns found by their name are one in any spelling."""
        header, named = self.table.header, chain.from_iterable(self.options.mapping.values())
        by_letter = {*named, *(header[place] for place in self._other_places)}
        folded = [fold(name) for name in header]
        for place in {*chain.from_iterable(self.places.values()), *self._other_places}:
            name = header[place]
            if (header.count(name) if name in by_letter else folded.count(fold(name))) > 1:
                raise FileRefused(f"The column {printable(name)} is there twice.")

    def _source_name(self, column: str) -> str:
        return "+".join(self.table.header[place] for place in self.places.get(column, [])) or column

    def _reject(self, line: int, problem: RowProblem, cells: list[str]) -> None:
        column = self._source_name(problem.column)
        row = io.StringIO()
        csv.writer(row, lineterminator="").writerow(cells)
        self.summary.rejected += 1
        self._rejects.add(line, column, problem.value, problem.reason, row.getvalue())


def _without_collecting(batches: Iterator[_Canonical]) -> Iterator[_Canonical]:
    """Pass batches on with garbage collection off: nothing here makes cycles."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield from batches
    finally:
        if was_on:
            gc.enable()


def _joined(columns: list[Cells], to: Column) -> Cells:
    if len(columns) == 1:
        return columns[0]
    rows = ([clean(cell or "") for cell in cells] for cells in zip(*columns, strict=True))
    return [to.joint.join(cells) if any(cells) else "" for cells in rows]


def _first_of_rows(problems: list[RowProblem]) -> dict[int, RowProblem]:
    first: dict[int, RowProblem] = {}
    for problem in problems:
        first.setdefault(problem.place, problem)
    return dict(sorted(first.items()))
