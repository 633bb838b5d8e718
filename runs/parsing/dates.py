"""Instants, in the ways files write them."""

import re
from datetime import datetime

from runs.parsing.forms import BadCell, Forms, clean

# A longer cell is not a date, and is not looked at.
LONGEST = 60
_TIME = r"(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([AaPp]\.?[Mm]\.?)?)?"
_OFFSET = r"\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
_NUMERIC_DATE = re.compile(rf"(\d{{1,4}})[-/.](\d{{1,2}})[-/.](\d{{1,4}}){_TIME}{_OFFSET}")
_DAY_NAMED_MONTH = re.compile(
    rf"(\d{{1,2}})[- .]+([A-Za-z]{{3,9}})\.?[- ,]+(\d{{4}}){_TIME}{_OFFSET}"
)
_NAMED_MONTH_DAY = re.compile(rf"([A-Za-z]{{3,9}})\.? (\d{{1,2}}),? (\d{{4}}){_TIME}{_OFFSET}")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def moment(raw: str, forms: Forms) -> datetime | None:
    """Read an instant; without an offset it is in the forms' zone."""
    text = clean(raw)
    if not text:
        return None
    if len(text) > LONGEST:
        raise BadCell("is not a date")
    value = _iso(text) or _written(text, forms)
    if not 1900 <= value.year <= 2200:
        raise BadCell("is not in a year from 1900 to 2200")
    return value if value.tzinfo else value.replace(tzinfo=forms.zone)


def date_order(raw: str) -> str | None:
    """Return `dmy` or `mdy` where this cell alone tells, `?` where it is one of both, else None."""
    found = _NUMERIC_DATE.fullmatch(clean(raw)[:LONGEST])
    if not found or len(found[1]) > 2:
        return None
    first, second = int(found[1]), int(found[2])
    if first > 12 and second <= 12:
        return "dmy"
    return "mdy" if second > 12 and first <= 12 else "?"


def _iso(text: str) -> datetime | None:
    if text[4:5] not in ("-", "0", "1"):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _written(text: str, forms: Forms) -> datetime:
    if found := _NUMERIC_DATE.fullmatch(text):
        first, second, third, *rest = found.groups()
        if len(first) == 4:
            year, month, day = first, second, third
        elif len(first) > 2 or len(third) not in (2, 4):
            raise BadCell("is not a date")
        elif forms.dates not in ("dmy", "mdy"):
            raise BadCell("may have day or month first, and ISO 8601 is not used")
        else:
            day, month = (first, second) if forms.dates == "dmy" else (second, first)
            year = third if len(third) == 4 else f"20{third}"
    elif found := _DAY_NAMED_MONTH.fullmatch(text):
        day, month, year, *rest = found.groups()
    elif found := _NAMED_MONTH_DAY.fullmatch(text):
        month, day, year, *rest = found.groups()
    else:
        raise BadCell("is not a date")
    return _instant(year, month, day, *rest)


def _instant(year, month, day, hour, minute, second, half, offset) -> datetime:
    if not month.isdigit():
        if month[:3].lower() not in _MONTHS:
            raise BadCell("is not a date")
        month = _MONTHS.index(month[:3].lower()) + 1
    clock = int(hour or 0)
    if half:
        if not 1 <= clock <= 12:
            raise BadCell("is not a time of day")
        clock = clock % 12 + (12 if half[0] in "Pp" else 0)
    ending = "" if not offset else "+00:00" if offset[0] in "ZUG" else offset
    text = (
        f"{int(year):04}-{int(month):02}-{int(day):02}"
        f"T{clock:02}:{minute or '00'}:{second or '00'}{ending}"
    )
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise BadCell("is not a date") from None
