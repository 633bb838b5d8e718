"""What importers get from a file or a caller: blocks of good rows, and a turn to write them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import DataError, OperationalError, transaction
from psycopg.errors import LockNotAvailable

from runs import queries
from runs.copying import execute
from runs.files import FileRefused
from runs.imports.checking import ABSENT, Checked, RowProblem

Rule = Callable[[Checked], list[RowProblem]]


@dataclass
class Block:
    """Some good rows: their lines in the file, values by column, and other columns by row.

    Of rejected rows it has the cells, for what may be told from them.
    """

    lines: list[int]
    values: dict[str, list]
    others: list[dict[str, str | None]]
    rejected: list[dict[str, str | None]] = field(default_factory=list)

    def rows(self) -> list[dict[str, Any]]:
        """Return the values row by row; what a row does not have is not in it."""
        return _row_dicts(self.values)


class ImportUnderWay(OperationalError):
    """Somebody else writes for longer than one waits; it may be tried again."""


@contextmanager
def one_at_a_time(patience: int = 0) -> Iterator[None]:
    """Hold a transaction that waits for any other import's, for so many seconds if given."""
    try:
        with transaction.atomic():
            execute(f"SET LOCAL lock_timeout = '{patience}s'")
            queries.transaction_lock(queries.IMPORT_LOCK)
            yield
    except DataError as problem:
        raise FileRefused(
            f"The database refused a value: {str(problem).splitlines()[0]}."
        ) from None
    except OperationalError as problem:
        if not isinstance(problem.__cause__, LockNotAvailable):
            raise
        raise ImportUnderWay(
            "An import or a publication is being written just now; try again soon."
        ) from None


def _row_dicts(columns: dict[str, list]) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in zip(columns, row, strict=True) if value is not ABSENT}
        for row in zip(*columns.values(), strict=True)
    ]


def attribute_rows(columns: dict[str, list], count: int) -> list[dict[str, str | None]]:
    """Return other columns row by row; an empty one is None."""
    if not columns:
        return [{}] * count
    return [{name: text or None for name, text in row.items()} for row in _row_dicts(columns)]
