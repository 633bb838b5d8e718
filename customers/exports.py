"""Customers as lines of files: our own columns, and those that Klaviyo and Mailchimp import."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

# A spreadsheet takes a cell that begins so for a formula; full-width signs count as well.
FORMULA_STARTS = tuple("=+-@＝＋－＠")
CONTROLS = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]+")
# Mailchimp cuts longer texts off.
MAILCHIMP_TEXT_BYTES = 255
LINES_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True)
class Contact:
    """A customer as files tell of them; times are in the shop's zone, money in its currency."""

    customer_id: str
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    country: str = ""
    region: str = ""
    created_at: datetime | None = None
    marketing_consent: bool = False
    segment_key: str = ""
    segment: str = ""
    segment_since: datetime | None = None
    rfm_code: str = ""
    rfm_name: str = ""
    value_tier: str = ""
    orders: int = 0
    total_spent: Decimal = Decimal(0)
    currency: str = ""
    last_order_at: datetime | None = None


@dataclass(frozen=True)
class Format:
    """A layout: what each column takes from a contact. A mailed one has a line an address."""

    name: str
    title: str
    columns: dict[str, Callable[[Contact], str]]
    is_mailed: bool = False


def safe(text: str) -> str:
    r"""Keep a reader of the file from taking somebody's text for a formula, or for two lines.

    Parameters
    ----------
    text : str
        As it came from a shop's visitor or from staff.

    Returns
    -------
    str
        On one line, with an apostrophe before it where it begins like a formula.

    References
    ----------
    OWASP, CSV Injection.

    Examples
    --------
    >>> [safe(text) for text in ("Ada", "=1+1", " -2", "a=b", "a\r\nb")]
    ['Ada', "'=1+1", "' -2", 'a=b', 'a b']
    """
    text = CONTROLS.sub(" ", text)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text


def lines(form: Format, contacts: Iterable[Contact]) -> Iterator[str]:
    """Write contacts as CSV, the header first.

    Parameters
    ----------
    form : Format
        One of FORMATS.
    contacts : iterable of Contact
        Read one by one, so that their number does not matter.

    Yields
    ------
    str
        Some whole lines at a time, each ended by a line feed.

    Examples
    --------
    >>> shown = "".join(lines(FORMATS["mailchimp"], [Contact(customer_id="7", email="a@b.c")]))
    >>> shown.splitlines()[0].split(",")[:4]
    ['Email Address', 'First Name', 'Last Name', 'Country']
    """
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    writer.writerow(form.columns)
    for number, contact in enumerate(contacts, 1):
        writer.writerow([tell(contact) for tell in form.columns.values()])
        if number % LINES_AT_ONCE == 0:
            yield page.getvalue()
            page.seek(0)
            page.truncate()
    yield page.getvalue()


def _text(name: str, bytes_kept: int | None = None) -> Callable[[Contact], str]:
    def tell(contact: Contact) -> str:
        text = safe(getattr(contact, name))
        return text.encode()[:bytes_kept].decode(errors="ignore") if bytes_kept else text

    return tell


def _tag(bytes_kept: int) -> Callable[[Contact], str]:
    """Tell the segment as one tag: Mailchimp begins another at each comma."""
    tell = _text("segment", bytes_kept)

    def without_commas(contact: Contact) -> str:
        parts = map(str.strip, contact.segment.split(","))
        return tell(replace(contact, segment=" – ".join(filter(None, parts))))

    return without_commas


def _moment(name: str) -> Callable[[Contact], str]:
    return lambda contact: _written(getattr(contact, name), lambda at: at.isoformat())


def _day(name: str) -> Callable[[Contact], str]:
    return lambda contact: _written(getattr(contact, name), lambda at: f"{at:%Y-%m-%d}")


def _yes(name: str) -> Callable[[Contact], str]:
    return lambda contact: "true" if getattr(contact, name) else "false"


def _spent(contact: Contact) -> str:
    return f"{contact.total_spent:.2f}"


def _orders(contact: Contact) -> str:
    return str(contact.orders)


def _written(at: datetime | None, write: Callable[[datetime], str]) -> str:
    return write(at) if at else ""


_CANONICAL = {
    "customer_id": _text("customer_id"),
    "email": _text("email"),
    "first_name": _text("first_name"),
    "last_name": _text("last_name"),
    "country": _text("country"),
    "region": _text("region"),
    "created_at": _moment("created_at"),
    "marketing_consent": _yes("marketing_consent"),
    "profiling_opt_out": lambda contact: "false",  # who opted out is in no file
    "segment": _text("segment_key"),
    "segment_since": _moment("segment_since"),
    "rfm_code": _text("rfm_code"),
    "rfm_name": _text("rfm_name"),
    "value_tier": _text("value_tier"),
    "orders": _orders,
    "total_spent": _spent,
    "currency": _text("currency"),
    "last_order_at": _moment("last_order_at"),
}


def _mail_columns(bytes_kept: int | None = None) -> dict[str, Callable[[Contact], str]]:
    return {
        "Email Address": _text("email"),
        "First Name": _text("first_name", bytes_kept),
        "Last Name": _text("last_name", bytes_kept),
        "Country": _text("country", bytes_kept),
        "External ID": _text("customer_id", bytes_kept),
        "Segment": _text("segment", bytes_kept),
        "Segment Since": _day("segment_since"),
        "RFM Group": _text("rfm_name"),
        "RFM Score": _text("rfm_code"),
        "Value Tier": _text("value_tier"),
        "Orders": _orders,
        "Total Spent": _spent,
        "Currency": _text("currency"),
        "Last Order Date": _day("last_order_at"),
        "Accepts Marketing": _yes("marketing_consent"),
    }


FORMATS = {
    form.name: form
    for form in (
        Format("canonical", "segrec’s own columns", _CANONICAL),
        Format("klaviyo", "Klaviyo", _mail_columns(), is_mailed=True),
        Format(
            "mailchimp",
            "Mailchimp",
            _mail_columns(MAILCHIMP_TEXT_BYTES) | {"Tags": _tag(100)},
            is_mailed=True,
        ),
    )
}
