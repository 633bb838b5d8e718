"""A file as a table: a header and a stream of batches of columns."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from runs.files.opening import FileFacts, FileRefused

BATCH_ROWS = 5_000
BATCH_CHARACTERS = 4_000_000


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be read into cells."""

    line: int
    reason: str
    text: str


@dataclass
class Batch:
    """Some rows, column by column in the header's order; None where a row lacks the field.

    `share` is how much of the file has been read with it, from 0 to 1.
    """

    lines: list[int]
    columns: list[Sequence[str | None]]
    share: float
    bad: list[BadRow] = field(default_factory=list)
    repeated_headers: int = 0

    def row(self, place: int) -> list[str]:
        """Return the cells of one row."""
        return [column[place] or "" for column in self.columns]


@dataclass(frozen=True)
class Table:
    """A file's header and how to read its rows, as often as wanted."""

    facts: FileFacts
    header: list[str]
    batches: Callable[[], Iterator[Batch]]
    written: str
    typed: bool = False


class NoHeader(FileRefused):
    """No early row names the needed columns; `table` takes the likeliest row for the header."""

    def __init__(self, table: Table):
        super().__init__(f"{table.facts.path.name} has no row that names the needed columns.")
        self.table = table


def open_table(facts: FileFacts, count_known: Callable[[list[str]], int]) -> Table:
    """Find out how a file is written and which row names its columns.

    `count_known` says how many of some names are known columns, 0 when one that is needed is
    missing: the header is the early row with most of them, and the delimiter the sign that parts
    it so. Raises NoHeader when there is no such row.
    """
    from runs.files import delimited, ndjson, parquet

    readers = {"delimited": delimited, "ndjson": ndjson, "parquet": parquet}
    return readers[facts.kind].read_table(facts, count_known)


def check_width(facts: FileFacts, header: list[str], most: int) -> None:
    """Refuse a table of too many columns."""
    if len(header) > most:
        raise FileRefused(f"{facts.path.name} has {len(header):,} columns; {most} is the most.")
