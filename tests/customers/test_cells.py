"""Segments' faces."""

import pytest

from customers.cells import chip, face, ink_on
from customers.models import Segment
from customers.naming.faces import COLOURS


def contrast(one: str, other: str) -> float:
    """The ratio of two colours by WCAG's formula, written out."""

    def luminance(colour):
        values = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        r, g, b = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colour", COLOURS)
def test_every_mark_reads_well_on_its_colour(colour):
    ink = {"#fff": "#ffffff"}.get(ink_on(colour), ink_on(colour))

    assert contrast(ink, colour) >= 4.5


def test_a_chip_always_says_its_name_and_staff_names_win():
    segment = Segment(name="Loyal", staff_name="Friends <3", colour="#0072B2", mark="●")

    assert "Friends &lt;3" in chip(segment)
    assert 'fill="#0072B2"' in chip(segment)


def test_retired_segments_are_grey():
    segment = Segment(name="Gone", colour="#0072B2", mark="●", retired_run_id=1)

    assert "#0072B2" not in face(segment)
