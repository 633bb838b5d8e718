"""A segment's face on staff pages: its colour, mark and name, the same everywhere."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

from customers.models import Segment
from runs.cells import NOTHING, bar, share

RETIRED_COLOUR = "#80868d"


def colour(segment: Segment) -> str:
    """Return a segment's colour; retired ones are grey."""
    return RETIRED_COLOUR if segment.retired_run_id else segment.colour


def face(segment: Segment) -> SafeString:
    """Draw a segment's mark on its colour; SVG, since a strict CSP allows no inline style."""
    own = colour(segment)
    return format_html(
        '<svg class="face" viewBox="0 0 16 16" aria-hidden="true">'
        '<rect width="16" height="16" rx="4" fill="{}"/>'
        '<text x="8" y="11.5" fill="{}">{}</text></svg>',
        own,
        ink_on(own),
        segment.mark,
    )


def chip(segment: Segment) -> SafeString:
    """Draw a segment's face with its name beside it."""
    return format_html(
        '<span class="chip">{}<span title="{}">{}</span></span>', face(segment), segment, segment
    )


def share_with_bar(segment: Segment, value: float | None) -> SafeString | str:
    """Draw a share in the segment's colour beside its number."""
    if value is None or segment.retired_run_id:
        return NOTHING
    drawn = bar(value, segment.colour)
    return format_html('<span class="with-bar"><span>{}</span>{}</span>', share(value), drawn)


def ink_on(colour: str) -> str:
    """Choose white or near-black, whichever reads better on a colour written #rrggbb."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#fff" if luminance < 0.18 else "#14171a"
