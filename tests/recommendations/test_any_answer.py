"""Whatever the catalogue and the wishes, an answer is the one that the plain way finds."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from products.models import Product
from recommendations.models import Popularity, Rule, SegmentPopularity, SimilarList, TogetherList
from recommendations.personal.scoring import Scores
from recommendations.services import answers, basket_lists, customer_lists, serving
from recommendations.wishes import Wishes
from runs.models import Run
from tests.factories import NOW, make_customer, make_order, make_segment
from tests.recommendations.oracle import Scene, expected_answer
from tests.recommendations.shelf import make_personal, make_run

pytestmark = pytest.mark.django_db

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
        buyers=st.sampled_from([None, (0, 0), (0, 1), (1, 1), (2, 2), (3, 9)]),
        similar=st.sampled_from([None, None, 0.2, 0.5, 0.5, 0.9]),
        bought_together=st.sampled_from([None, None, None, 0.1, 0.5, 0.5]),
        personal=st.sampled_from([None, -0.5, 0.25, 0.25, 3.0]),
        of_segment=st.sampled_from([None, None, (0, 1), (1, 1)]),
        is_owned=st.sampled_from([False, False, True]),
        attributes=st.sampled_from([{}, {"colour": "Red"}, {"colour": "red"}, {"colour": "blue"}]),
        external_id=st.uuids().map(lambda uuid: uuid.hex[:6]),
    ),
    min_size=2,
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
    include_purchased=st.sampled_from([False, False, True]),
    exclude=st.sampled_from([(), ("nobody",), ("FIRST",)]),
    min_score=st.sampled_from([Wishes.min_score, Wishes.min_score, 0.0, 0.4]),
    arm=st.sampled_from(["model", "model", "baseline"]),
)
all_rules = st.lists(
    st.builds(
        dict,
        action=st.sampled_from(["pin", "pin", "hide", "boost", "boost", "boost", "same", "other"]),
        about=st.sampled_from([0, 1, 2, 3, 4, "A", "A > B", "acme"]),
        position=st.integers(1, 6),
        factor=st.sampled_from([0.5, 2.0, 10.0]),
        attribute=st.sampled_from(["brand", "category", "colour"]),
        beside=st.sampled_from([None] * 7 + [0, 2]),
        within=st.sampled_from([""] * 7 + ["A", "a >b"]),
    ),
    max_size=4,
)
anything = given(
    rows=catalogues, told=all_rules, asked=st.lists(all_wishes, min_size=2, max_size=4)
)


def tried(examples: int) -> settings:
    """So many catalogues; shrinking takes minutes, and the cases are small."""
    return settings(
        max_examples=examples,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


EXTRAS = (
    "buyers",
    "similar",
    "bought_together",
    "personal",
    "of_segment",
    "is_owned",
    "created_at",
)


def store(rows: list[dict]) -> list[Product]:
    """Write a catalogue and its buyers; return its products, each with the rest of its row."""
    rows[0]["external_id"], rows[1]["external_id"] = "first", "second"
    for shown in rows[:2]:
        shown["deleted_at"] = None
    products = Product.objects.bulk_create(
        Product(**{name: value for name, value in row.items() if name not in EXTRAS}, title="-")
        for row in rows
    )
    for product, row in zip(products, rows, strict=True):
        for name in EXTRAS:
            setattr(product, name, row[name])
    Product.objects.bulk_update(products, ["created_at"])
    Popularity.objects.bulk_create(
        Popularity(product=product, buyers_90_days=product.buyers[0], buyers_ever=product.buyers[1])
        for product in products
        if product.buyers
    )
    return products


def store_rules(told: list[dict], products: list[Product]) -> list[Rule]:
    """Write rules; one about a product that is not there is about the first."""
    rules = []
    for rule in told:
        fields = {name: rule[name] for name in ("action", "within", "attribute")}
        about, beside = rule["about"], rule["beside"]
        product = products[about if isinstance(about, int) and about < len(products) else 0]
        if isinstance(about, int) or rule["action"] == "pin":
            fields["product"] = product
        elif about == "acme":
            fields["brand"] = about
        else:
            fields["category"] = about
        if rule["action"] in ("pin", "boost"):
            fields |= {"position": rule["position"], "factor": rule["factor"]}
        if beside is not None:
            fields["beside"] = products[beside if beside < len(products) else 0]
        rules.append(Rule.objects.create(**fields))
    return rules


def known(products: list[Product], name: str) -> dict:
    """Return by key what is known of products by this name, of those of which it is."""
    return {product.pk: getattr(product, name) for product in products if getattr(product, name)}


def store_lists(shown: Product, products: list[Product], turn: float = 0) -> dict[str, dict]:
    """Store both lists of a product; `turn` makes the scores another's."""
    lists = {
        source: {
            key: round(abs(turn - score), 2)
            for key, score in known(products, source).items()
            if key != shown.pk
        }
        for source in ("bought_together", "similar")
    }
    SimilarList.objects.create(
        run=make_run_once("similar"),
        product=shown,
        neighbours=list(lists["similar"]),
        scores=list(lists["similar"].values()),
    )
    TogetherList.objects.create(
        run=make_run_once("bought-together"),
        product=shown,
        others=list(lists["bought_together"]),
        scores=list(lists["bought_together"].values()),
        direct=[0.0] * len(lists["bought_together"]),
    )
    return lists


def make_run_once(kind: str) -> Run:
    return Run.objects.filter(kind=kind).first() or make_run(kind=kind)


def assert_as_expected(answer, scene: Scene, wishes: Wishes) -> None:
    found = [(place.product.id, place.source) for place in answer.places]
    assert (found, answer.removed) == expected_answer(scene, wishes)


def beside_a_product(rows, told, asked) -> None:
    with transaction.atomic():
        products = store(rows)
        lists = store_lists(products[0], products)
        scene = Scene(
            products,
            lists,
            known(products, "buyers"),
            products[:1],
            products[0].product_type,
            rules=store_rules(told, products),
        )
        alike = replace(scene, sources={"similar": lists["similar"]})
        for wishes in asked:
            here = serving.find_situation("FIRST")
            assert_as_expected(serving.similar_products(here, wishes), alike, wishes)
            here = serving.find_situation("FIRST", "bought-together")
            wishes = replace(wishes, min_score=Wishes.min_score)
            assert_as_expected(serving.products_bought_together(here, wishes), scene, wishes)
        transaction.set_rollback(True)


def of_popular_products(rows, told, asked) -> None:
    with transaction.atomic():
        products = store(rows)
        scene = Scene(products, {}, known(products, "buyers"), rules=store_rules(told, products))
        for wishes in asked:
            wishes = replace(wishes, min_score=Wishes.min_score, price="any")
            answer = serving.popular_products(serving.find_situation(), wishes)
            assert_as_expected(answer, scene, wishes)
        transaction.set_rollback(True)


def for_a_basket(rows, told, asked) -> None:
    with transaction.atomic():
        products = store(rows)
        basket = products[:2]
        parts = [store_lists(shown, products, turn) for turn, shown in enumerate(basket)]
        sources = {
            source: {
                key: (parts[0][source].get(key, 0) + parts[1][source].get(key, 0)) / 2
                for key in {*parts[0][source], *parts[1][source]}
                if key not in {product.pk for product in basket}
            }
            for source in ("bought_together", "similar")
        }
        rules = store_rules(told, products)
        buyers = known(products, "buyers")
        scene = Scene(products, sources, buyers, basket, rules=rules, is_basket=True)
        for wishes in asked:
            wishes = replace(wishes, min_score=Wishes.min_score, price="any")
            answer = basket_lists.basket_products(["SECOND", "nothing", "first"], wishes)
            assert_as_expected(answer, scene, wishes)
        transaction.set_rollback(True)


def for_a_customer(rows, told, asked, patch) -> None:
    with transaction.atomic():
        products = store(rows)
        customer = make_customer(external_id="ada")
        segment = make_segment(make_run(kind="segments", as_of=NOW), customer)
        SegmentPopularity.objects.bulk_create(
            SegmentPopularity(
                segment=segment, product_id=key, buyers_90_days=lately, buyers_ever=ever
            )
            for key, (lately, ever) in known(products, "of_segment").items()
        )
        owned = [product for product in products if product.is_owned]
        shelf = sorted((p for p in products if p.personal), key=lambda p: p.external_id)
        if shelf:
            make_personal({product: {} for product in shelf})
        if owned:
            make_order(customer, *owned)
        total = np.array([product.personal for product in shelf])
        found = Scores(total, {"purchases": total}, 1.0)
        patch.setattr(customer_lists, "score", lambda shelf, basis: found)
        scene = Scene(
            products,
            {"personal": known(shelf, "personal")} if owned else {},
            known(products, "buyers"),
            of_segment=known(products, "of_segment"),
            owned={product.pk for product in owned},
            rules=store_rules(told, products),
        )
        for wishes in asked:
            wishes = replace(wishes, min_score=Wishes.min_score, price="any")
            here = customer_lists.find_customer("ada")
            assert_as_expected(customer_lists.recommendations_for(here, wishes), scene, wishes)
        transaction.set_rollback(True)


@pytest.mark.parametrize("walked_at_least", [0, 60])
@tried(15)
@anything
def test_beside_a_product(monkeypatch, walked_at_least, rows, told, asked):
    monkeypatch.setattr(answers, "WALKED_AT_LEAST", walked_at_least)
    beside_a_product(rows, told, asked)


@tried(20)
@anything
def test_of_popular_products(rows, told, asked):
    of_popular_products(rows, told, asked)


@tried(15)
@anything
def test_for_a_basket(rows, told, asked):
    for_a_basket(rows, told, asked)


@pytest.mark.parametrize("margin", [0, 60])
@tried(15)
@anything
def test_for_a_customer(monkeypatch, margin, rows, told, asked):
    monkeypatch.setattr(customer_lists, "MARGIN", margin)
    for_a_customer(rows, told, asked, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("at_least", [0, 60])
@tried(400)
@anything
def test_of_any_kind_very_often(monkeypatch, at_least, rows, told, asked):
    monkeypatch.setattr(answers, "WALKED_AT_LEAST", at_least)
    monkeypatch.setattr(customer_lists, "MARGIN", at_least)
    beside_a_product(rows, told, asked)
    of_popular_products(rows, told, asked)
    for_a_basket(rows, told, asked)
    for_a_customer(rows, told, asked, monkeypatch)
