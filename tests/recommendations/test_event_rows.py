from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from recommendations.event_rows import BadEvent, read_event

LIST = "similar-model-2s1o-" + "0" * 18
CLICK = {"event_id": "e1", "type": "click", "product": "mug"}


def errors_of(row) -> list[tuple]:
    with pytest.raises(BadEvent) as bad:
        read_event(row, UTC)
    return [(error["field"], error["detail"]) for error in bad.value.errors]


def test_a_click_in_a_list_tells_where_the_place_came_from():
    event = read_event(CLICK | {"list_id": LIST, "position": 3, "visitor": "v"}, UTC)

    assert (event.kind, event.arm, event.source) == ("similar", "model", "popular")
    assert (event.position, event.visitor, event.customer, event.at) == (3, "v", "", None)


@pytest.mark.parametrize(("places", "source"), [("3s", "similar"), ("1s5o", "")])
def test_without_a_position_only_the_one_source_of_a_list_is_told(places, source):
    list_id = f"similar-model-{places}-" + "0" * 18

    event = read_event(CLICK | {"list_id": list_id}, UTC)

    assert (event.kind, event.arm, event.source) == ("similar", "model", source)


def test_outside_of_lists_there_is_no_source():
    assert read_event(CLICK | {"list_id": None}, UTC).source == ""


@pytest.mark.parametrize("list_id", ["mine", "similar-model--" + "0" * 18])
def test_a_list_that_is_not_segrecs_keeps_its_id_and_tells_no_more(list_id):
    event = read_event(CLICK | {"list_id": list_id, "position": 12}, UTC)

    assert (event.list_id, event.kind, event.arm, event.source) == (list_id, "", "", "")
    assert event.position == 12


def test_a_time_may_be_what_browsers_count():
    event = read_event(CLICK | {"at": 1751328000000}, UTC)

    assert event.at == datetime(2025, 7, 1, tzinfo=UTC)


def test_equal_ids_are_equal_and_others_are_not():
    one, same, other = (read_event(CLICK | {"event_id": i}, UTC).id for i in ("a", "a", "b"))

    assert one == same != other


def test_a_time_without_an_offset_is_the_shops():
    event = read_event(CLICK | {"at": "2026-07-01T12:00:00"}, ZoneInfo("Europe/Paris"))

    assert event.at.astimezone(UTC) == datetime(2026, 7, 1, 10, tzinfo=UTC)


def test_whole_numbers_may_be_ids():
    assert read_event(CLICK | {"product": 17850}, UTC).product == "17850"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"event_id": ""}, ("event_id", "is missing")),
        ({"product": None}, ("product", "is missing")),
        ({"type": "order"}, ("type", "is not one of view, impression, click, cart")),
        ({"type": []}, ("type", "is not text")),
        ({"list_id": "l" * 101}, ("list_id", "is longer than 100 characters")),
        ({"list_id": LIST, "position": 4}, ("position", "is not a place of the list, 1 to 3")),
        ({"position": 0}, ("position", "is not a place of the list, 1 to 100")),
        ({"position": True}, ("position", "is not a place of the list, 1 to 100")),
        ({"visitor": "v" * 101}, ("visitor", "is longer than 100 characters")),
        ({"visitor": "a\0"}, ("visitor", "contains control characters")),
        ({"at": "soon"}, ("at", "is not a date")),
        ({"price": 5}, ("price", "is not a field of events")),
    ],
)
def test_what_is_wrong_is_named(change, error):
    assert errors_of(CLICK | change) == [error]


@pytest.mark.parametrize("row", [None, 1, "click", [CLICK]])
def test_what_is_no_object_is_no_event(row):
    assert errors_of(row) == [(None, "is not an object")]
