"""A chart: its finding in words, and the table it is drawn from, in the browser or not at all."""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString

from runs.cells import NOTHING, money, number, share


@dataclass(frozen=True)
class Column:
    """A column of the table: its name, what its values are, and whether the chart draws them.

    Kinds are text, number, money, share (of 0 to 1), change (a share with its sign), and times
    (how many times as much).
    """

    name: str
    kind: str = "text"
    drawn: bool = False

    @property
    def is_number(self) -> bool:
        """Whether values stand to the right."""
        return self.kind != "text"


@dataclass(frozen=True)
class Cell:
    """A value, how it is shown, and where it leads."""

    value: Any
    text: str | SafeString = ""
    href: str = ""
    column: Column = Column("")

    @property
    def plain(self) -> str:
        """Return the value as machines read it."""
        if self.value is None:
            return ""
        if isinstance(self.value, Decimal | float):
            return f"{self.value:.6f}".rstrip("0").rstrip(".")
        return str(self.value)


@dataclass(frozen=True)
class Row:
    """A row of cells, in the colour of what it is about; `is_rest` where it folds many into one."""

    cells: list[Cell]
    colour: str = ""
    is_rest: bool = False


@dataclass(frozen=True)
class Chart:
    """A finding, and the table behind it; `missing` says why there is nothing to draw."""

    key: str
    kind: str
    title: str
    finding: str
    note: str = ""
    columns: list[Column] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    missing: str = ""
    currency: str = ""
    options: dict[str, str] = field(default_factory=dict)

    @property
    def caption(self) -> str:
        """Return what stands above it: the finding, or why there is none."""
        return self.missing or self.finding

    @property
    def is_drawn(self) -> bool:
        """Whether any row has a number to draw; the table alone is shown where none has."""
        return any(
            cell.column.drawn and cell.column.is_number and cell.value is not None
            for row in self.rows
            for cell in row.cells
        )

    @property
    def names(self) -> list[str]:
        """Return the names of the columns."""
        return [column.name for column in self.columns]

    def without_links_to(self, places: tuple[str, ...]) -> "Chart":
        """Leave out links to pages below these, which the reader may not see."""
        return replace(
            self,
            rows=[
                replace(
                    row,
                    cells=[
                        replace(cell, href="" if cell.href.startswith(places) else cell.href)
                        for cell in row.cells
                    ],
                )
                for row in self.rows
            ],
        )


def table(columns: list[Column], rows: list[dict], currency: str = "") -> list[Row]:
    """Write values by column's name into rows.

    A value may come with where it leads, or with other words for it, as (value, href) or
    (value, href, text); the keys "colour" and "is_rest" are the row's.
    """
    return [
        Row(
            [_cell(column, row.get(column.name), currency) for column in columns],
            row.get("colour", ""),
            row.get("is_rest", False),
        )
        for row in rows
    ]


def _cell(column: Column, given: Any, currency: str) -> Cell:
    value, href, text = (*given, "", "")[:3] if isinstance(given, tuple) else (given, "", "")
    return Cell(value, text or written(column.kind, value, currency), href, column)


def written(kind: str, value: Any, currency: str = "") -> str:
    """Write a value of this kind."""
    if value is None:
        return NOTHING
    if kind == "money":
        return whole_money(value, currency)
    if kind == "change":
        return change(value)
    writers = {"share": share, "number": number, "times": lambda ratio: f"{ratio:.1f}\u00a0×"}
    return writers.get(kind, str)(value)


def whole_money(amount: Decimal | float, currency: str) -> str:
    """Write an amount; of a thousand or more, without its pence."""
    return money(amount, currency, 0 if abs(amount) >= 1000 else 2)


def change(ratio: float) -> str:
    """Write by which share something rose or fell, with its sign."""
    return ("+" if ratio > 0 else "") + share(ratio)


def growth(now: Decimal | float, before: Decimal | float | None) -> float | None:
    """Return by which share something rose or fell; None where nothing was before."""
    return float(now / before) - 1 if before and before > 0 else None


def part(of: Decimal | float, whole: Decimal | float) -> float | None:
    """Return which share one is of the other; None of nothing."""
    return float(of / whole) if whole else None
