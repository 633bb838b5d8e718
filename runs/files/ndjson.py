"""NDJSON: one object a line."""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal

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


def read_table(facts: FileFacts, count_known: Callable[[list[str]], int]) -> Table:
    """Read all lines once for the names of their fields."""
    names: dict[str, None] = {}
    for _, found in _objects(facts):
        if isinstance(found, dict):
            names.update(dict.fromkeys(found))
            check_width(facts, list(names), settings.IMPORT_COLUMNS)
    header = list(names)
    table = Table(facts, header, lambda: _batches(facts, header), "NDJSON")
    if not count_known(header):
        raise NoHeader(table)
    return table


def cell_text(value: object) -> str:
    """Write a JSON value, or a decimal number, as a cell would hold it."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    is_number = isinstance(value, int | float | Decimal)
    return str(value) if is_number else json.dumps(value, ensure_ascii=False)


def _objects(facts: FileFacts) -> Iterator[tuple[int, dict | BadRow]]:
    longest = 4 * settings.IMPORT_CELL_CHARACTERS
    with open_text(facts) as text:
        number = 0
        while line := text.readline(longest):
            number += 1
            if len(line) == longest and not line.endswith("\n"):
                while (rest := text.readline(longest)) and not rest.endswith("\n"):
                    pass
                yield number, BadRow(number, "is too long", line[:1000])
            elif line.strip():
                yield number, _object(number, line)


def _object(number: int, line: str) -> dict | BadRow:
    try:
        found = json.loads(line, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict):
        return found
    return BadRow(number, "is not a JSON object", line[:1000].rstrip())


def _batches(facts: FileFacts, header: list[str]) -> Iterator[Batch]:
    lines, kept, bad, characters, whole = [], [], [], 0, 0
    for number, found in _objects(facts):
        if isinstance(found, BadRow):
            bad.append(found)
        else:
            lines.append(number)
            kept.append([cell_text(found[name]) if name in found else None for name in header])
            characters += sum(map(len, filter(None, kept[-1])))
        if len(lines) + len(bad) >= BATCH_ROWS or characters > BATCH_CHARACTERS:
            whole += characters
            share = min(whole / facts.unpacked_size, 1.0)
            yield Batch(lines, _columns(kept, header), share, bad)
            lines, kept, bad, characters = [], [], [], 0
    yield Batch(lines, _columns(kept, header), 1.0, bad)


def _columns(rows: list[list[str | None]], header: list[str]) -> list[list[str | None]]:
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in header]
