from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from runs.parsing import BadCell, Forms, date_order, moment

DAY_FIRST = Forms(dates="dmy")


@pytest.mark.parametrize(
    "cell",
    [
        "2010-12-01T08:26:00Z",
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
    ],
)
def test_an_instant_is_read_as_shops_write_it(cell):
    assert moment(cell, DAY_FIRST) == datetime(2010, 12, 1, 8, 26, tzinfo=UTC)


def test_without_an_offset_an_instant_is_in_the_shops_zone():
    paris = Forms(zone=ZoneInfo("Europe/Paris"))
    assert moment("2010-12-01 09:26", paris) == datetime(2010, 12, 1, 8, 26, tzinfo=UTC)


@pytest.mark.parametrize(
    "cell",
    ["0001-01-01", "9999-12-31", "2024-02-30", "31/02/2024", "13/13/2024", "40148", "soon", "8:26"],
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
    [("13/02/2024", "dmy"), ("02/13/2024", "mdy"), ("01/02/2024", "?"), ("2024-01-02", None)],
)
def test_a_date_shows_its_order_where_it_can_be_read_one_way_only(cell, order):
    assert date_order(cell) == order
