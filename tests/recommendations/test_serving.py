from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from products.models import Product
from recommendations.models import Popularity, SimilarList, TogetherList
from recommendations.services import answers, serving
from recommendations.wishes import Wishes
from runs.models import Run
from tests.factories import NOW, make_product
from tests.recommendations.oracle import expected_answer
from tests.recommendations.shelf import (
    make_buyers,
    make_neighbours,
    make_run,
    make_together,
    make_vectors,
)

pytestmark = pytest.mark.django_db


def similar(product, **wishes):
    here = serving.find_situation(product.external_id)
    return serving.similar_products(here, Wishes(**wishes))


def together(product, **wishes):
    here = serving.find_situation(product.external_id, "bought-together")
    return serving.products_bought_together(here, Wishes(**wishes))


def popular(**wishes):
    return serving.popular_products(serving.find_situation(), Wishes(**wishes))


def ids(answer):
    return [place.product.id for place in answer.places]


catalogues = st.lists(
    st.builds(
        dict,
        visible=st.sampled_from([True, True, True, False]),
        deleted_at=st.sampled_from([None, None, None, NOW]),
        availability=st.sampled_from(["in_stock", "in_stock", "preorder", "out_of_stock"]),
        product_type=st.sampled_from(["", "A", "A > B", "a > b > C", "A > B_", "AB"]),
        brand=st.sampled_from(["", "Acme", "ACME", "Zen"]),
        price=st.sampled_from([None, Decimal("1"), Decimal("2.50"), Decimal("4")]),
        item_group_id=st.sampled_from(["", "", "g", "h"]),
        created_at=st.sampled_from([NOW, NOW, NOW - timedelta(days=1)]),
        buyers=st.sampled_from([None, (0, 0), (0, 1), (1, 1), (1, 2)]),
        similar=st.sampled_from([None, None, 0.2, 0.5, 0.5, 0.9]),
        bought_together=st.sampled_from([None, None, None, 0.1, 0.5, 0.5]),
        external_id=st.uuids().map(lambda uuid: uuid.hex[:6]),
    ),
    min_size=1,
    max_size=14,
    unique_by=lambda product: product["external_id"],
)
all_wishes = st.builds(
    Wishes,
    limit=st.integers(1, 12),
    category=st.sampled_from(["", "", "A", "a >b", "A > B_"]),
    brand=st.sampled_from([(), (), ("acme",), ("ZEN", "Acme")]),
    min_price=st.sampled_from([None, None, Decimal("2"), Decimal("2.5")]),
    max_price=st.sampled_from([None, None, Decimal("2.5")]),
    price=st.sampled_from(["any", "any", "cheaper", "dearer"]),
    in_stock=st.sampled_from([True, True, False]),
    one_per_group=st.sampled_from([True, True, False]),
    exclude=st.sampled_from([(), ("nobody",), ("FIRST",)]),
    min_score=st.sampled_from([Wishes.min_score, Wishes.min_score, 0.0, 0.4]),
    arm=st.sampled_from(["model", "model", "baseline"]),
)


def store(rows):
    """Write a catalogue; return its products, the first one's lists and all buyers."""
    extras = ("buyers", "similar", "bought_together", "created_at")
    rows[0]["external_id"] = "first"
    products = Product.objects.bulk_create(
        Product(**{name: value for name, value in row.items() if name not in extras}, title="-")
        for row in rows
    )
    for product, row in zip(products, rows, strict=True):
        product.created_at = row["created_at"]
    Product.objects.bulk_update(products, ["created_at"])
    pairs = list(zip(products, rows, strict=True))
    buyers = {product.pk: row["buyers"] for product, row in pairs if row["buyers"]}
    Popularity.objects.bulk_create(
        Popularity(product_id=key, buyers_90_days=lately, buyers_ever=ever)
        for key, (lately, ever) in buyers.items()
    )
    lists = {
        source: {product.pk: row[source] for product, row in pairs[1:] if row[source]}
        for source in ("bought_together", "similar")
    }
    SimilarList.objects.create(
        run=make_run(),
        product=products[0],
        neighbours=list(lists["similar"]),
        scores=list(lists["similar"].values()),
    )
    TogetherList.objects.create(
        run=make_run(kind="bought-together"),
        product=products[0],
        others=list(lists["bought_together"]),
        scores=list(lists["bought_together"].values()),
        direct=[0.05] * len(lists["bought_together"]),
    )
    return products, lists, buyers


@pytest.mark.parametrize("walked_at_least", [0, 60])
@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=catalogues, asked=st.lists(all_wishes, min_size=3, max_size=3))
def test_any_answer_is_the_one_the_plain_way_finds(monkeypatch, walked_at_least, rows, asked):
    monkeypatch.setattr(answers, "WALKED_AT_LEAST", walked_at_least)
    with transaction.atomic():
        products, lists, buyers = store(rows)
        Product.objects.filter(pk=products[0].pk).update(deleted_at=None)
        for wishes in asked:
            for kind, make, sources in [
                ("similar", serving.similar_products, {"similar": lists["similar"]}),
                ("bought-together", serving.products_bought_together, lists),
            ]:
                if kind != "similar":
                    wishes = replace(wishes, min_score=Wishes.min_score)
                answer = make(serving.find_situation("FIRST", kind), wishes)

                found = [(place.product.id, place.source) for place in answer.places]
                expected = expected_answer(products[0], products, sources, buyers, wishes)
                assert (found, answer.removed) == expected
        transaction.set_rollback(True)


def test_neighbours_come_first_by_falling_score(django_assert_num_queries):
    shown, near, far = (make_product(external_id=name) for name in ("shown", "near", "far"))
    make_neighbours(shown, near, far)

    # The situation with the product and its list; the neighbours as they are now.
    with django_assert_num_queries(2):
        answer = similar(shown, limit=2)

    assert [(place.product.id, place.rank, place.score) for place in answer.places] == [
        ("near", 1, 0.9),
        ("far", 2, 0.8),
    ]


def test_what_is_popular_fills_the_list(django_assert_num_queries):
    shown = make_product(product_type="Home > Mugs")
    make_neighbours(shown, make_product(external_id="near"))
    make_product(external_id="mug", product_type="home > mugs > small")
    make_buyers(make_product(external_id="loved"), lately=5)

    # As above; the walk down what is popular; what was dropped on the way.
    with django_assert_num_queries(4):
        answer = similar(shown, limit=3)

    assert [(place.product.id, place.source) for place in answer.places] == [
        ("near", "similar"),
        ("mug", "popular_in_category"),
        ("loved", "popular"),
    ]


def test_a_walk_that_was_too_short_is_made_whole(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(answers, "WALKED_AT_LEAST", 0)
    shown = make_product()
    make_product(external_id="old"), make_product(external_id="blue", item_group_id="shirts")
    make_product(external_id="red", item_group_id="shirts"), make_product(visible=False)

    with django_assert_num_queries(4):
        answer = similar(shown, limit=2)

    assert ids(answer) == ["red", "old"]
    assert (answer.removed["same_group"], answer.removed["hidden"]) == (1, 1)


def test_popular_are_buyers_of_late_then_ever_then_the_newest():
    for name, lately, ever in [("ever", 0, 9), ("late", 1, 1), ("later", 2, 2)]:
        make_buyers(make_product(external_id=name), lately, ever)
    make_product(external_id="old"), make_product(external_id="new")

    assert ids(popular()) == ["later", "late", "ever", "new", "old"]


def test_popular_works_without_any_order():
    make_product(external_id="a", visible=False), make_product(external_id="b")

    answer = popular()

    assert (ids(answer), answer.removed["hidden"], answer.run) == (["b"], 1, None)


def test_a_product_sold_out_is_gone_from_the_next_answer():
    shown, near = make_product(), make_product()
    make_neighbours(shown, near)
    assert ids(similar(shown)) == [near.external_id]

    Product.objects.filter(pk=near.pk).update(availability="out_of_stock")

    answer = similar(shown)
    assert (ids(answer), answer.removed["out_of_stock"]) == ([], 1)


def test_a_score_asked_for_switches_fallbacks_off():
    shown, near, far = make_product(), make_product(), make_product()
    make_neighbours(shown, near, far)

    assert ids(similar(shown, min_score=0.85)) == [near.external_id]


def test_the_baseline_is_what_is_popular():
    shown, near = make_product(), make_product()
    make_neighbours(shown, near)

    assert [place.source for place in similar(shown, arm="baseline").places] == ["popular"]


def test_lists_of_runs_that_are_not_published_are_not_seen():
    shown, near = make_product(), make_product(visible=False)
    make_neighbours(shown, near, run=make_run("held"))

    assert similar(shown).removed["hidden"] == 1  # met as unpopular, not as a neighbour
    assert serving.find_situation(shown.external_id).neighbours is None


def test_equal_lists_have_equal_ids_whatever_the_run():
    shown, near, far = make_product(), make_product(), make_product()
    make_neighbours(shown, near, far)
    before, shorter = similar(shown), similar(shown, limit=1)

    make_run("discarded")

    assert similar(shown).id == before.id != shorter.id


def test_a_later_refresh_that_failed_makes_a_list_stale():
    make_run()
    assert not popular().is_stale

    make_run("refused")

    assert popular().is_stale


def test_a_reason_names_what_is_shared():
    shown = make_product(title="Merino hat", brand="Acme")
    near = make_product(title="Fine Merino Socks", brand="ACME")
    run = make_neighbours(shown, near)
    make_vectors(run, ["brand: acme", "merino"], {shown: [4, 8], near: [4, 8]})

    assert similar(shown).places[0].text == "Also merino, same brand"


def test_terms_of_an_explained_score_sum_to_it():
    shown, near = make_product(), make_product()
    run = make_neighbours(shown, near)
    row = [3 + n for n in range(20)]
    make_vectors(run, [f"w{n:02}" for n in range(20)], {shown: row, near: row})

    (place,) = similar(shown, explain=True).places

    assert place.terms[0][0] == "w19"
    assert place.terms[-1][0] == "other"
    assert sum(share for _, share in place.terms) == pytest.approx(place.score, abs=1e-6)


def test_what_is_popular_says_so_and_where():
    shown = make_product(product_type="Home > Mugs")
    make_buyers(make_product(product_type="Home > Mugs"), 1)
    make_product(product_type="Home > Mugs"), make_product()

    texts = [place.text for place in similar(shown).places]

    assert texts == ["Popular in Mugs", "Also in Mugs", "New in this shop"]


def test_bought_together_comes_before_what_is_alike_and_what_is_popular(django_assert_num_queries):
    shown, other, near, _ = (make_product(external_id=name) for name in ("i", "o", "n", "p"))
    make_neighbours(shown, near, other)
    make_together(shown, other)

    # The situation with both lists; their products; the walk; what was dropped on the way.
    with django_assert_num_queries(4):
        answer = together(shown)

    assert [(place.product.id, place.source, place.score) for place in answer.places] == [
        ("o", "bought_together", 0.5),
        ("n", "similar", 0.9),
        ("p", "popular", None),
    ]
    assert answer.run == Run.objects.get(kind="bought-together").pk


def test_what_is_bought_together_says_why():
    shown, often, seldom, never = (make_product(product_type="Home > Mugs") for _ in range(4))
    make_together(shown, often, seldom, never, direct=[0.4, 0.1, 0.0])

    places = together(shown, explain=True, limit=3).places

    assert [(place.text, place.terms) for place in places] == [
        ("Often bought together", [("orders with both", 0.4), ("usual with Mugs", 0.1)]),
        ("Sometimes bought together", [("orders with both", 0.1), ("usual with Mugs", 0.3)]),
        ("Often bought with Mugs", [("usual with Mugs", 0.3)]),
    ]
