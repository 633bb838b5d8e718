"""Personal lists, from orders in the database to a published run."""

import json
from concurrent.futures import ThreadPoolExecutor, wait
from random import Random

import numpy as np
import pytest
from django.core.management import call_command
from django.db import connection, transaction

from recommendations.models import ItemWeight, PersonalShelf, SegmentPopularity
from recommendations.personal import model
from recommendations.personal.scoring import APPEAL_SHARES
from recommendations.queries import personal as queries
from recommendations.services import customer_lists, personal, trials
from recommendations.services.popularity import refresh_segment_popularity
from recommendations.wishes import Wishes
from runs.models import Run
from runs.services import request_run, roll_back, work_on
from tests.factories import (
    NOW,
    make_customer,
    make_order,
    make_product,
    make_run,
    make_segment,
)

pytestmark = pytest.mark.django_db


def build(**asked) -> Run:
    return work_on(request_run("personal", **asked), to_the_end=True)


@pytest.fixture
def large(monkeypatch):
    """A shop of a few customers is as large as one must be."""
    monkeypatch.setattr(model, "FEWEST_CUSTOMERS", 10)
    monkeypatch.setattr(model, "FEWEST_PRODUCTS", 3)
    monkeypatch.setattr(personal, "FEWEST_JUDGED", 5)
    monkeypatch.setattr(trials, "FEWEST_BEFORE", 3)


def two_tastes(customers: int = 40, seed: int = 1) -> tuple[list, list, list]:
    """Half the customers drink tea, half coffee; each bought three kinds before and two of late."""
    random = Random(seed)
    teas, coffees = (
        [make_product(title=f"{name} {n}", product_type=f"Food > {name}") for n in range(8)]
        for name in ("Tea", "Coffee")
    )
    people = []
    for number in range(customers):
        people.append(make_customer())
        kinds = random.sample((teas, coffees)[number % 2], 5)
        make_order(people[-1], *kinds[:3], days_ago=60 + number)
        make_order(people[-1], *kinds[3:], days_ago=number % 10)
    return teas, coffees, people


def best(customer, limit: int = 3) -> list:
    here = customer_lists.find_customer(customer.external_id)
    answer = customer_lists.recommendations_for(here, Wishes(limit=limit))
    return [place.product for place in answer.places if place.source == "personal"]


def test_customers_get_what_others_of_their_taste_buy(large):
    _, _, people = two_tastes()

    run = build()

    assert (run.status, run.reasons) == ("published", [])
    assert run.metrics["ndcg_at_10"] > run.metrics["popular_ndcg_at_10"]
    assert {row.product_type for row in best(people[0])} == {"Food > Tea"}


def test_what_appeal_weighs_is_chosen_on_the_last_months_and_kept(large, monkeypatch):
    two_tastes()
    asked = []

    def served(trial, model):
        """Hits everything at a share of 0.1, and else nothing."""
        asked.append(model.shelf.appeal_share)
        bought = dict(zip(trial.rows, trial.truths, strict=True))
        sign = 1 if model.shelf.appeal_share == 0.1 else -1
        return lambda row: sign * np.isin(np.arange(len(trial.shop.products)), bought[row])

    monkeypatch.setattr(trials, "served", served)
    run = build()

    assert sorted(asked) == sorted(APPEAL_SHARES)
    assert run.metrics["appeal_share"] == 0.1
    assert run.metrics["ndcg_at_10"] == 1
    assert PersonalShelf.objects.get(run=run).appeal_share == 0.1
    assert queries.kept_shelf(run.pk).shelf.appeal_share == 0.1


def test_a_shop_too_small_for_weights_is_told_so_and_has_personal_lists_all_the_same():
    _, _, people = two_tastes(customers=6)

    run = build()

    codes = [reason["code"] for reason in run.reasons]
    assert (run.status, codes) == ("published", ["too_small_for_weights", "too_few_to_judge"])
    assert not ItemWeight.objects.exists()
    assert len(best(people[0])) == 3


def test_without_purchases_there_is_nothing_to_learn():
    make_order(None, make_product())

    run = build()

    assert (run.status, run.reasons[0]["code"]) == ("refused", "no_purchases")


def test_lists_worse_than_what_is_popular_are_refused(large, monkeypatch):
    _, _, people = two_tastes()
    good = build()
    monkeypatch.setattr(
        "recommendations.services.trials.served",
        lambda trial, model: lambda row: -trial.history.buyers.astype(float),
    )
    star = make_product()
    for number, customer in enumerate(people):
        make_order(customer, star, days_ago=80 if number % 2 else 1)

    run = build()

    assert (run.status, run.reasons[0]["code"]) == ("refused", "worse_than_popular")
    assert Run.objects.get(kind="personal", status="published") == good


@pytest.mark.parametrize("curious", [0, 2])
def test_nobody_is_judged_by_who_found_nothing_new(large, curious):
    *usual, new = (make_product() for _ in range(4))
    make_order(make_customer(), new, days_ago=100)
    for number in range(12):
        customer = make_customer()
        make_order(customer, *usual, days_ago=100)
        make_order(customer, *usual, *[new] * (number < curious), days_ago=5)

    run = build()

    assert (run.status, run.error) == ("published", "")
    (judged,) = (gate for gate in run.metrics["gates"] if gate["code"] == "too_few_to_judge")
    assert (judged["level"], judged["value"]) == ("warn", curious)


def test_customers_who_opted_out_teach_nothing(large):
    _, _, people = two_tastes()
    first = build()
    for customer in people[:10]:
        customer.profiling_opt_out = True
        customer.save()

    assert build().metrics["customers"] == first.metrics["customers"] - 10


def test_orders_after_the_day_asked_for_teach_nothing():
    tea, late = make_product(), make_product()
    make_order(make_customer(), tea, days_ago=5)
    make_order(make_customer(), late, days_ago=0)

    run = build(as_of=NOW.replace(day=28))

    assert (run.metrics["customers"], run.metrics["shelf"]) == (1, 1)


def test_hidden_products_are_not_on_the_shelf_but_teach(large):
    teas, _, _ = two_tastes()
    hidden = teas[0]
    hidden.visible = False
    hidden.save()

    run = build()

    shelf = PersonalShelf.objects.get(run=run).products
    assert hidden.pk.to_bytes(4, "little") not in [shelf[n : n + 4] for n in range(0, 999, 4)]
    assert ItemWeight.objects.filter(run=run, product=hidden).exists()


def test_a_roll_back_serves_the_run_before_and_old_ones_are_forgotten(large, settings):
    settings.RUNS_KEPT = 2
    _, _, people = two_tastes()
    forgotten, first, _ = build(), build(), build()

    assert roll_back("personal") == first
    assert not PersonalShelf.objects.filter(run=forgotten).exists()
    assert not ItemWeight.objects.filter(run=forgotten).exists()
    assert best(people[0])


def test_buyers_in_segments_are_counted_at_the_data_s_clock():
    ada, ben, cy = make_customer(), make_customer(), make_customer()
    segment = make_segment(make_run(), ada, ben)
    tea, mug, pan = make_product(), make_product(), make_product()
    make_order(ada, tea, mug), make_order(ada, tea), make_order(ben, tea, days_ago=100)
    make_order(cy, pan), make_order(ben, pan, status="cancelled")

    refresh_segment_popularity(NOW)
    refresh_segment_popularity(NOW)

    rows = SegmentPopularity.objects.order_by("product_id").values_list(
        "segment", "product", "buyers_90_days", "buyers_ever"
    )
    assert list(rows) == [(segment.pk, tea.pk, 1, 2), (segment.pk, mug.pk, 1, 1)]


def buyers_in_segments() -> dict:
    return dict(SegmentPopularity.objects.values_list("product__title", "buyers_ever"))


@pytest.mark.django_db(transaction=True)
def test_buyers_in_segments_may_be_counted_by_two_at_once():
    ada = make_customer()
    make_segment(make_run(), ada)
    make_order(ada, make_product(title="Tea"))

    def count() -> None:
        try:
            refresh_segment_popularity(NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as another, transaction.atomic():
        refresh_segment_popularity(NOW)
        counted = another.submit(count)
        wait([counted], timeout=0.5)

    counted.result()
    assert buyers_in_segments() == {"Tea": 1}


def test_only_a_run_that_is_published_changes_the_buyers_in_segments():
    ada = make_customer()
    make_segment(make_run(), ada)
    make_order(ada, make_product(title="Pot"), days_ago=5)
    first = build(as_of=NOW)
    make_order(ada, make_product(title="Tea"))

    refused = build(as_of=NOW.replace(day=1))
    assert (refused.status, buyers_in_segments()) == ("refused", {"Pot": 1})
    build(as_of=NOW)
    assert buyers_in_segments() == {"Pot": 1, "Tea": 1}

    Run.objects.filter(pk=first.pk).update(as_of=NOW.replace(day=29))
    roll_back("personal")
    assert buyers_in_segments() == {"Pot": 1}


def test_the_command_refreshes_every_kind(capsys, large):
    two_tastes()

    call_command("refresh_recommendations", json=True)

    runs = json.loads(capsys.readouterr().out.splitlines()[-1])["runs"]
    assert [(run["kind"], run["status"]) for run in runs] == [
        ("similar", "published"),
        ("bought-together", "published"),
        ("personal", "published"),
    ]
    assert runs[2]["metrics"]["judged"] > 5
