"""Cells checked column by column; a row with a bad cell is set aside, by name."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Any

from runs.copying import NULL, copy_text
from runs.parsing import BadCell, FormedParser, Forms, Parser, is_text, paragraph

Cells = Sequence[str | None]
# The value of a field that a row does not have, where an empty one is a value.
ABSENT = object()
# Remembered cells of a column; more are forgotten, so memory stays flat.
MOST_REMEMBERED = 50_000


@dataclass(frozen=True)
class Column:
    """How a column is read: by `text`, or by `number` or `date` in the file's forms."""

    text: Parser | None = None
    number: FormedParser | None = None
    date: FormedParser | None = None
    needed: bool = False

    @property
    def joint(self) -> str:
        """What joins several cells to one of this column: a blank parts day and time of day."""
        return " " if self.date else "-"

    def parser(self, forms: Forms) -> Parser:
        """Return how to read one cell."""
        if self.text:
            return self.text
        formed = self.number or self.date
        return lambda cell: formed(cell, forms)


TEXT = Column(text=paragraph)


@dataclass(frozen=True)
class RowProblem:
    """Why one row is not taken."""

    place: int
    column: str
    value: str
    reason: str


@dataclass
class Checked:
    """Rows whose every cell is good: values by column, and where each row stood in its batch."""

    places: list[int]
    values: dict[str, list]
    problems: list[RowProblem] = field(default_factory=list)


class Reader(dict):
    """Reads cells of one column, each different one once; a cell that is None is `absent`."""

    def __init__(self, parse: Parser, needed: bool, write: Callable[[Any], Any], absent: Any):
        super().__init__()
        self.bad: dict[str | None, str] = {}
        self._parse, self._needed, self._write, self._absent = parse, needed, write, absent

    def __missing__(self, cell: str | None) -> Any:
        written = self._absent
        try:
            value = None if cell is None else self._parse(cell)
            if self._needed and value in (None, ""):
                raise BadCell("is missing")
            if cell is not None:
                written = self._write(value)
        except BadCell as problem:
            self.bad[cell] = str(problem)
        self[cell] = written
        return written

    def read(self, cells: Cells) -> list:
        """Return the cells' values; those of bad cells mean nothing."""
        if len(self) > MOST_REMEMBERED:
            self.clear()
            self.bad.clear()
        return list(map(self.__getitem__, cells))

    def bad_places(self, cells: Cells) -> Iterable[int]:
        """Return where bad cells stand."""
        if not self.bad or self.bad.keys().isdisjoint(cells):
            return ()
        return [place for place, cell in enumerate(cells) if cell in self.bad]


class Readers(dict):
    """A reader for each column, made when first asked for; unknown columns are text.

    Values come out as they are, or as COPY reads them.
    """

    def __init__(self, columns: dict[str, Column], forms: Forms, for_copy: bool):
        super().__init__()
        self._columns, self._forms = columns, forms
        self._written = (copy_text, NULL) if for_copy else (_plain, ABSENT)

    def __missing__(self, name: str) -> Reader:
        column = self._columns.get(name, TEXT if is_text(name) else Column(text=_unnamed))
        self[name] = Reader(column.parser(self._forms), column.needed, *self._written)
        return self[name]


def check(columns: dict[str, Cells], by: Readers) -> Checked:
    """Read all cells; of a row with bad cells all problems are named and its values left out."""
    count = len(next(iter(columns.values()), ()))
    values = {name: by[name].read(cells) for name, cells in columns.items()}
    problems = [
        RowProblem(place, name, cells[place] or "", by[name].bad[cells[place]])
        for name, cells in columns.items()
        for place in by[name].bad_places(cells)
    ]
    return without(Checked(list(range(count)), values), problems)


def without(checked: Checked, problems: list[RowProblem]) -> Checked:
    """Leave out the rows that have problems."""
    if not problems:
        return checked
    wrong = {problem.place for problem in problems}
    good = [place not in wrong for place in checked.places]
    return Checked(
        list(compress(checked.places, good)),
        {name: list(compress(cells, good)) for name, cells in checked.values.items()},
        checked.problems + problems,
    )


def _unnamed(cell: str) -> None:
    raise BadCell("has a name that is not text")


def _plain(value: Any) -> Any:
    return value
