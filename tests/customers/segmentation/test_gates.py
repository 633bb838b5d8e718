from dataclasses import replace

import pytest

from customers.segmentation.gates import Measured, judge, too_small
from runs.gates import verdict

GOOD = Measured(
    customers=5_000,
    k=6,
    history=730.0,
    smallest=0.08,
    largest=0.30,
    stability=0.9,
    silhouette=0.22,
    dominance=0.17,
    structure=0.2,
    foresight=0.3,
    against_rfm=1.1,
    moved=0.05,
    moved_by_model=0.01,
)


def raised(**over) -> dict[str, str]:
    return {gate.code: gate.level for gate in judge(replace(GOOD, **over)) if gate.level != "pass"}


def test_good_segments_pass_every_gate():
    assert raised() == {}
    assert verdict(judge(GOOD)) == "pass"


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ({"customers": 499}, {"too_few_customers": "refuse"}),
        ({"customers": 599, "k": 12}, {"too_few_customers": "refuse"}),
        ({"customers": 1_999}, {"too_few_customers": "warn"}),
        ({"history": 41.0}, {"too_little_history": "refuse"}),
        ({"history": 179.0}, {"too_little_history": "warn"}),
        ({"smallest": 0.019}, {"segment_too_small": "refuse"}),
        ({"smallest": 0.039}, {"segment_too_small": "warn"}),
        ({"largest": 0.61}, {"segment_too_large": "refuse"}),
        ({"largest": 0.46}, {"segment_too_large": "warn"}),
        ({"stability": 0.59}, {"unstable": "refuse"}),
        ({"stability": 0.74}, {"unstable": "warn"}),
        ({"dominance": 0.31}, {"one_feature_dominates": "refuse"}),
        ({"dominance": 0.26}, {"one_feature_dominates": "warn"}),
        ({"structure": 0.04, "foresight": 0.04}, {"no_structure": "refuse"}),
        ({"structure": 0.09, "foresight": 0.01}, {"no_structure": "refuse"}),
        ({"structure": 0.04, "foresight": None}, {"no_structure": "refuse"}),
        ({"structure": 0.04}, {"no_structure": "warn"}),
        ({"structure": 0.09, "foresight": None}, {}),
        ({"against_rfm": 0.79}, {"worse_than_rfm": "refuse"}),
        ({"against_rfm": 0.99}, {"worse_than_rfm": "warn"}),
        ({"against_rfm": None}, {}),
        ({"moved": 0.26}, {"too_many_moves": "hold"}),
        ({"moved": 0.50, "moved_by_model": 0.45}, {"too_many_moves": "refuse"}),
        ({"moved": 0.50, "moved_by_model": 0.45, "pinned": True}, {"too_many_moves": "hold"}),
        ({"moved": None}, {}),
        ({"silhouette": 0.07}, {"poorly_separated": "refuse"}),
        ({"silhouette": 0.11}, {"poorly_separated": "warn"}),
        ({"distinct_names": 5}, {"names_not_unique": "refuse"}),
        ({"composed_names": 3}, {"names_composed": "refuse"}),
        ({"composed_names": 2}, {}),
    ],
)
def test_each_gate_has_its_limits(over, expected):
    assert raised(**over) == expected


def test_a_segment_of_a_handful_is_refused_whatever_its_share():
    assert raised(customers=1_000, smallest=0.025)["segment_too_small"] == "refuse"


def test_every_gate_says_one_sentence():
    for gate in judge(replace(GOOD, stability=0.1, structure=0.0, foresight=0.0, moved=0.9)):
        assert gate.text.endswith(".")
        assert "\n" not in gate.text


def test_a_warning_says_what_would_be_better():
    texts = {
        gate.code: gate.text
        for gate in judge(replace(GOOD, customers=900, stability=0.7, largest=0.5))
        if gate.level == "warn"
    }

    assert texts == {
        "too_few_customers": "900 customers take part; segments are surer from 2,000 on.",
        "unstable": "Segments found anew in samples of the customers agree with these by 0.70"
        " (1: the same); at least 0.75 would be better.",
        "segment_too_large": "The largest segment holds 50\xa0% of customers;"
        " at most 45\xa0% would be better.",
    }


def test_a_shop_too_young_and_too_small_says_both():
    assert [gate.code for gate in too_small(3, 10.0)] == ["too_few_customers", "too_little_history"]
    assert too_small(5_000, 400.0) == []


def test_structure_is_told_in_shares_of_how_customers_differ():
    gates = {gate.code: gate for gate in judge(replace(GOOD, structure=0.07))}
    apart = {gate.code: gate for gate in judge(replace(GOOD, structure=-0.02))}

    assert gates["no_structure"].text == (
        "Within segments customers differ 6.8\xa0% less than if there were no groups,"
        " and segments explain 30\xa0% of later spend."
    )
    assert gates["no_structure"].asked == "at least 4.9\xa0% less, or 5\xa0% of later spend"
    assert "differ 2\xa0% more" in apart["no_structure"].text


def test_checks_write_shares_as_pages_do():
    for gate in judge(replace(GOOD, largest=0.5, moved=0.3, moved_by_model=0.1)):
        assert not set(zip(gate.text + gate.asked, (gate.text + gate.asked)[1:], strict=False)) & {
            (digit, "%") for digit in "0123456789"
        }
