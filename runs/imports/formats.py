"""Formats: which headers tell them, what their columns are called here, how rows are adapted."""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from runs.files import FileFacts, FileRefused, NoHeader, Table, open_table
from runs.parsing import is_text

Row = dict[str, str]
# A file that lacks more of what a format needs is told what the plainest format asks for.
UNLIKE = 0.5


@dataclass(frozen=True)
class Skip:
    """A row that is understood and kept out on purpose."""

    reason: str


class Doubtful(dict):
    """A row that is taken, and counted in warnings under this reason."""

    def __init__(self, row: Row, reason: str):
        super().__init__(row)
        self.reason = reason


@dataclass(frozen=True)
class Format:
    """One way in which files of a kind are laid out.

    `columns` gives for each name used here the headers that may hold it, folded, best first.
    Of each group in `needed` a file has at least one; `marks` are headers no other format has.
    `adapt` turns rows by these names into canonical ones, one for one. Of the other columns all
    are kept, or those whose folded names are like `other_columns`. `currency` is what such files
    are in where nothing names one; `label` is what staff call them.
    """

    name: str
    columns: Mapping[str, tuple[str, ...]]
    needed: tuple[tuple[str, ...], ...]
    marks: tuple[str, ...] = ()
    adapt: Callable[[Iterable[Row]], Iterator[Row | Skip]] | None = None
    keeps_other_columns: bool = False
    other_columns: str = ""
    repeats_are_errors: bool = False
    currency: str = ""
    label: str = "segrec's own layout"

    def places(self, header: list[str]) -> dict[str, list[int]]:
        """Return where in a header each known name stands."""
        folded = {}
        for place, name in enumerate(header):
            folded.setdefault(fold(name), place)
        return {
            name: [folded[source]]
            for name, sources in self.columns.items()
            for source in next(([s] for s in sources if s in folded), [])
        }

    def others(self, header: list[str], ours: Container[str]) -> list[int]:
        """Return where columns stand that become attributes; none has the name of one of ours."""
        if not self.keeps_other_columns:
            return []
        used = {place for places in self.places(header).values() for place in places}
        folded = {place: fold(name) for place, name in enumerate(header) if name}
        found = [
            place
            for place, name in folded.items()
            if place not in used and name not in ours and self._is_kept(name)
        ]
        for name in map(header.__getitem__, found):
            if not is_text(name):
                raise FileRefused(
                    f"The name of the column {printable(name)} contains characters"
                    " that are not text."
                )
        return found

    def _is_kept(self, folded: str) -> bool:
        return not self.other_columns or bool(re.fullmatch(self.other_columns, folded))

    def fields_of(self, row: Mapping[str, Any]) -> dict[str, str]:
        """Return for each known name the field that holds it in a row handed over."""
        return {
            name: source
            for name, sources in self.columns.items()
            for source in next(([s] for s in sources if s in row), [])
        }

    def renamed(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return a row handed over by the names used here, as that of a file would be."""
        held = self.fields_of(row)
        aside = {*held.values()}
        if not self.keeps_other_columns:
            aside.update(*self.columns.values())
        others = {name: value for name, value in row.items() if name not in aside}
        return {name: row[source] for name, source in held.items()} | others

    def count_known(self, header: list[str]) -> int:
        """Say how many of these headers are known; 0 when the format does not fit them."""
        return 0 if self.lacking(header) else len(self.places(header))

    def distance(self, header: list[str]) -> float:
        """Return which share of what the format needs these headers lack."""
        return len(self.lacking(header)) / len(self.needed + self.marks)

    def lacking(self, header: list[str]) -> list[str]:
        """Return what these headers lack to fit the format."""
        found, names = self.places(header), {fold(name) for name in header}
        groups = [" or ".join(group) for group in self.needed if found.keys().isdisjoint(group)]
        return groups + [mark for mark in self.marks if mark not in names]


@dataclass(frozen=True)
class Mapped(Format):
    """A format with some columns named by hand: name -> headers, to be joined, or none at all."""

    mapping: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def places(self, header: list[str]) -> dict[str, list[int]]:
        found = super().places(header)
        at = Headers(header)
        for name, sources in self.mapping.items():
            found.pop(name, None)
            known = [at[source] for source in sources if source in at]
            if sources and len(known) == len(sources):
                found[name] = known
        # What is joined with others keeps its own meaning too.
        renamed = (found[name] for name in self.mapping if name in found)
        taken = {place for places in renamed if len(places) == 1 for place in places}
        return {
            name: places
            for name, places in found.items()
            if name in self.mapping or not taken.intersection(places)
        }

    def count_known(self, header: list[str]) -> int:
        return 0 if self.strangers(header) else super().count_known(header)

    def strangers(self, header: list[str]) -> list[tuple[str, str]]:
        """Return which columns named by hand a header does not have, each after our name."""
        at = Headers(header)
        return [
            (ours, name)
            for ours, sources in self.mapping.items()
            for name in sources
            if name not in at
        ]


class Headers(dict):
    """Where each column stands, by its name as written or, where none is written so, folded."""

    def __init__(self, header: list[str]):
        super().__init__((name, place) for place, name in reversed(list(enumerate(header))))
        self._folded = {fold(name): place for name, place in self.items()}

    def __contains__(self, name: str) -> bool:
        return super().__contains__(name) or fold(name) in self._folded

    def __missing__(self, name: str) -> int:
        return self._folded[fold(name)]


def fold(name: str) -> str:
    """Fold a header, so that Order ID, order-id and ORDER_ID are one."""
    text = name.strip().casefold()
    return re.sub(r"[\W_]+", "_", text).strip("_") or text


def printable(name: str) -> str:
    """Return a column's name as it may stand in a sentence."""
    return "".join(sign if sign.isprintable() else "?" for sign in name[:60])


class Unrecognised(FileRefused):
    """The header fits no format; `table` is read by what looks most like one.

    `lacking` are the columns that the nearest format needs and the file does not have.
    """

    def __init__(self, table: Table, lacking: list[str], problem: str):
        columns = [printable(name) for name in table.header if name]
        shown = ", ".join(columns[:20]) + (" …" if len(columns) > 20 else "")
        super().__init__(f"{table.facts.path.name} {problem}; its columns are {shown.rstrip('.')}.")
        self.table, self.lacking = table, lacking


def candidates(
    formats: tuple[Format, ...], chosen: str, mapping: Mapping[str, tuple[str, ...]]
) -> tuple[Format, ...]:
    """Return the formats a file may have: the one chosen, or all; a mapping means the canonical."""
    if mapping and chosen == "auto":
        chosen = "canonical"
    found = tuple(f for f in formats if chosen in ("auto", f.name))
    if not found:
        raise FileRefused(f"No file of this kind is laid out as {chosen}.")
    if not mapping:
        return found
    return tuple(Mapped(**vars(form) | {"mapping": mapping}) for form in found)


def open_recognised(facts: FileFacts, fitting: Sequence[Format]) -> tuple[Table, Format]:
    """Open a file by the first format that fits; they stand with the most particular first."""
    try:
        table = open_table(facts, lambda header: max(f.count_known(header) for f in fitting))
    except NoHeader as problem:
        raise unrecognised(problem.table, fitting) from None
    return table, next(form for form in fitting if form.count_known(table.header))


def unrecognised(table: Table, fitting: Sequence[Format]) -> Unrecognised:
    """Say what a file lacks to have the format that it is nearest to."""
    strangers = [
        f"has no column {printable(name)}, which is to be {ours}"
        for form in fitting
        if isinstance(form, Mapped)
        for ours, name in form.strangers(table.header)
    ]
    nearest = min(reversed(fitting), key=lambda form: form.distance(table.header))
    if nearest.distance(table.header) > UNLIKE:
        nearest = fitting[-1]
    lacking = nearest.lacking(table.header)
    problem = f"lacks {', '.join(lacking)}, which {nearest.name} files have"
    return Unrecognised(table, lacking, strangers[0] if strangers else problem)
