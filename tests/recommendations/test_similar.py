"""Builds, and what keeps them fresh, store exactly what looking at all products finds."""

import json
from random import Random

import pytest
from celery import current_app
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from products.models import Product
from recommendations.models import Popularity, ProductVector, SimilarList
from recommendations.queries import similar as queries
from recommendations.scan import scan
from recommendations.services import freshness, similar
from recommendations.services.freshness import refresh_neighbours
from recommendations.services.popularity import refresh_popularity
from recommendations.tasks import refresh_neighbours as refresh_task
from runs import kinds
from runs.models import Run
from runs.services import publish_run, request_run, roll_back, work_on
from tests.factories import NOW, make_customer, make_order, make_product

pytestmark = pytest.mark.django_db

WORDS = [*"abc", "red", "blue", "wool", "silk", "sock", "hat", "mug", "tall", "small"]


def build() -> Run:
    return work_on(request_run("similar"), to_the_end=True)


def fill(random: Random, count: int) -> None:
    """Make products of few words in few categories, many of them equal or nearly so."""
    for _ in range(count):
        make_product(**fields(random))


def fields(random: Random) -> dict:
    return {
        "title": " ".join(random.choices(WORDS, k=random.randint(1, 4))),
        "product_type": random.choice(["", "Wear", "Wear > Warm", "Home"]),
        "brand": random.choice(["", "Acme", "Other"]),
        "price": random.choice([None, 5, 50]),
        "item_group_id": random.choice(["", "", "g1", "g2", "g3"]),
        "attributes": {"size": random.choice([1, 2])},
    }


def stored_lists() -> dict[int, list[tuple[int, float]]]:
    rows = SimilarList.objects.filter(run__status="published")
    return {r.product_id: list(zip(r.neighbours, r.scores, strict=True)) for r in rows}


def lists_of_all() -> dict[int, list[tuple[int, float]]]:
    """Look at all products for each, by the weights that the published run has stored."""
    run = Run.objects.get(status="published")
    rows = queries.rows_of_weights(run.pk)
    on_sale = Product.objects.filter(visible=True, deleted_at=None)
    assert sorted(rows.ids) == sorted(on_sale.values_list("pk", flat=True))
    found = scan(rows.weights, rows.groups, rows.places(rows.ids), freshness.GROUPS_KEPT)
    pairs = list(zip(rows.ids[found.neighbours].tolist(), found.scores.tolist(), strict=True))
    spans = zip(rows.ids[found.rows].tolist(), found.starts, found.starts[1:], strict=False)
    return {product: pairs[start:end] for product, start, end in spans}


def test_a_build_is_published_with_the_lists_of_looking_at_all():
    fill(Random(1), 120)

    run = build()

    assert run.status == "published"
    assert run.metrics["recall_at_20"] == run.metrics["coverage"] == 1
    assert stored_lists() == lists_of_all()
    assert run.metrics["pairs"] == sum(map(len, stored_lists().values()))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("most_scanned", [0, 300])
def test_after_any_changes_lists_are_those_of_looking_at_all(seed, most_scanned, monkeypatch):
    monkeypatch.setattr(similar, "GROUPS_KEPT", 8)
    monkeypatch.setattr(freshness, "GROUPS_KEPT", 8)
    monkeypatch.setattr(similar, "SAMPLE_DEPTH", 8)
    monkeypatch.setattr(freshness, "MOST_SCANNED", most_scanned)
    random = Random(seed)
    fill(random, 60)
    build()

    for _ in range(6):
        changed = random.sample(list(Product.objects.all()), 4)
        for product in changed[1:]:
            Product.objects.filter(pk=product.pk).update(**fields(random))
        Product.objects.filter(pk=changed[0].pk).update(
            visible=random.random() < 0.5,
            deleted_at=random.choice([None, timezone.now()]),
        )
        changed.append(make_product(**fields(random)))

        assert refresh_neighbours([product.pk for product in changed]) is False
        assert stored_lists() == lists_of_all()


def test_a_change_that_was_undone_leaves_no_trace():
    fill(Random(10), 30)
    build()
    one, other = Product.objects.all()[:2]
    before = stored_lists()

    with transaction.atomic():
        Product.objects.filter(pk=one.pk).update(title="small tall hat")
        refresh_neighbours([one.pk])
        assert stored_lists() != before
        transaction.set_rollback(True)
    assert stored_lists() == before

    Product.objects.filter(pk=other.pk).update(title="silk sock mug")
    refresh_neighbours([other.pk])
    assert stored_lists() == lists_of_all()


def test_a_new_product_gets_a_list_and_a_place_in_others():
    fill(Random(2), 30)
    build()
    new = make_product(title="tall red mug", product_type="Home", brand="Acme")

    refresh_neighbours([new.pk])

    lists = stored_lists()
    assert lists[new.pk]
    assert any(new.pk in dict(near) for product, near in lists.items() if product != new.pk)


def test_stock_and_pictures_change_no_list(django_assert_num_queries):
    fill(Random(3), 10)
    build()
    before = list(ProductVector.objects.values_list())
    Product.objects.update(availability="out_of_stock", image_link="/x.png")
    every = list(Product.objects.values_list("pk", flat=True))

    # Queries: savepoint, lock, published run, changed products, end of savepoint
    with django_assert_num_queries(5):
        refresh_neighbours(every)

    assert list(ProductVector.objects.values_list()) == before


def test_what_changed_during_a_build_is_in_the_lists_it_publishes():
    fill(Random(4), 40)
    run = request_run("similar")
    kind = kinds.get("similar")
    run.status = "running"
    run.save()
    parts = kind.prepare(run)
    hidden, written = Product.objects.all()[:2]
    Product.objects.filter(pk=hidden.pk).update(visible=False)
    Product.objects.filter(pk=written.pk).update(title="small green scarf")
    make_product(title="tall blue hat")

    for part in range(parts):
        kind.work(run, part)
    kind.finish(run)
    publish_run(run)

    assert stored_lists() == lists_of_all()


def test_a_chunk_done_again_after_its_worker_was_lost_stores_the_same_lists():
    fill(Random(5), 30)
    run = request_run("similar")
    kind = kinds.get("similar")
    kind.prepare(run)
    kind.work(run, 0)
    kind.prepare(run)

    run = work_on(run, to_the_end=True)

    assert run.status == "published"
    assert stored_lists() == lists_of_all()


def test_a_roll_back_brings_earlier_lists_up_to_date():
    fill(Random(6), 30)
    first = build()
    build()
    make_product(title="small wool hat")

    roll_back("similar")

    assert Run.objects.get(status="published") == first
    assert stored_lists() == lists_of_all()


def test_a_roll_back_past_many_changes_leaves_them_to_a_full_build(monkeypatch):
    fill(Random(6), 30)
    build(), build()
    before = stored_lists()
    monkeypatch.setattr(freshness, "MOST_PATCHED", 3)
    Product.objects.update(brand="New", updated_at=timezone.now())

    roll_back("similar")

    assert stored_lists() == before
    assert refresh_neighbours() is True


def test_of_equal_products_the_lowest_ids_come_first():
    for external_id in ["B", "c", "a", "D"]:
        make_product(external_id=external_id, title="wool hat")

    build()

    shown = Product.objects.get(external_id="c").pk
    ids = [Product.objects.get(pk=pk).external_id for pk, _ in stored_lists()[shown]]
    assert ids == ["a", "B", "D"]


def test_one_product_alone_is_published_with_an_empty_list_or_none():
    make_product(title="only one")

    assert build().status == "published"
    assert not any(stored_lists().values())


def test_no_products_are_refused_with_a_reason():
    run = build()

    assert (run.status, run.reasons[0]["code"]) == ("refused", "no_products")


def test_products_of_one_group_only_have_no_lists_and_that_is_refused():
    for number in range(30):
        make_product(title=f"wool hat {number}", item_group_id="g")

    run = build()

    assert (run.status, run.reasons[0]["code"]) == ("refused", "low_coverage")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hat",
        "🧦🧦",
        "<b>hat</b><script>x</script>",
        "فستان قطن أزرق",
        "羊毛袜子",
        "Straßenbahnhaltestellenhäuschen",
        "wool " * 20_000,
    ],
)
def test_texts_of_any_kind_give_lists_or_none_but_no_error(text):
    fill(Random(7), 5)
    shown, near = (make_product(title=text[:500], description=text) for _ in range(2))

    assert build().status == "published"

    neighbours = [product for product, _ in stored_lists().get(shown.pk, [])]
    assert neighbours[:1] == ([near.pk] if text else neighbours[:1])


def test_many_changes_ask_for_a_full_build(monkeypatch):
    fill(Random(8), 10)
    build()
    monkeypatch.setattr(freshness, "MOST_PATCHED", 3)
    before = stored_lists()
    Product.objects.update(brand="New")

    assert refresh_neighbours() is True
    assert stored_lists() == before


def test_without_a_published_run_the_first_change_asks_for_a_build(monkeypatch):
    make_product()
    sent = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args, **options: sent.extend(args))

    refresh_task()

    assert sent == [Run.objects.get(kind="similar", status="waiting").pk]


def test_a_build_that_was_refused_is_asked_for_again_only_after_a_change():
    for _ in range(30):
        make_product(title="hat", item_group_id="g")
    build()

    assert refresh_neighbours() is False
    Product.objects.update(item_group_id="", updated_at=timezone.now())
    assert refresh_neighbours() is True


def test_buyers_are_counted_once_each_up_to_the_data_s_clock():
    hat, mug, sock = (make_product() for _ in range(3))
    ada, ben = make_customer(), make_customer()
    make_order(ada, hat, mug)
    make_order(ada, hat, days_ago=100)
    make_order(ben, hat, days_ago=91)
    make_order(None, mug, days_ago=5)
    make_order(ben, sock, days_ago=-3)
    make_order(ben, sock, status="cancelled")

    refresh_popularity(NOW)

    rows = Popularity.objects.order_by("product").values_list(
        "product", "buyers_90_days", "buyers_ever"
    )
    assert list(rows) == [(hat.pk, 1, 2), (mug.pk, 2, 2)]


def test_the_command_prints_one_json_object(capsys):
    fill(Random(9), 20)

    call_command("refresh_recommendations", only="similar", json=True)

    (run,) = json.loads(capsys.readouterr().out.splitlines()[-1])["runs"]
    keys = "run kind status products pairs recall_at_20 metrics reasons seconds"
    assert list(run) == keys.split()
    assert (run["kind"], run["status"], run["products"]) == ("similar", "published", 20)
