"""How one file writes dates and decimals, decided over the whole file and only when it matters."""

from collections.abc import Callable, Iterable, Iterator
from datetime import tzinfo
from functools import cached_property

from runs.imports.checking import Cells, Column
from runs.parsing import date_order, decimal_sign


class FileForms:
    """Forms decided by the cells that can be read in one way only.

    Cells of both kinds decide nothing: then every cell that needs the decision is rejected.
    """

    def __init__(
        self,
        zone: tzinfo,
        columns: dict[str, Column],
        batches: Callable[[], Iterator[dict[str, Cells]]],
        dates: str | None = None,
        decimal: str | None = None,
    ):
        self.zone = zone
        self._given_dates, self._given_decimal = dates, decimal
        self._columns, self._batches = columns, batches

    @cached_property
    def dates(self) -> str | None:
        """Day or month first."""
        return self._given_dates or self._seen["date"]

    @cached_property
    def decimal(self) -> str | None:
        """The sign that parts decimals; a point where no cell tells."""
        return self._given_decimal or self._seen["number"]

    @cached_property
    def _seen(self) -> dict[str, str | None]:
        dates: set[str | None] = set()
        signs: set[str | None] = set()
        for columns in self._batches():
            for name, cells in columns.items():
                if self._columns[name].date:
                    dates.update(map(date_order, _different(cells)))
                elif self._columns[name].number:
                    signs.update(map(decimal_sign, _different(cells)))
        return {
            "date": _only(dates & {"dmy", "mdy"}),
            "number": _only(signs & {".", ","}) if signs & {".", ","} else ".",
        }


def _different(cells: Cells) -> Iterable[str]:
    return set(filter(None, cells))


def _only(found: set[str]) -> str | None:
    return next(iter(found)) if len(found) == 1 else None
