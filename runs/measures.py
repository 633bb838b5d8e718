"""Figures and parameters of runs as staff read them: a name in words, a value with its unit."""

from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format

from runs.cells import NOTHING, number
from runs.figures import DAY, FIGURES, OF_ONE, POINTS, SHARE, VALUES
from runs.wording import percent

WORDS = ("text", "code", "changes")  # said in sentences, no figures
OUTCOMES = {
    "pass": ("passed", "good"),
    "warn": ("warns", "warn"),
    "hold": ("holds it", "warn"),
    "refuse": ("refuses it", "bad"),
}
# What comes first in tables; the rest follows by name, since the database keeps no order.
FIRST = ("key", "name", "code", "level", "value", "from", "to", "cause")


@dataclass(frozen=True)
class Table:
    """Figures that come in rows, as those of each segment."""

    title: str
    columns: list[str]
    rows: list[list[str]]

    @property
    def are_numbers(self) -> list[bool]:
        """Say of each column whether it holds numbers."""
        return [
            all(cell[-1:] in "0123456789%–" for cell in column) and {*column} != {NOTHING}
            for column in zip(*self.rows, strict=True)
        ]

    @property
    def heads(self) -> list[tuple[str, bool]]:
        """The columns' names, each with whether it holds numbers."""
        return list(zip(self.columns, self.are_numbers, strict=True))

    @property
    def cells(self) -> list[list[tuple[str, bool]]]:
        """The rows' cells, each with whether it is a number."""
        return [list(zip(row, self.are_numbers, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Check:
    """A gate: what was measured in a sentence, what is asked, how it came out."""

    code: str
    text: str
    asked: str
    level: str

    @property
    def outcome(self) -> str:
        """How it came out, in a word."""
        return OUTCOMES[self.level][0]

    @property
    def tone(self) -> str:
        """The tone of that word."""
        return OUTCOMES[self.level][1]


def checks(figures: dict) -> list[Check]:
    """Return the gates a run went through, those that hold or refuse it first."""
    gates = figures.get("gates") or []
    found = [
        Check(gate["code"], gate["text"], gate.get("asked", ""), gate["level"]) for gate in gates
    ]
    return sorted(found, key=lambda check: -list(OUTCOMES).index(check.level))


def readable(figures: dict, within: str = "") -> list[tuple[str, str]]:
    """Write each single figure as a name and a value, by name; inner ones carry both names.

    `within` is the kind of run, or the figure that holds these.
    """
    rows = []
    for name, value in figures.items():
        words, unit = _meant(name, within)
        if name in WORDS or _is_table(value):
            continue
        if isinstance(value, dict):
            rows += [
                (f"{words}: {inner[:1].lower()}{inner[1:]}", text)
                for inner, text in readable(value, name)
            ]
        else:
            rows.append((words, _written(value, unit)))
    return sorted(rows)


def tables(figures: dict) -> list[Table]:
    """Write the figures that come in rows, but gates and moves, which are told in words."""
    return [
        _table(name, rows)
        for name, rows in sorted(figures.items())
        if _is_table(rows) and name not in ("gates", "moves")
    ]


def _table(name: str, rows: list[dict]) -> Table:
    columns = sorted(rows[0], key=lambda column: (*(column != first for first in FIRST), column))
    meant = [_meant(column, name) for column in columns]
    written = [
        [_written(row.get(column), unit) for column, (_, unit) in zip(columns, meant, strict=True)]
        for row in rows
    ]
    return Table(_words(name), [words for words, _ in meant], written)


def _is_table(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _meant(name: str, within: str) -> tuple[str, str]:
    """Return what a figure is called, and its unit."""
    known = FIGURES.get(f"{within} {name}") or FIGURES.get(name)
    return known or (_words(name), SHARE if "share" in name else "")


def _words(name: str) -> str:
    words = name.replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:]


def _written(value: object, unit: str) -> str:
    if value is None or value == []:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_written(each, unit) for each in value)
    if isinstance(value, int | float):
        return _number(value, unit)
    if unit == DAY:
        return date_format(date.fromisoformat(value), "j M Y")
    return VALUES.get(value) or str(value).replace("_", " ")


def _number(value: float, unit: str) -> str:
    if unit == SHARE:
        return percent(value, 2)
    if unit == POINTS:
        return f"{number(100 * value, 1)} points"
    if unit == OF_ONE:
        return f"{number(value, 2)} of 1"
    return number(value) if isinstance(value, int) else f"{value:,.4g}".replace("-", "−")
