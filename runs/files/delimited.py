"""CSV and TSV: found delimiter and header, rows that recover after a quote never closed."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from django.conf import settings

from runs.files.opening import FileFacts, open_text
from runs.files.tables import (
    BATCH_CHARACTERS,
    BATCH_ROWS,
    BadRow,
    Batch,
    NoHeader,
    Table,
    check_width,
)

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
HEADER_WITHIN = 50


@dataclass(frozen=True)
class Header:
    """The row that names the columns, the line it stands on, and what parts its cells."""

    cells: list[str]
    line: int
    delimiter: str


def read_table(facts: FileFacts, count_known: Callable[[list[str]], int]) -> Table:
    """Find delimiter and header among the first rows."""
    found, most, guesses = None, 0, []
    for delimiter in DELIMITERS:
        headers = _beginning(facts, delimiter)
        for header in headers:
            known = count_known(header.cells)
            if known > most:
                found, most = header, known
        guesses += likely_header(headers)
    if not found:
        guesses.sort(key=lambda guess: guess[0])
        raise NoHeader(_table(facts, guesses[-1][1] if guesses else Header([], 1, ",")))
    return _table(facts, found)


def likely_header(rows: list[Header]) -> list[tuple[tuple[int, int], Header]]:
    """Return the row most like a header, with how much so; none when there are no rows.

    It is the first of those with most cells that are not empty; the more rows have as many cells
    as it, the likelier that they are parted right.
    """
    if not rows:
        return []
    header = max(rows, key=lambda row: sum(map(bool, row.cells)))
    width = len(header.cells)
    alike = sum(len(row.cells) == width for row in rows)
    return [((alike if width > 1 else 0, width), header)]


def _beginning(facts: FileFacts, delimiter: str) -> list[Header]:
    found = []
    with open_text(facts) as text:
        rows = Rows(text, delimiter)
        for line, cells in islice(rows, HEADER_WITHIN):
            found.append(Header(cells, line, delimiter))
            if rows.characters > BATCH_CHARACTERS:
                break
    return found


def _table(facts: FileFacts, found: Header) -> Table:
    header = [name.strip(" \t\r\n\xa0\ufeff") for name in found.cells]
    check_width(facts, header, settings.IMPORT_COLUMNS)

    def batches() -> Iterator[Batch]:
        with open_text(facts) as text:
            for batch in _batches(Rows(text, found.delimiter), found.line, found.cells):
                yield replace(batch, share=min(batch.share / facts.unpacked_size, 1.0))

    written = f"{facts.encoding.removesuffix('-sig')}, parted by {DELIMITERS[found.delimiter]}"
    if found.line > 1:
        written += f", header on line {found.line}"
    return Table(facts, header, batches, written)


class Rows:
    """The rows of a text with the line each begins on; bad rows are set aside in `bad`.

    A quote that is never closed swallows what follows, up to the next such quote: when a cell
    grows past the limit, the text ends inside it, or lines that look like rows are within it, its
    first line is given up and reading goes on at the second. `width` is that of the header, once
    it is known.
    """

    width = 0

    def __init__(self, text: io.TextIOBase, delimiter: str):
        self.characters = 0
        self.bad: list[BadRow] = []
        self._text = text
        self._delimiter = delimiter
        self._again: list[str] = []  # lines to be read once more, last first
        self._held: list[str] = []  # lines of the row being read
        self._line = 0
        self._ended = False

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        csv.field_size_limit(settings.IMPORT_CELL_CHARACTERS)
        held = self._held
        while not self._ended or self._again:
            self._ended = False
            try:
                for cells in csv.reader(
                    self._lines(), delimiter=self._delimiter, skipinitialspace=True
                ):
                    if self._ended:
                        self._give_up("has a quote that is never closed")
                        break
                    if self.width and len(held) > 1 and self._has_swallowed(cells):
                        self._give_up("has a quote that is never closed, or cells too many or few")
                        continue
                    line = self._line - len(held) + 1
                    held.clear()
                    yield line, cells
            except csv.Error:
                self._give_up("has a cell that is too large, or a quote never closed")

    def _lines(self) -> Iterator[str]:
        longest = 4 * settings.IMPORT_CELL_CHARACTERS
        readline, again, hold = self._text.readline, self._again, self._held.append
        while line := again.pop() if again else readline(longest):
            self._line += 1
            self.characters += len(line)
            hold(line)
            if len(line) == longest and line[-1] not in "\r\n":
                while (rest := readline(longest)) and rest[-1] not in "\r\n":
                    pass
                raise csv.Error
            yield line
        self._ended = True

    def _has_swallowed(self, cells: list[str]) -> bool:
        if len(cells) != self.width and (len(cells) < self.width or any(cells[self.width :])):
            return True
        first, *others = (line.count(self._delimiter) == self.width - 1 for line in self._held)
        return self.width > 3 and first and 2 * sum(others) > len(others)

    def _give_up(self, reason: str) -> None:
        self._line -= len(self._held) - 1
        first, *rest = self._held
        self._again.extend(reversed(rest))
        self._held.clear()
        self.bad.append(BadRow(self._line, reason, first[:1000].rstrip("\r\n")))


def _batches(rows: Rows, header_line: int, header: list[str]) -> Iterator[Batch]:
    width = len(header)
    stream = iter(rows)
    next(line for line, _ in stream if line == header_line)
    rows.bad.clear()
    rows.width = width
    lines, kept, repeated, characters = [], [], 0, BATCH_CHARACTERS
    for line, cells in stream:
        if len(cells) == width and cells[0] and cells != header:
            lines.append(line)
            kept.append(cells)
        elif cells == header:
            repeated += 1
        elif not any(map(str.strip, cells)):
            continue
        elif len(cells) == width or (len(cells) > width and not any(cells[width:])):
            lines.append(line)
            kept.append(cells[:width])
        else:
            reason = f"has {len(cells)} cells, the header {width}"
            rows.bad.append(BadRow(line, reason, join(cells)))
        if len(lines) == BATCH_ROWS or rows.characters > characters:
            yield Batch(lines, _columns(kept, width), rows.characters, rows.bad, repeated)
            characters = rows.characters + BATCH_CHARACTERS
            lines, kept, repeated, rows.bad = [], [], 0, []
    yield Batch(lines, _columns(kept, width), rows.characters, rows.bad, repeated)


def _columns(rows: list[list[str]], width: int) -> list[Sequence[str]]:
    return list(zip(*rows, strict=True)) or [()] * width


def join(cells: list[str]) -> str:
    """Write cells as one line of CSV."""
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow(cells)
    return written.getvalue()
