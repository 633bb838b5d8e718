import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommendations.ranking import REASONS, Candidate, by_score, rank


def products(ranking):
    return [place.product for place in ranking.places]


def dropped(ranking):
    return {reason: number for reason, number in ranking.removed.items() if number}


def candidate(product, **over):
    return Candidate(product, over.pop("source", "similar"), **over)


def test_sources_follow_one_another():
    walk = [candidate(2), candidate(1), candidate(3, source="popular")]

    ranking = rank(walk, limit=3)

    assert [place.source for place in ranking.places] == ["similar", "similar", "popular"]


def test_the_walk_ends_when_the_list_is_full():
    walk = iter([candidate(1), candidate(2), candidate(3)])

    rank(walk, limit=2)

    assert [left.product for left in walk] == [3]


def test_what_is_dropped_below_the_last_place_is_not_counted():
    walk = [candidate(1, reason="hidden"), candidate(2), candidate(3, reason="hidden")]

    assert dropped(rank(walk, limit=1)) == {"hidden": 1}


def test_a_short_list_counts_all_that_was_dropped():
    walk = [candidate(1), candidate(2, reason="out_of_stock")]

    ranking = rank(walk, limit=5)

    assert (products(ranking), ranking.is_full) == ([1], False)
    assert dropped(ranking) == {"out_of_stock": 1}


def test_a_product_that_comes_again_is_passed_over():
    walk = [candidate(1), candidate(1, source="popular"), candidate(2), candidate(2)]

    ranking = rank(walk, limit=5)

    assert (products(ranking), dropped(ranking)) == ([1, 2], {})


def test_a_dropped_product_that_comes_again_counts_once():
    walk = [candidate(1, reason="hidden"), candidate(1, reason="hidden"), candidate(2)]

    assert dropped(rank(walk, limit=1)) == {"hidden": 1}


def test_a_group_gets_one_place():
    walk = [candidate(1, group="g"), candidate(2, group="g"), candidate(3, group="")]

    ranking = rank(walk, limit=2)

    assert (products(ranking), dropped(ranking)) == ([1, 3], {"same_group": 1})


def test_a_group_gets_all_its_places_when_asked_for():
    walk = [candidate(1, group="g"), candidate(2, group="g")]

    assert products(rank(walk, limit=2, one_per_group=False)) == [1, 2]


def test_a_dropped_variant_leaves_its_group_open():
    walk = [candidate(1, group="g", reason="out_of_stock"), candidate(2, group="g")]

    assert products(rank(walk, limit=1)) == [2]


def test_of_two_reasons_the_first_counts():
    shown = candidate(1, group="g")
    walk = [shown, candidate(2, group="g", reason="filtered"), candidate(3, reason="filtered")]
    sold_out = candidate(4, group="g", reason="out_of_stock")

    ranking = rank([*walk, sold_out], limit=9)

    assert dropped(ranking) == {"same_group": 1, "filtered": 1, "out_of_stock": 1}


def test_a_low_score_is_filtered_and_no_score_is_not():
    walk = [candidate(1, score=0.5), candidate(2, score=0.4), candidate(3, source="popular")]

    ranking = rank(walk, limit=9, min_score=0.5)

    assert (products(ranking), dropped(ranking)) == ([1, 3], {"filtered": 1})


def test_pins_stand_at_their_positions():
    pins = {1: candidate(9, source="pinned"), 3: candidate(8, source="pinned")}

    ranking = rank([candidate(n) for n in (1, 2, 3, 9)], limit=4, pins=pins)

    assert products(ranking) == [9, 1, 8, 2]


def test_a_pin_that_may_not_be_shown_gives_its_place_away():
    pins = {1: candidate(9, source="pinned", reason="out_of_stock")}

    ranking = rank([candidate(1), candidate(2)], limit=2, pins=pins)

    assert (products(ranking), dropped(ranking)) == ([1, 2], {"out_of_stock": 1})


def test_pins_close_up_where_the_walk_runs_dry():
    pins = {4: candidate(9, source="pinned"), 7: candidate(8, source="pinned")}

    assert products(rank([candidate(1)], limit=5, pins=pins)) == [1, 9]


def test_boosts_change_the_order_and_no_score():
    found = [candidate(1, score=0.6, name="a"), candidate(2, score=0.5, name="b")]

    ordered = by_score(found, boosts={2: 1.5})

    assert [(c.product, c.score) for c in ordered] == [(2, 0.5), (1, 0.6)]


def test_equal_scores_are_ordered_by_name():
    found = [candidate(1, score=0.5, name="b"), candidate(2, score=0.5, name="a")]

    assert [c.name for c in by_score(found)] == ["a", "b"]


def test_a_list_without_places_is_an_error():
    with pytest.raises(ValueError, match="at least one place"):
        rank([], limit=0)


candidates = st.builds(
    Candidate,
    product=st.integers(1, 12),
    source=st.just("similar"),
    score=st.sampled_from([None, 0.2, 0.8]),
    group=st.sampled_from(["", "", "g", "h"]),
    reason=st.sampled_from(["", "", "", *REASONS]),
)


@given(st.lists(candidates, max_size=20), st.integers(1, 8))
def test_any_list_is_as_long_as_there_are_products_to_show(walk, limit):
    ranking = rank(walk, limit)

    whole = rank(walk, 100)
    assert ranking.places == whole.places[:limit]
    assert ranking.is_full == (len(whole.places) >= limit)
    assert len({c.product for c in walk}) == len(whole.places) + sum(whole.removed.values())
    groups = [place.group for place in ranking.places if place.group]
    assert len(groups) == len(set(groups))
