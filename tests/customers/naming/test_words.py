import pytest

from customers.naming.words import describe, money, standing, typical
from tests.customers.naming.test_names import BEST, QUIET, profile


def test_the_typical_regular_customer_is_told_in_units():
    assert typical(profile(), "GBP") == (
        "Orders every 40 days, spends £182 a year (£50.00 an order), last here 2 months ago"
    )


@pytest.mark.parametrize(
    ("gap", "expected"), [(0.0, "several times a day"), (1.0, "daily"), (9.4, "every 9 days")]
)
def test_a_gap_is_told_as_a_pace(gap, expected):
    assert typical(profile(gap=gap), "EUR").startswith(f"Orders {expected}, ")


def test_who_ordered_once_is_told_so():
    assert typical(QUIET, "EUR") == "Ordered once, 10 months ago, for €50.00"


def test_a_short_history_is_not_made_a_year():
    young = profile(median={"days_since_first_order": 90.0, "total_spent": 120.0})

    assert "has spent €120 so far" in typical(young, "EUR")


def test_who_is_long_gone_is_told_of_in_the_past():
    gone = profile(median={"overdue": 4.0, "days_since_last_order": 430.0})

    assert typical(gone, "EUR") == (
        "Ordered every 40 days, spent €200 in all (€50.00 an order), last here 14 months ago"
    )


def test_few_returns_and_few_gifts_are_not_worth_a_word():
    assert standing(profile({"season_share": 10, "return_rate": 5})) == ""
    assert standing(profile({"season_share": 90})) == "90th percentile of gift-season orders"


def test_what_stands_out_is_told_by_its_place():
    assert standing(BEST) == "90th percentile of spend, 88th of orders"
    assert standing(profile()) == ""


def test_a_description_says_numbers_first_then_what_they_mean():
    text = describe("Your best customers.", BEST, "USD")

    numbers, _, meaning = text.partition(". ")
    assert numbers.startswith("Orders every 40 days, spends $182 a year")
    assert numbers.endswith("; 90th percentile of spend, 88th of orders")
    assert meaning == "Your best customers."


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [(0.0, "EUR", "€0.00"), (99.999, "GBP", "£100.00"), (-5.0, "USD", "-$5.00"), (8, "", "8.00")],
)
def test_amounts_read_well(amount, currency, expected):
    assert money(amount, currency) == expected
