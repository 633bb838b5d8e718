"""Numbers and money, with their signs and separators."""

import re
from decimal import ROUND_HALF_UP, Decimal

from runs.parsing.forms import BadCell, FormedParser, Forms, clean

# A longer cell is not a number, and is not looked at.
LONGEST = 60
_SIGN = r"(?:[A-Z]{0,3}[$€£¥₹₽₺₩₫₴₦฿¢]|[A-Z]{3}|kr\.?|zł|Kč|Ft|Rs\.?|lei)"
_AMOUNT = re.compile(
    rf"(?P<minus>[-(]?)\s*(?:{_SIGN}\s*)?(?P<minus2>-?)\s*(?P<digits>[0-9][0-9.,'’\s]*|[.,][0-9]+)\s*"
    rf"{_SIGN}?\s*(?P<minus3>[-)]?)"
)
# Before the amount, after its sign, behind it, or around it as accountants write.
_NEGATIVE = {("-", "", ""), ("", "-", ""), ("", "", "-"), ("(", "", ")")}
_PLAIN = re.compile(r"-?\d{1,20}(\.\d{1,20})?", re.ASCII)
_AMBIGUOUS = re.compile(r"[1-9]\d{0,2}([.,])\d{3}", re.ASCII)
_SCIENTIFIC = re.compile(r"-?\d(\.\d+)?[eE][+-]?\d{1,2}", re.ASCII)
# Parted by threes, or as in India.
_THOUSANDS = (r"\d{1,3}(\.\d{3})+|\d*", r"\d{1,3}(,\d{3})+", r"\d{1,2}(,\d{2})+,\d{3}")
_ROUND = re.compile(r"(?<=\d)[.,][-–—]+")  # as in 12.– or 12,--


def number(raw: str, forms: Forms) -> Decimal | None:
    """Read a number as in 17850.0, £1,234.50, 1.234,50 €, 1 234,50, ($2.00) or 2,00-."""
    text = clean(raw)
    if not text:
        return None
    if _PLAIN.fullmatch(text) and not _AMBIGUOUS.fullmatch(text.lstrip("-")):
        return Decimal(text)
    if _SCIENTIFIC.fullmatch(text):
        return Decimal(text)
    text = _ROUND.sub("", text.replace("−", "-")) if len(text) <= LONGEST else ""
    amount = _AMOUNT.fullmatch(text)
    minus = amount and amount.group("minus", "minus2", "minus3")
    if not amount or (any(minus) and minus not in _NEGATIVE):
        raise BadCell("is not a number")
    digits = re.sub(r"(?<=\d)['’\s](?=\d{3})", "", amount["digits"].strip())
    value = Decimal(_with_decimal_point(digits, forms.decimal))
    return -value if any(minus) else value


def decimal_sign(raw: str) -> str | None:
    """Return the sign that parts decimals in this cell, where the cell alone tells."""
    try:
        number(raw, Forms(decimal=None))
    except BadCell:
        return None
    digits = re.sub(r"[A-Za-z]\.|[^\d.,]", "", clean(raw))
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return None
    if digits.count(digits[last]) > 1:  # it parts thousands, as in 1.234.567
        return "," if digits[last] == "." else "."
    return digits[last]


def _with_decimal_point(digits: str, decimal: str | None) -> str:
    if _AMBIGUOUS.fullmatch(digits):
        if decimal is None:
            raise BadCell("may be thousands or decimals: the file shows both forms")
        mark = decimal if decimal in digits else ""
    else:
        last = max(digits.rfind("."), digits.rfind(","))
        mark = digits[last] if last >= 0 and digits.count(digits[last]) == 1 else ""
    whole, _, fraction = digits.rpartition(mark) if mark else (digits, "", "")
    if not any(re.fullmatch(form, whole, re.ASCII) for form in _THOUSANDS):
        raise BadCell("is not a number")
    if not fraction.isdecimal() and fraction:
        raise BadCell("is not a number")
    return f"{re.sub(r'[^0-9]', '', whole) or '0'}.{fraction or '0'}"


def whole(least: int, most: int, default: int | None = None) -> FormedParser:
    """Make a parser of whole numbers."""

    def parse(raw: str, forms: Forms) -> int | None:
        value = number(raw, forms)
        if value is None:
            return default
        if value != value.to_integral_value():
            raise BadCell("is not a whole number")
        if not least <= value <= most:
            raise BadCell(f"is not from {least} to {most}")
        return int(value)

    return parse


def money(
    most: int = 10**10,
    default: Decimal | None = None,
    least: int | None = 0,
    places: str = "0.0001",
) -> FormedParser:
    """Make a parser of amounts, rounded half up."""

    def parse(raw: str, forms: Forms) -> Decimal | None:
        value = number(raw, forms)
        if value is None:
            return default
        if least is not None and value < least:
            raise BadCell("is negative" if least == 0 else f"is below {least}")
        if abs(value) >= most:
            raise BadCell(f"is {most} or more")
        return value.quantize(Decimal(places), ROUND_HALF_UP)

    return parse
