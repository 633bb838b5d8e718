"""What all parsers share: the empty cell, the bad cell, and what is decided once per file."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any

Parser = Callable[[str], Any]
FormedParser = Callable[[str, "Forms"], Any]
FILLERS = {"null", "NULL", "\\N", "NaN", "nan", "#N/A", "<NA>", "NaT"}
_FORMULA_TEXT = re.compile(r'="([^"]*)"')


class BadCell(ValueError):
    """The cell's value cannot be used; the text says why."""


@dataclass(frozen=True)
class Forms:
    """How a file writes dates (`dmy`, `mdy`, `iso`) and decimals (`.`, `,`); None: undecided."""

    dates: str | None = "iso"
    decimal: str | None = "."
    zone: tzinfo = UTC


def clean(raw: str) -> str:
    """Take off blanks and what spreadsheets put around; fillers are empty."""
    text = raw.strip(" \t\r\n\xa0\ufeff")
    if text.startswith('="'):
        text = _FORMULA_TEXT.sub(r"\1", text)
    return "" if text in FILLERS else text
