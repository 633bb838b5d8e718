"""How a kept file would be read, before it is: its format, its first rows, what is taken whence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from runs.files import FileRefused, Table, inspect_file
from runs.imports import importers
from runs.imports.checking import Column
from runs.imports.formats import Format, Unrecognised, candidates, open_recognised
from runs.imports.reading import Options
from runs.models import Import

ROWS_SHOWN = 10
# The format whose columns may be named by hand.
OPEN = "canonical"


@dataclass(frozen=True)
class Source:
    """Where one of our columns comes from: the file's columns, and what they say in the first row.

    `need` is empty, or says that a file must have the column, or which other would do.
    """

    name: str
    parts: list[str]
    value: str
    need: str = ""


@dataclass(frozen=True)
class Preview:
    """What a file looks like to us.

    `header` and `rows` are its beginning as it stands; `others` are its columns that become
    attributes; `problem` says why it cannot be read. Where `is_open` the sources may be chosen.
    """

    format: str = ""
    label: str = ""
    written: str = ""
    problem: str = ""
    is_open: bool = False
    header: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


def preview(record: Import, options: Options) -> Preview:
    """Say how a kept file would be read, and show its first rows."""
    try:
        return _looked_into(record, options)
    except FileRefused as problem:
        return Preview(problem=_said(problem, record))


def chosen_mapping(
    record: Import, options: Options, chosen: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """Return which of these choices are other than what the header tells by itself."""
    told = {
        source.name: source.parts
        for source in preview(record, Options(format=OPEN, dates=options.dates)).sources
    }
    return {name: list(parts) for name, parts in chosen.items() if parts != told.get(name)}


def _looked_into(record: Import, options: Options) -> Preview:
    importer = importers.get(record.kind)
    fitting = candidates(importer.formats(), options.format, options.mapping)
    try:
        table, form = open_recognised(inspect_file(record.file_path), fitting)
    except Unrecognised as problem:
        form = next((form for form in fitting if form.name == OPEN), None)
        return _seen(problem.table, form, importer.columns, _said(problem, record))
    return _seen(table, form, importer.columns)


def _seen(
    table: Table, form: Format | None, columns: Mapping[str, Column], problem: str = ""
) -> Preview:
    batch = next(table.batches())
    header = _as_text(table.header)
    rows = [_as_text(batch.row(place)) for place in range(min(ROWS_SHOWN, len(batch.lines)))]
    facts = {"written": table.written, "problem": problem, "header": header, "rows": rows}
    if not form:
        return Preview(**facts)
    is_open = form.name == OPEN
    places = form.places(table.header)
    names = columns if is_open else places
    return Preview(
        form.name,
        form.label,
        is_open=is_open,
        sources=[
            _source(name, places.get(name, []), header, rows, columns, form) for name in names
        ],
        others=[header[place] for place in form.others(table.header, columns)],
        **facts,
    )


def _as_text(cells: list[str]) -> list[str]:
    """Put a question mark in the place of each byte that is not text."""
    return [cell.encode(errors="replace").decode() for cell in cells]


def _source(
    name: str,
    places: list[int],
    header: list[str],
    rows: list[list[str]],
    columns: Mapping[str, Column],
    form: Format,
) -> Source:
    group = next((group for group in form.needed if name in group), ())
    instead = " or ".join(other for other in group if other != name)
    joint = columns[name].joint if name in columns else " "
    return Source(
        name,
        [header[place] for place in places],
        joint.join(rows[0][place] for place in places) if rows else "",
        (f"this or {instead}" if instead else "needed") if group else "",
    )


def _said(problem: FileRefused, record: Import) -> str:
    """Return a refusal with the name that the file had, not ours."""
    return str(problem).replace(Path(record.file_path).name, record.file_name)
