"""Checks of lists: what they say, passed or not, and what they let through."""

import pytest

from recommendations.gates import (
    any_at_all,
    at_least,
    enough,
    hits_against_popular,
    score_against_popular,
)
from runs.gates import Gate
from runs.kinds import Verdict

HITS = {
    "places": 10,
    "hit_rate": 0.312,
    "popular_hit_rate": 0.25,
    "tail_hit_rate": 0.12,
    "popular_tail_hit_rate": 0.03,
}
SCORES = {
    "ndcg_at_10": 0.123,
    "popular_ndcg_at_10": 0.095,
    "difference_low": 0.0265,
    "difference_high": 0.031,
}


@pytest.mark.parametrize(("share", "level"), [(0.9990, "pass"), (0.9989, "refuse")])
def test_a_share_below_its_limit_is_refused(share, level):
    gate = at_least("low_recall", share, 0.999, "Lists hold {share}.")

    assert (gate.level, gate.value, gate.asked) == (level, share, "at least 99.9\xa0%")
    refused = "; at least 99.9\xa0% is asked" if level == "refuse" else ""
    assert gate.text == f"Lists hold {100 * share:.4g}\xa0%{refused}."


def test_nothing_at_all_is_refused_and_too_little_only_warned_of():
    assert any_at_all("none", 0, "some", "none").level == "refuse"
    assert any_at_all("none", 1, "some", "none").text == "some"
    assert [enough("few", count, 5, "orders", "", "").level for count in (4, 5)] == ["warn", "pass"]
    assert enough("few", 1, 1000, "orders", "", "").asked == "at least 1,000 orders"


@pytest.mark.parametrize(
    ("over", "level"),
    [
        ({}, "pass"),
        ({"hit_rate": 0.24}, "pass"),
        ({"hit_rate": 0.24, "tail_hit_rate": 0.03}, "refuse"),
        ({"hit_rate": 0.25, "tail_hit_rate": 0.0}, "pass"),
    ],
    ids=str,
)
def test_lists_must_hit_more_than_what_is_popular_or_more_of_the_tail(over, level):
    assert hits_against_popular(HITS | over).level == level


def test_hits_are_told_beside_those_of_what_is_popular():
    gate = hits_against_popular(HITS)

    assert gate.text == (
        "Beside one product of an order, the first 10 places show another of it for 31.2\xa0% of"
        " orders, what is popular for 25\xa0%; beyond best sellers for 12\xa0% and 3\xa0%."
    )
    assert gate.value == 0.062


@pytest.mark.parametrize(("high", "level"), [(-0.001, "refuse"), (0.001, "pass")])
def test_only_lists_surely_worse_than_what_is_popular_are_refused(high, level):
    gate = score_against_popular(SCORES | {"difference_low": -0.02, "difference_high": high})

    assert gate.level == level


def test_scores_are_told_with_their_difference_in_points():
    gate = score_against_popular(SCORES | {"difference_low": -0.0265})

    assert gate.text == (
        "On what customers bought next, lists of ten reach 12.3\xa0% of a perfect list, what is"
        " popular 9.5\xa0%; the difference lies between −2.6 and 3.1 points with 95\xa0% certainty."
    )
    assert gate.value == 0.028


def test_the_gravest_gate_decides_and_stands_first_among_the_reasons():
    gates = [Gate("a", "pass", 1, "A."), Gate("b", "warn", 2, "B."), Gate("c", "refuse", 3, "C.")]

    verdict = Verdict.by(gates, {"pairs": 4})

    assert verdict.decision == "refuse"
    assert [reason["code"] for reason in verdict.reasons] == ["c", "b"]
    assert [gate["code"] for gate in verdict.metrics["gates"]] == ["a", "b", "c"]
    assert [Verdict.by(gates[:n], {}).decision for n in range(3)] == 3 * ["publish"]
    assert Verdict.by([Gate("d", "hold", 1, "D.")], {}).decision == "hold"
