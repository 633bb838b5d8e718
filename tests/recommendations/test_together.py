"""What is bought together, from orders in the database to published lists."""

import json
from datetime import date
from random import Random

import pytest
from django.core.management import call_command

from products.models import Product
from recommendations.models import TogetherList
from recommendations.services import together
from recommendations.services.popularity import refresh_popularity
from runs import kinds
from runs.models import Run
from runs.services import publish_run, request_run, roll_back, work_on
from tests.factories import make_customer, make_order, make_product

pytestmark = pytest.mark.django_db


def build(**asked) -> Run:
    return work_on(request_run("bought-together", **asked), to_the_end=True)


def stored(run: Run) -> dict[str, list[str]]:
    """Return the lists of a run, by the shop's ids."""
    names = dict(Product.objects.values_list("pk", "external_id"))
    rows = TogetherList.objects.filter(run=run)
    return {names[row.product_id]: [names[other] for other in row.others] for row in rows}


def shop_of_pairs(orders: int = 40, days_ago: int = 1) -> None:
    """Tea goes with biscuits and soap with towels, whatever else is in the basket."""
    random = Random(1)
    names = ("tea", "biscuits", "soap", "towels", *(f"other{n}" for n in range(8)))
    made = [Product.objects.get_or_create(external_id=name, title=name)[0] for name in names]
    pairs, others = (made[:2], made[2:4]), made[4:]
    for number in range(orders):
        make_order(None, *pairs[number % 2], *random.sample(others, 2), days_ago=days_ago)


def test_what_stands_in_one_order_again_and_again_is_bought_together():
    shop_of_pairs()

    run = build()

    assert run.status == "published"
    lists = stored(run)
    best = {name: lists[name][0] for name in ("tea", "biscuits", "soap", "towels")}
    assert best == {"tea": "biscuits", "biscuits": "tea", "soap": "towels", "towels": "soap"}
    assert run.metrics["pairs"] == sum(map(len, lists.values()))


def test_variants_count_as_one_and_share_a_list_in_which_the_best_seller_stands():
    tea = make_product(external_id="tea")
    small, large = (make_product(external_id=n, item_group_id="mug") for n in ("small", "large"))
    gone = make_product(external_id="gone", item_group_id="mug", availability="out_of_stock")
    for mug in (small, large, large, gone, gone, gone):
        make_order(make_customer(), tea, mug)
    refresh_popularity()

    lists = stored(build())

    assert lists == {"tea": ["large"], "small": ["tea"], "large": ["tea"], "gone": ["tea"]}


def test_only_what_was_sold_counts():
    tea, mug, hidden = make_product(), make_product(), make_product(visible=False)
    make_order(None, tea, mug, status="cancelled")
    make_order(None, tea, mug, days_ago=800)
    make_order(None, tea, hidden)
    returned = make_order(None, tea, mug)
    returned.lines.filter(product=mug).update(quantity=-1)

    run = build()

    assert (run.status, run.reasons[0]["code"]) == ("refused", "no_baskets")


def test_a_shop_without_orders_is_told_what_is_missing():
    make_product()

    run = build()

    assert (run.status, run.reasons[0]["text"]) == (
        "refused",
        "No two products stand in one order yet: import orders first.",
    )


def test_few_orders_are_published_and_not_judged():
    shop_of_pairs(orders=20)

    run = build()

    assert (run.status, run.reasons[0]["code"]) == ("published", "too_few_to_judge")


@pytest.fixture
def judged(monkeypatch):
    monkeypatch.setattr(together, "FEWEST_JUDGED", 5)


def test_lists_that_beat_what_is_popular_pass_the_gate(judged):
    shop_of_pairs(orders=60, days_ago=9)
    shop_of_pairs(orders=10)

    run = build()

    assert (run.status, run.reasons) == ("published", [])
    assert run.metrics["hit_rate"] > run.metrics["popular_hit_rate"]


def test_lists_worse_than_what_is_popular_are_refused_and_the_last_good_run_stays(judged):
    star, evens, odds = make_product(), *([make_product() for _ in range(10)] for _ in range(2))
    for number in range(90):
        make_order(None, evens[number % 10], odds[number % 10], days_ago=9)
        make_order(None, star, days_ago=9)
    good = build()
    for number in range(20):  # what went together does so no more
        make_order(None, evens[number % 10], star, days_ago=1)

    run = build()

    assert (run.status, run.reasons[0]["code"]) == ("refused", "worse_than_popular")
    assert Run.objects.get(kind="bought-together", status="published") == good


def test_parts_make_the_same_lists_as_one_and_a_lost_part_is_made_again(monkeypatch):
    shop_of_pairs()
    Product.objects.filter(external_id__in=["tea", "soap"]).update(product_type="Home")
    whole = stored(build())
    monkeypatch.setattr(together, "PAIRS_A_PART", 50)
    run = request_run("bought-together")
    kind = kinds.get("bought-together")
    kind.prepare(run)
    kind.work(run, 0)
    run.refresh_from_db()

    run = work_on(run, to_the_end=True)

    assert run.parameters["parts"] > 3
    assert stored(run) == whole


@pytest.mark.parametrize("is_first_made", [True, False])
def test_a_product_that_changes_its_category_between_parts_has_one_list(monkeypatch, is_first_made):
    shop_of_pairs()
    products = list(Product.objects.order_by("pk"))
    for number, product in enumerate(products):
        Product.objects.filter(pk=product.pk).update(product_type=f"Category {number}")
    monkeypatch.setattr(together, "PAIRS_A_PART", 200)
    run = request_run("bought-together")
    run.status = "running"
    kind = kinds.get("bought-together")
    parts = kind.prepare(run)
    moved, other = (
        products[0],
        next(p for p in products if part_of(p, run) != part_of(products[0], run)),
    )
    first = part_of(moved if is_first_made else other, run)

    kind.work(run, first)
    Product.objects.filter(pk=moved.pk).update(product_type=f"Category {products.index(other)}")
    together._shop.cache_clear()  # as a worker that begins now
    for part in {*range(parts)} - {first}:
        kind.work(run, part)
    kind.finish(run)

    assert stored(run).keys() == {product.external_id for product in products}


def part_of(product: Product, run: Run) -> int:
    groups, _ = together._shop(run.pk, run.as_of)
    row = groups.group_of[groups.products == product.pk]
    return int(groups.shares_of_work[row][0] % run.parameters["parts"])


def test_orders_after_the_day_asked_for_are_left_out():
    shop_of_pairs(days_ago=5)
    late = make_product(external_id="late")
    make_order(None, late, Product.objects.get(external_id="tea"))

    call_command("refresh_recommendations", only="bought-together", as_of=date(2026, 6, 29))

    assert "late" not in stored(Run.objects.get(kind="bought-together"))


def test_a_roll_back_shows_the_lists_before_and_old_ones_are_forgotten(settings):
    settings.RUNS_KEPT = 2
    shop_of_pairs()
    forgotten, first, second = build(), build(), build()

    assert roll_back("bought-together") == first
    assert stored(first) == stored(second)
    assert stored(forgotten) == {}


def test_readers_never_see_half_a_run():
    shop_of_pairs()
    run = request_run("bought-together")
    kind = kinds.get("bought-together")
    run.status = "running"
    run.save()
    kind.prepare(run)
    kind.work(run, 0)

    assert not Run.objects.filter(kind="bought-together", status="published").exists()
    publish_run(run)
    assert Run.objects.get(kind="bought-together", status="published") == run


def test_the_command_prints_what_the_gates_found(capsys):
    shop_of_pairs()

    call_command("refresh_recommendations", only="bought-together", json=True)

    (run,) = json.loads(capsys.readouterr().out.splitlines()[-1])["runs"]
    assert (run["kind"], run["status"], run["recall_at_20"]) == (
        "bought-together",
        "published",
        None,
    )
    assert run["products"] == 12
