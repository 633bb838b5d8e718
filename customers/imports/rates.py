"""Rates of currencies: what one unit was worth in the shop's from a day on."""

from datetime import date
from decimal import Decimal

from runs.imports import Column, Format
from runs.parsing import BadCell, Forms, currency, money
from runs.parsing import moment as instant

_positive = money(most=10**9, places="0.000000001")


def day(raw: str, forms: Forms) -> date | None:
    """Read a day of the forms' zone."""
    found = instant(raw, forms)
    return found and found.astimezone(forms.zone).date()


def rate(raw: str, forms: Forms) -> Decimal | None:
    """Read a rate above 0."""
    found = _positive(raw, forms)
    if found == 0:
        raise BadCell("is zero")
    return found


COLUMNS = {
    "date": Column(date=day, needed=True),
    "currency": Column(text=currency, needed=True),
    "rate": Column(number=rate, needed=True),
}
CANONICAL = Format(
    "canonical",
    columns={name: (name,) for name in COLUMNS},
    needed=tuple((name,) for name in COLUMNS),
)
FORMATS = (CANONICAL,)
