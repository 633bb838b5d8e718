import pytest

from recommendations.list_ids import KINDS, SIGNS, ListTold, list_id, read_list_id
from recommendations.models import Rule


def test_every_source_is_told_by_its_place():
    places = [(f"p{n}", source) for n, source in enumerate(SIGNS)] * 2

    told = read_list_id(list_id("bought-together", "baseline", places))

    assert told == ListTold("bought-together", "baseline", tuple(SIGNS) * 2)


def test_every_kind_of_list_is_told():
    told = [read_list_id(list_id(kind, "model", [("cup", "popular")])).kind for kind in KINDS]

    assert sorted(told) == sorted(Rule.List.values)


def test_lists_are_equal_when_all_that_is_shown_is():
    cup, jug = ("cup", "similar"), ("jug", "similar")

    ids = {list_id("similar", "model", places) for places in ([cup, jug], [jug, cup], [cup])}

    assert len(ids) == 3
    assert list_id("similar", "model", [cup, jug]) in ids


def test_an_empty_list_has_an_id_too():
    assert read_list_id(list_id("popular", "model", [])).sources == ()


@pytest.mark.parametrize(
    "text",
    ["", "similar", "similar-model-1s-", "similar-model-1x-" + "0" * 18]
    + [f"{kind}-model-1s-{'0' * 18}" for kind in ("mine", "a" * 31)]
    + [f"similar-{arm}-{runs}-{'0' * 18}" for arm, runs in [("other", "1s"), ("model", "99s2o")]],
)
def test_what_is_no_id_of_ours_tells_nothing(text):
    assert read_list_id(text) is None
