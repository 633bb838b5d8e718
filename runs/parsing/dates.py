"""Instants, in the ways files write them."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

from runs.parsing.forms import BadCell, Forms, clean

# A longer cell is not a date, and is not looked at.
LONGEST = 60
_WORD = r"[^\W\d_]"
_TIME = (
    r"(?:[T ,]+(\d{1,2})[:h](\d{2})(?::(\d{2})(?:[.,]\d+)?)?"
    r"\s*([AaPp]\.?[Mm]\.?)?(?:\s*Uhr)?)?"
)
_OFFSET = r"\s*(Z|[+-]\d{2}:?\d{2}|[A-Z]{3,4})?"
_NUMERIC_DATE = re.compile(rf"(\d{{1,4}})[-/.](\d{{1,2}})[-/.](\d{{1,4}}){_TIME}{_OFFSET}")
_DAY_NAMED_MONTH = re.compile(
    rf"(?:{_WORD}{{2,10}}\.?,? )?(\d{{1,2}})(?:st|nd|rd|th|er)?[- .]+(?:de )?({_WORD}{{3,10}})"
    rf"\.?[- ,]+(?:de )?(\d{{4}}|\d{{2}}){_TIME}{_OFFSET}"
)
_NAMED_MONTH_DAY = re.compile(
    rf"(?:{_WORD}{{2,10}}\.?,? )?({_WORD}{{3,10}})\.? (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}})"
    rf"{_TIME}{_OFFSET}"
)
# Seconds, milliseconds and microseconds since 1970; then year, month, day, hour, minute, second.
_PER_SECOND = {10: 1, 13: 1_000, 16: 1_000_000}
_RUN_TOGETHER = {12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
# How months begin in English, German, French, Spanish, Italian, Portuguese and Dutch.
_MONTHS = {
    start: number
    for number, starts in enumerate(
        (
            ("jan", "ene", "gen", "jän"),
            ("feb", "fev", "fév"),
            ("mar", "mär", "mae", "mrt", "maa"),
            ("apr", "avr", "abr"),
            ("may", "mai", "mei", "mag"),
            ("jun", "juin", "giu"),
            ("jul", "juil", "lug"),
            ("aug", "aoû", "aou", "ago"),
            ("sep", "set"),
            ("oct", "okt", "out", "ott"),
            ("nov",),
            ("dec", "déc", "dez", "dic"),
        ),
        1,
    )
    for start in starts
}
# Zones by the letters that shops' exports write; hours ahead of UTC.
_ZONES = {"UTC": 0, "GMT": 0, "BST": 1, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2}
_ZONES |= {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}


def moment(raw: str, forms: Forms) -> datetime | None:
    """Read an instant; without an offset it is in the forms' zone."""
    text = clean(raw)
    if not text:
        return None
    if len(text) > LONGEST:
        raise BadCell("is not a date")
    value = _digits(text) or _iso(text) or _written(text, forms)
    check_year(value)
    return value if value.tzinfo else value.replace(tzinfo=forms.zone)


def check_year(value: date) -> None:
    """Refuse a day too far away to be meant."""
    if not 1900 <= value.year <= 2200:
        raise BadCell("is not in a year from 1900 to 2200")


def date_order(raw: str) -> str | None:
    """Return `dmy` or `mdy` where this cell alone tells, `?` where it is one of both, else None."""
    found = _NUMERIC_DATE.fullmatch(clean(raw)[:LONGEST])
    if not found or len(found[1]) > 2:
        return None
    first, second = int(found[1]), int(found[2])
    if 12 < first <= 31 and 1 <= second <= 12:
        return "dmy"
    if 12 < second <= 31 and 1 <= first <= 12:
        return "mdy"
    return "?" if 1 <= first <= 12 and 1 <= second <= 12 else None


def _digits(text: str) -> datetime | None:
    if not (text.isascii() and text.isdecimal()):
        return None
    if per_second := _PER_SECOND.get(len(text)):
        return datetime.fromtimestamp(int(text) / per_second, UTC)
    try:
        return datetime.strptime(text, _RUN_TOGETHER[len(text)])
    except (KeyError, ValueError):
        return None


def _iso(text: str) -> datetime | None:
    if text[4:5] not in ("-", "0", "1"):
        return None
    try:
        return datetime.fromisoformat(text.upper())
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
            year = third
    elif found := _DAY_NAMED_MONTH.fullmatch(text):
        day, month, year, *rest = found.groups()
    elif found := _NAMED_MONTH_DAY.fullmatch(text):
        month, day, year, *rest = found.groups()
    else:
        raise BadCell("is not a date")
    return _instant(year if len(year) == 4 else f"20{year}", month, day, *rest)


def _instant(year, month, day, hour, minute, second, half, offset) -> datetime:
    clock = int(hour or 0)
    if half:
        if not 1 <= clock <= 12:
            raise BadCell("is not a time of day")
        clock = clock % 12 + (12 if half[0] in "Pp" else 0)
    try:
        return datetime(
            int(year),
            int(month) if month.isdecimal() else _month(month.casefold()),
            int(day),
            clock,
            int(minute or 0),
            int(second or 0),
            tzinfo=_zone(offset) if offset else None,
        )
    except BadCell:
        raise
    except ValueError:
        raise BadCell("is not a date") from None


def _month(name: str) -> int:
    found = _MONTHS.get(name[:3]) or _MONTHS.get(name[:4])
    if not found:
        raise BadCell("is not a date")
    return found


def _zone(offset: str) -> timezone:
    if offset == "Z":
        return UTC
    if offset[0] in "+-":
        ahead = timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
        return timezone(-ahead if offset[0] == "-" else ahead)
    if offset not in _ZONES:
        raise BadCell("has a time zone that is not known")
    return timezone(timedelta(hours=_ZONES[offset]))
