from decimal import Decimal

import pytest

from runs.parsing import BadCell, Forms, decimal_sign, money, number, whole

POINT, COMMA, UNKNOWN = Forms(decimal="."), Forms(decimal=","), Forms(decimal=None)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("17850.0", "17850"),
        ("£1,234.50", "1234.50"),
        ("1.234,50 €", "1234.50"),
        ("1 234,50", "1234.50"),
        ("1'234.50", "1234.50"),
        ("12,50", "12.50"),
        (".5", "0.5"),
        ("USD 15.00", "15"),
        ("15.00 USD", "15"),
        ("-3", "-3"),
        ("$-3", "-3"),
        ("-$3.00", "-3"),
        ("($2.00)", "-2"),
        ("12,50-", "-12.5"),
        ("−7", "-7"),
        ("AU$ 5", "5"),
        ("1\u202f234,50\xa0€", "1234.50"),
        ("1,234,567", "1234567"),
        ("1.5e-05", "0.000015"),
        ("₹1,23,456.50", "123456.50"),
        ("CHF 1’000.–", "1000"),
        ("12,-- €", "12"),
    ],
)
def test_a_number_is_read_as_shops_write_it(cell, value):
    assert number(cell, POINT) == Decimal(value)


@pytest.mark.parametrize(
    "cell",
    [
        "12 apples",
        "1,2,3",
        "1,23,45",
        "-.-",
        "--5",
        "1..2",
        "=1+1",
        "x",
        "1/2",
        "٣٫٥",
        "٣",
        "١٢.٥ €",
        "12,34,56.7,8",
        "-5-",
        "(5",
        "5)",
        "(-5)",
    ],
)
def test_what_is_not_a_number_is_said_to_be_none(cell):
    with pytest.raises(BadCell):
        number(cell, POINT)


@pytest.mark.parametrize("cell", ["", " ", "null", "NULL", r"\N", "NaN", "\xa0"])
def test_an_empty_cell_or_filler_is_no_number(cell):
    assert number(cell, POINT) is None


@pytest.mark.parametrize(
    ("cell", "point", "comma"), [("1,234", 1234, 1.234), ("1.234", 1.234, 1234)]
)
def test_three_digits_after_the_only_sign_follow_the_files_form(cell, point, comma):
    assert float(number(cell, POINT)) == point
    assert float(number(cell, COMMA)) == comma
    with pytest.raises(BadCell, match="thousands or decimals"):
        number(cell, UNKNOWN)


@pytest.mark.parametrize(
    ("cell", "sign"),
    [
        ("12,5", ","),
        ("12.50", "."),
        ("1.234,5", ","),
        ("1,234", None),
        ("Rs. 1,234", None),
        ("1.234.567", ","),
        ("Rs. 1,234,567", "."),
        ("1,23,456", "."),
        ("12,-- €", ","),
        ("call, please", None),
        ("1,2345.6", None),
        ("7", None),
    ],
)
def test_a_cell_shows_its_decimal_sign_where_it_can_be_read_one_way_only(cell, sign):
    assert decimal_sign(cell) == sign


def test_a_whole_number_may_carry_zeros_but_no_fraction():
    assert whole(1, 9)("3.00", POINT) == 3
    with pytest.raises(BadCell, match="whole"):
        whole(1, 9)("3.5", POINT)
    with pytest.raises(BadCell, match="from 1 to 9"):
        whole(1, 9)(str(2**100), POINT)


def test_money_is_rounded_half_up_and_never_negative():
    assert money()("1.00005", POINT) == Decimal("1.0001")
    with pytest.raises(BadCell, match="negative"):
        money()("-0.01", POINT)
