"""Figures and parameters of runs as staff read them: a name in words, a value with its unit."""

from dataclasses import dataclass

from runs.cells import NOTHING, number, share

SHARES = ("share", "rate", "coverage", "stability", "borderline")


@dataclass(frozen=True)
class Table:
    """Figures that come in rows, as those of each segment."""

    title: str
    columns: list[str]
    rows: list[list[str]]


def readable(figures: dict) -> list[tuple[str, str]]:
    """Write each single figure as a name and a value, by name; inner ones carry both names."""
    rows = []
    for name, value in sorted(figures.items()):
        if isinstance(value, dict):
            rows += [(f"{_words(name)}: {inner.lower()}", text) for inner, text in readable(value)]
        elif not _is_table(value):
            rows.append((_words(name), _written(name, value)))
    return rows


def tables(figures: dict) -> list[Table]:
    """Write the figures that come in rows."""
    return [
        Table(
            _words(name),
            list(map(_words, rows[0])),
            [[_written(column, row.get(column)) for column in rows[0]] for row in rows],
        )
        for name, rows in sorted(figures.items(), key=lambda figure: (figure[0] == "gates", figure))
        if _is_table(rows)
    ]


def _is_table(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _words(name: str) -> str:
    words = name.replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:]


def _written(name: str, value: object) -> str:
    if value is None or value == []:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_written(name, each) for each in value)
    if isinstance(value, float):
        is_share = any(word in name for word in SHARES) and -1 <= value <= 1
        return share(value) if is_share else f"{value:,.4g}"
    return number(value) if isinstance(value, int) else str(value)
