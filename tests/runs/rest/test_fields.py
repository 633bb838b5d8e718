"""How values look in answers."""

from decimal import Decimal

import pytest

from runs.rest import money_text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("12.5", "12.50"),
        ("12", "12.00"),
        ("12.3450", "12.345"),
        ("12.3456", "12.3456"),
        ("100", "100.00"),
        ("0", "0.00"),
        ("-3.1", "-3.10"),
    ],
)
def test_money_has_two_decimals_and_more_only_where_they_say_something(amount, text):
    assert money_text(Decimal(amount)) == text


def test_no_money_is_none():
    assert money_text(None) is None
