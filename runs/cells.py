"""How numbers, times and states are written on staff pages: in table cells and in templates."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from runs.wording import NOTHING, number

CURRENCY_SIGNS = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥", "INR": "₹", "PLN": "zł\u00a0"}
TONES = {
    "published": "good",
    "done": "good",
    "paid": "good",
    "fulfilled": "good",
    "in_stock": "good",
    "held": "warn",
    "waiting": "busy",
    "running": "busy",
    "uploaded": "busy",
    "pending": "warn",
    "backorder": "warn",
    "preorder": "warn",
    "refused": "bad",
    "failed": "bad",
    "refunded": "bad",
    "out_of_stock": "bad",
}


def money(amount: Decimal | float | None, currency: str = "", decimals: int = 2) -> str:
    """Write an amount with its currency's sign, or its code where it has no sign."""
    if amount in (None, ""):  # what templates find where there is nothing
        return NOTHING
    minus = "−" if amount < 0 else ""
    return f"{minus}{sign(currency)}{abs(amount):,.{decimals}f}"


def sign(currency: str) -> str:
    """Return what stands before amounts of a currency."""
    return CURRENCY_SIGNS.get(currency, f"{currency}\u00a0" if currency else "")


def share(value: float | None) -> str:
    """Write a share of 0 to 1 in percent; small ones keep a decimal."""
    if value is None:
        return NOTHING
    decimals = 1 if 0 < abs(value) < 0.0995 else 0
    return f"{number(100 * value, decimals)}\u00a0%"


def day(value: datetime | None) -> str:
    """Write a day of the shop's zone, as in 3 Mar 2026."""
    return _unbroken(date_format(timezone.localtime(value), "j M Y")) if value else NOTHING


def moment(value: datetime | None) -> str:
    """Write a day and time of the shop's zone."""
    return _unbroken(date_format(timezone.localtime(value), "j M Y, H:i")) if value else NOTHING


def ago(value: datetime | None) -> str | SafeString:
    """Write how long ago something was; the exact moment shows when pointed at."""
    if not value:
        return NOTHING
    passed = timesince(value, depth=1)
    words = "just now" if passed.startswith("0") else _unbroken(f"{passed} ago")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', value.isoformat(), moment(value), words
    )


def duration(seconds: float | None) -> str:
    """Write a stretch of time in its two largest units."""
    if seconds is None:
        return NOTHING
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def days(stretch: timedelta) -> str:
    """Write a stretch of time in days, a long one in months or years."""
    whole = stretch / timedelta(days=1)
    for unit, length, most in (("day", 1, 60), ("month", 30.44, 730)):
        if whole < most:
            count = round(whole / length)
            return f"{count}\u00a0{unit}{'' if count == 1 else 's'}"
    return f"{whole / 365.25:.1f}\u00a0years"


def _unbroken(words: str) -> str:
    return words.replace(" ", "\u00a0")


def pill(state: str, tone: str = "") -> SafeString:
    """Show a state as a word with its tone: good, warn, bad, busy or plain."""
    words = state.replace("_", " ")
    return format_html('<span class="pill {}">{}</span>', tone or TONES.get(state, "plain"), words)


def bar(value: float | None, colour: str = "", most: float = 1) -> SafeString:
    """Draw a share as a bar; SVG, since a strict CSP allows no inline style."""
    width = f"{100 * min(max((value or 0) / (most or 1), 0), 1):.1f}"
    fill = format_html(' fill="{}"', colour) if colour else ""
    return format_html(
        '<svg class="bar" aria-hidden="true"><rect class="rail" width="100%" height="100%"/>'
        '<rect class="fill" width="{}%" height="100%"{}/></svg>',
        width,
        fill,
    )


def place(value: float, colour: str = "") -> SafeString:
    """Draw how far a percentile lies from the middle, to either side of it."""
    fill = format_html(' fill="{}"', colour) if colour else ""
    return format_html(
        '<svg class="bar" aria-hidden="true"><rect class="rail" width="100%" height="100%"/>'
        '<rect class="fill" x="{}%" width="{}%" height="100%"{}/>'
        '<line class="middle" x1="50%" x2="50%" y2="100%"/></svg>',
        f"{min(value, 50):.1f}",
        f"{abs(value - 50):.1f}",
        fill,
    )
