"""The importers there are: each app says in `ready()` which kinds of file it reads."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.utils.module_loading import import_string

from runs.imports.checking import Column
from runs.imports.formats import Format
from runs.imports.reading import Options
from runs.imports.summary import Summary


@dataclass(frozen=True)
class Importer:
    """How files of one kind are read: the service, the formats it knows, the columns we keep."""

    read: Callable[[Path, Options], Summary]
    formats: Callable[[], tuple[Format, ...]]
    columns: dict[str, Column]
    can_be_complete: bool = False


_importers: dict[str, str] = {}


def register(kind: str, importer: str) -> None:
    """Make an importer known by its dotted path; it is imported at its first use."""
    _importers[kind] = importer


def get(kind: str) -> Importer:
    """Return the importer of this kind of file; KeyError when there is none."""
    return import_string(_importers[kind])


def names() -> list[str]:
    """Return the kinds of file that can be imported."""
    return sorted(_importers)
