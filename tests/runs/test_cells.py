"""Numbers, times and states in words."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from runs import cells


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        (Decimal("1234.5"), "EUR", "€1,234.50"),
        (Decimal("-3"), "GBP", "−£3.00"),
        (Decimal("7.125"), "SEK", "SEK\u00a07.12"),
        (5, "", "5.00"),
        (None, "EUR", "–"),
        ("", "EUR", "–"),
    ],
)
def test_money_has_a_sign_and_its_thousands_parted(amount, currency, written):
    assert cells.money(amount, currency) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.443, "44\u00a0%"),
        (0.04, "4.0\u00a0%"),
        (0, "0\u00a0%"),
        (1, "100\u00a0%"),
        (-0.129, "−13\u00a0%"),
        (None, "–"),
    ],
)
def test_shares_are_percent_and_small_ones_keep_a_decimal(value, written):
    assert cells.share(value) == written


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(None, "–"), (0.31, "0.3 s"), (59.6, "1 min 0 s"), (125, "2 min 5 s"), (7260, "2 h 1 min")],
)
def test_durations_have_at_most_two_units(seconds, written):
    assert cells.duration(seconds) == written


def test_a_day_is_that_of_the_shops_zone():
    with timezone.override("Asia/Tokyo"):
        assert cells.day(datetime(2026, 3, 3, 20, tzinfo=UTC)) == "4\u00a0Mar\u00a02026"


def test_how_long_ago_is_said_in_its_largest_unit():
    assert "2\u00a0days\u00a0ago" in cells.ago(timezone.now() - timedelta(days=2.5))
    assert "just now" in cells.ago(timezone.now())
    assert cells.ago(None) == "–"


def test_what_comes_from_outside_is_escaped():
    assert "<b>" not in cells.pill("<b>")
    assert "<b>" not in cells.bar(0.5, '"/><b>')


@pytest.mark.parametrize(
    ("value", "width"), [(0.25, "25.0"), (2, "100.0"), (-1, "0.0"), (None, "0.0")]
)
def test_bars_stay_within_their_rail(value, width):
    assert f'width="{width}%"' in cells.bar(value)
