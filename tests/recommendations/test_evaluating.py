"""The command that compares personal lists with plain ways to make them."""

import json
from datetime import timedelta

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from recommendations.services import evaluating
from recommendations.services.evaluating import evaluate_recommendations
from runs.models import Run
from tests.factories import NOW, make_customer, make_order, make_product
from tests.recommendations.test_personal import large, two_tastes  # noqa: F401

pytestmark = pytest.mark.django_db
KEYS = ["ndcg_at_10", "ndcg_at_10_low", "ndcg_at_10_high", "hit_rate_at_10", "recall_at_20"]
KEYS += ["tail_ndcg_at_10", "coverage"]
SPLIT = (NOW - timedelta(days=20)).date()


def test_each_way_is_judged_by_the_same_customers(capsys, large):  # noqa: F811
    two_tastes()

    call_command("evaluate_recommendations", json=True, split=SPLIT)

    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    found = {row["name"]: row for row in result["strategies"]}
    assert (result["split"], result["customers"]) == (SPLIT.isoformat(), 40)
    assert [*found][:5] == ["personal", "categories", "popular", "bm25", "ease"]
    for row in found.values():
        assert {*KEYS} < {*row}
        assert 0 <= row["ndcg_at_10_low"] <= row["ndcg_at_10"] <= row["ndcg_at_10_high"] <= 1
    # Who drinks tea is shown tea first, and of two kinds to come one is among three others.
    assert found["personal"]["ndcg_at_10"] > found["popular"]["ndcg_at_10"]
    assert found["personal"]["over_popular_low"] > 0 == found["popular"]["over_popular_high"]
    assert not Run.objects.exists()


def test_als_is_asked_by_the_amounts_that_it_learns_from(monkeypatch, large):  # noqa: F811
    two_tastes()
    monkeypatch.setattr(evaluating, "find_spec", lambda name: True)
    given = []

    def als(counts, rows):
        given.extend([counts, rows])
        return np.zeros(rows.shape)

    monkeypatch.setattr(evaluating, "als", als)
    evaluate_recommendations(SPLIT)

    counts, rows = (matrix.toarray() for matrix in given)
    assert {*np.unique(rows)} - {0, 1}
    assert {tuple(row) for row in rows} <= {tuple(row) for row in counts}


def test_words_say_the_same(capsys, large):  # noqa: F811
    two_tastes()

    call_command("evaluate_recommendations", split=SPLIT)

    first, _, *rows = capsys.readouterr().out.splitlines()
    assert first == f"40 customers, by what was new to them after {SPLIT}."
    assert [row.split()[0] for row in rows][:3] == ["personal", "categories", "popular"]


def test_what_nobody_could_have_found_does_not_count(large):  # noqa: F811
    teas, _, people = two_tastes()
    for person in people:
        make_order(person, make_product(title="New"), days_ago=1)
    hidden = teas[0]
    hidden.visible = False
    hidden.save()

    found = evaluate_recommendations(SPLIT)["strategies"]

    assert {row["name"]: row for row in found}["personal"]["recall_at_20"] == 1


@pytest.mark.parametrize("days_ago", [0, 400])
def test_a_day_with_nothing_on_one_side_is_explained(large, days_ago):  # noqa: F811
    two_tastes()

    with pytest.raises(CommandError, match="choose an"):
        call_command("evaluate_recommendations", split=(NOW - timedelta(days=days_ago)).date())


def test_without_orders_there_is_nothing_to_judge_by():
    make_product()
    make_customer()

    with pytest.raises(CommandError, match="import orders first"):
        call_command("evaluate_recommendations")


@pytest.mark.slow
def test_als_is_compared_where_its_package_is_installed(large):  # noqa: F811
    pytest.importorskip("implicit")
    two_tastes()

    rows = {row["name"]: row for row in evaluate_recommendations(SPLIT)["strategies"]}

    assert np.isfinite(rows["als"]["ndcg_at_10"])
