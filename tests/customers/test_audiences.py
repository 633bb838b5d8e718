"""Conditions of audiences, kept and said."""

from datetime import date

import pytest

from customers.audiences import Criteria, in_words, whole_words

EVERYTHING = Criteria(
    segments=("loyal", "new"),
    rfm=("Champions",),
    tiers=("high", "medium"),
    categories=("Mugs",),
    countries=("DE", "FR", "IT"),
    ordered_from=date(2026, 1, 2),
    ordered_until=date(2026, 3, 4),
    silent_days=30,
    active_days=90,
    consent="agreed",
    listed=("bought:2026-03.12.top5.loyal", "moved:new.none"),
)


@pytest.mark.parametrize("criteria", [Criteria(), Criteria(tiers=("low",)), EVERYTHING], ids=str)
def test_what_is_kept_is_read_again(criteria):
    assert Criteria.from_json(criteria.to_json()) == criteria


def test_conditions_that_are_not_set_are_not_kept():
    assert Criteria(silent_days=None, consent="").to_json() == {}


def test_conditions_of_another_version_are_left_out():
    assert Criteria.from_json({"shoe_size": 44, "consent": "agreed"}) == Criteria(consent="agreed")


def test_conditions_are_said_by_names():
    assert in_words(EVERYTHING, {"loyal": "Loyal regulars"}) == (
        "in Loyal regulars or new; in RFM group Champions; of high or medium expected value; "
        "who bought in Mugs; from DE, FR or IT; last order on 2 Jan 2026 or later; "
        "last order on 4 Mar 2026 or earlier; silent for 30 days or longer; "
        "ordered within the last 90 days; who agreed to marketing; "
        "among the top 5\xa0% of the 12 months to Mar 2026, counted within Loyal regulars; "
        "who moved lately from new to no segment"
    )


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("q:ada", "found by “ada”"),
        ("segment:none", "in no segment"),
        ("segment:borderline", "nearly in another segment"),
        ("last_order:never", "who never ordered"),
        ("bought:2026-03.1.new", "among the new buyers in Mar 2026"),
        ("shoe:44", "of a kind that is not known: nobody"),
    ],
)
def test_conditions_of_the_list_are_said(condition, words):
    assert in_words(Criteria(listed=(condition,))) == words


def test_no_condition_means_everybody():
    assert in_words(Criteria()) == ""
    assert whole_words(Criteria()) == "All customers"
