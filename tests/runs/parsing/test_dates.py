from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from runs.parsing import BadCell, Forms, date_order, moment

DAY_FIRST = Forms(dates="dmy")


@pytest.mark.parametrize(
    "cell",
    [
        "2010-12-01T08:26:00Z",
        "2010-12-01t08:26:00z",
        "2010-12-01 08:26",
        "2010-12-01 09:26:00 +0100",
        "2010-12-01 08:26:00 UTC",
        "2010-12-01 08:26:00.000000",
        "2010/12/1 8:26",
        "01.12.2010 08:26",
        "1/12/10 8:26 AM",
        "Dec 1, 2010 8:26",
        "1-Dec-2010 08:26:00",
        "20101201T0826",
        "201012010826",
        "20101201082600",
        "1291191960",
        "1291191960000",
        "1291191960000000",
        "1. Dezember 2010, 08:26 Uhr",
        "1er déc. 2010 8h26",
        "1 dic 2010 08:26",
        "1-Dec-10 08:26",
        "Wed, 01 Dec 2010 08:26:00 GMT",
        "Wednesday, December 1st, 2010 8:26 AM",
        "Dec 1, 2010 12:26:00 AM PST",
        "2010-12-01 09:26 CET",
        "2010-12-01 03:56 -0430",
        "1 Dec 2010 07:56 -00:30",
        "1 Dec 2010 08:56 +0030",
    ],
)
def test_an_instant_is_read_as_shops_write_it(cell):
    assert moment(cell, DAY_FIRST) == datetime(2010, 12, 1, 8, 26, tzinfo=UTC)


def test_without_an_offset_an_instant_is_in_the_shops_zone():
    paris = Forms(zone=ZoneInfo("Europe/Paris"))
    assert moment("2010-12-01 09:26", paris) == datetime(2010, 12, 1, 8, 26, tzinfo=UTC)


@pytest.mark.parametrize(
    "cell",
    [
        "0001-01-01",
        "9999-12-31",
        "2024-02-30",
        "31/02/2024",
        "13/13/2024",
        "40148",
        "soon",
        "8:26",
        "99999999999999",
        "1. Foo 2024",
        "2024-01-05 10:00 XYZ",
        "2024-01-05 10:00 +99:00",
        "1/2/2024 25:00",
        "juillet",
        "1234567890123456789",
    ],
)
def test_what_is_no_date_of_a_shop_is_named(cell):
    with pytest.raises(BadCell):
        moment(cell, DAY_FIRST)


@pytest.mark.parametrize("dates", ["iso", None])
def test_an_undecided_day_and_month_are_not_guessed(dates):
    with pytest.raises(BadCell, match="day or month first"):
        moment("01/02/2024", Forms(dates=dates))


def test_midday_and_midnight_of_the_twelve_hour_clock():
    assert moment("1/2/2024 12:05 AM", DAY_FIRST).hour == 0
    assert moment("1/2/2024 12:05 PM", DAY_FIRST).hour == 12


@pytest.mark.parametrize(
    ("cell", "order"),
    [
        ("13/02/2024", "dmy"),
        ("02/13/2024", "mdy"),
        ("01/02/2024", "?"),
        ("2024-01-02", None),
        ("99/12/2024", None),
        ("0/13/2024", None),
    ],
)
def test_a_date_shows_its_order_where_it_can_be_read_one_way_only(cell, order):
    assert date_order(cell) == order


@pytest.mark.parametrize(
    ("cell", "month"),
    [
        ("3 juin 2024", 6),
        ("3 juillet 2024", 7),
        ("3 juil. 2024", 7),
        ("3 März 2024", 3),
        ("3 maart 2024", 3),
        ("3 ott 2024", 10),
        ("3 out 2024", 10),
        ("3 de agosto de 2024", 8),
    ],
)
def test_months_by_name_in_the_languages_of_neighbours(cell, month):
    assert moment(cell, Forms()).month == month


def test_a_time_zone_that_is_not_known_is_named():
    with pytest.raises(BadCell, match="time zone that is not known"):
        moment("2024-01-05 10:00 XYZ", DAY_FIRST)
