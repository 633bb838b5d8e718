"""Formats: which headers tell them, what their columns are called here, how rows are adapted."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from runs.files import FileRefused

Row = dict[str, str]


@dataclass(frozen=True)
class Skip:
    """A row that is understood and kept out on purpose."""

    reason: str


@dataclass(frozen=True)
class Format:
    """One way in which files of a kind are laid out.

    `columns` gives for each name used here the headers that may hold it, folded, best first.
    Of each group in `needed` a file has at least one; `marks` are headers no other format has.
    `adapt` turns rows by these names into canonical ones, one for one. `currency` is what such
    files are in where nothing names one.
    """

    name: str
    columns: Mapping[str, tuple[str, ...]]
    needed: tuple[tuple[str, ...], ...]
    marks: tuple[str, ...] = ()
    adapt: Callable[[Iterable[Row]], Iterator[Row | Skip]] | None = None
    keeps_other_columns: bool = False
    repeats_are_errors: bool = False
    currency: str = ""

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

    def count_known(self, header: list[str]) -> int:
        """Say how many of these headers are known; 0 when the format does not fit them."""
        names = {fold(name) for name in header}
        found = self.places(header)
        fits = names.issuperset(self.marks) and all(
            any(name in found for name in group) for group in self.needed
        )
        return len(found) if fits else 0


@dataclass(frozen=True)
class Mapped(Format):
    """The canonical format with some columns named by hand: name -> headers, joined by a dash."""

    mapping: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def places(self, header: list[str]) -> dict[str, list[int]]:
        exact = {name: place for place, name in reversed(list(enumerate(header)))}
        folded = {fold(name): place for place, name in reversed(list(enumerate(header)))}
        found = super().places(header)
        for name, sources in self.mapping.items():
            known = [exact.get(source, folded.get(fold(source))) for source in sources]
            if None not in known:
                found[name] = known
            else:
                found.pop(name, None)
        taken = {place for name in self.mapping for place in found.get(name, [])}
        return {
            name: places
            for name, places in found.items()
            if name in self.mapping or not taken.intersection(places)
        }

    def count_known(self, header: list[str]) -> int:
        found = self.places(header)
        return super().count_known(header) if all(name in found for name in self.mapping) else 0


def fold(name: str) -> str:
    """Fold a header, so that Order ID, order-id and ORDER_ID are one."""
    text = name.strip().lower()
    return re.sub(r"[^a-z0-9]+", "_", text).strip("_") or text


def candidates(
    formats: tuple[Format, ...], chosen: str, mapping: Mapping[str, tuple[str, ...]]
) -> tuple[Format, ...]:
    """Return the formats a file may have: the one chosen, or all; a mapping means the canonical."""
    if mapping and chosen == "auto":
        chosen = "canonical"
    found = tuple(f for f in formats if chosen in ("auto", f.name))
    if not mapping:
        return found
    return tuple(Mapped(**vars(form) | {"mapping": mapping}) for form in found)


def recognise(formats: tuple[Format, ...], header: list[str]) -> Format:
    """Return the first format that fits a header; formats stand with the most particular first."""
    for form in formats:
        if form.count_known(header):
            return form
    raise FileRefused(
        f"The columns are {', '.join(header[:20])}: {' or '.join(map(missing, formats))}."
    )


def missing(form: Format) -> str:
    """Say what a format needs."""
    return f"{form.name} needs {', '.join(' or '.join(group) for group in form.needed)}"
