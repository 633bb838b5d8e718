import pytest

from customers.naming.words import describe, money, typical
from tests.customers.naming.test_names import BEST, QUIET, profile


def test_the_typical_regular_customer_is_told_in_units():
    assert typical(profile(), "GBP") == (
        "The typical customer has placed 4 orders with 40 days between orders, "
        "spends £182 a year (£50.00 an order) and was last here 2 months ago."
    )


def test_who_ordered_once_is_told_so():
    assert typical(QUIET, "EUR") == (
        "The typical customer ordered once, 10 months ago, for €50.00."
    )


def test_a_short_history_is_not_made_a_year():
    young = profile(median={"days_since_first_order": 90.0, "total_spent": 120.0})

    assert "has spent €120 so far" in typical(young, "EUR")


def test_a_description_says_meaning_numbers_and_what_stands_out():
    text = describe("Your best customers.", BEST, "USD")

    assert text.startswith("Your best customers. The typical customer ")
    assert text.endswith("Stands out: high spend (90th percentile), many orders (88th percentile).")


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [(0.0, "EUR", "€0.00"), (99.999, "GBP", "£100.00"), (-5.0, "USD", "-$5.00"), (8, "", "8.00")],
)
def test_amounts_read_well(amount, currency, expected):
    assert money(amount, currency) == expected
