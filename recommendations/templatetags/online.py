"""Figures with their intervals, as staff read them."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from recommendations.online import Estimate
from runs.cells import NOTHING, money, number

register = template.Library()


@register.filter
def share_between(found: Estimate) -> SafeString | str:
    """Write a share with its interval, as in 4.1 % (3.9 to 4.3 %)."""
    return _between(found, lambda value: number(100 * value, 1), "\u00a0%")


@register.filter
def money_between(found: Estimate, currency: str) -> SafeString | str:
    """Write an amount with its interval."""
    return _between(found, lambda value: money(value, currency))


@register.filter
def gain_between(found: Estimate) -> SafeString | str:
    """Write by how much something is above another, as in +32 % (+18 to +48 %)."""
    return _between(found, gain, "\u00a0%")


@register.filter
def gain(value: float) -> str:
    """Write a difference in percent with its sign, without the sign of percent."""
    return f"{'+' if value > 0 else ''}{number(100 * value)}"


@register.simple_tag
def whisker(found: Estimate, most: float) -> SafeString | str:
    """Draw where a figure lies between 0 and `most`: its interval, and a mark at its value."""
    if not found.is_sure:
        return ""
    low, high, value = (
        f"{100 * min(end / most, 1):.1f}" for end in (found.low, found.high, found.value)
    )
    return format_html(
        '<svg class="bar" aria-hidden="true"><rect class="rail" width="100%" height="100%"/>'
        '<rect class="fill" x="{}%" width="{}%" height="100%"/>'
        '<line class="middle" x1="{}%" x2="{}%" y2="100%"/></svg>',
        low,
        f"{float(high) - float(low):.1f}",
        value,
        value,
    )


def _between(found: Estimate, write, unit: str = "") -> SafeString | str:
    if found.value is None:
        return NOTHING
    value = f"{write(found.value)}{unit}"
    if not found.is_sure:
        return format_html("{} <small>too few to tell</small>", value)
    return format_html(
        "{} <small>{} to {}{}</small>", value, write(found.low), write(found.high), unit
    )
