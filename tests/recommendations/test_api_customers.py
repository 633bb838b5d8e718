"""Lists for customers and baskets over the API."""

import json

import pytest
from django.db import connection, transaction

from tests.api import Caller, crm, storefront
from tests.factories import make_customer, make_order, make_product
from tests.recommendations.shelf import (
    make_buyers,
    make_neighbours,
    make_personal,
    make_together,
)

pytestmark = pytest.mark.django_db

PATHS = ["/customers/ada/recommendations/", "/customers/ada/buy-again/"]


@pytest.fixture
def shop() -> dict:
    """Ada bought tea; a mug goes with it, and a pan."""
    products = {
        name: make_product(external_id=name, title=name.capitalize(), price="2")
        for name in ("tea", "mug", "pan", "hat")
    }
    tea, mug, pan, hat = products.values()
    make_personal({tea: {mug: 0.9, pan: 0.3}, mug: {}, pan: {}, hat: {}})
    make_together(tea, mug)
    make_neighbours(tea, pan)
    make_order(make_customer(external_id="ada"), tea, days_ago=29)
    return products


def basket(caller: Caller, body: object, query: str = ""):
    path = f"/recommendations/basket/{query}"
    return caller.post(path, json.dumps(body), content_type="application/json")


def shown(response) -> list[tuple[str, str]]:
    return [(place["product"], place["source"]) for place in response.json()["results"]]


def test_a_customer_s_list_is_explained_and_kept_by_nobody(shop):
    response = crm().get("/customers/ada/recommendations/?limit=2&explain=true")

    assert response["Cache-Control"] == "private, no-store"
    assert "ETag" not in response
    answer = response.json()
    assert shown(response) == [("mug", "personal"), ("pan", "personal")]
    first = answer["results"][0]
    assert first["reason"]["text"] == "Because you bought Tea on 1 June 2026"
    assert first["reason"]["terms"][0][0] == "Tea"
    assert sum(share for _, share in first["reason"]["terms"]) == pytest.approx(
        first["score"], abs=1e-6
    )
    assert answer["removed"] == dict.fromkeys(answer["removed"], 0)
    assert answer["list_id"].startswith("for-customer-model-2p-")


def test_an_order_told_of_a_moment_ago_counts_in_the_very_next_answer(shop):
    caller = crm()
    line = {"order_id": "new", "customer_id": "ada", "product_id": "mug", "unit_price": "2"}
    line |= {"ordered_at": "2026-06-30T11:00:00Z"}

    written = caller.post("/orders/", json.dumps([line]), content_type="application/json")

    assert written.json()["accepted"] == 1
    assert "mug" not in dict(shown(caller.get("/customers/ada/recommendations/")))
    assert ("mug", "buy_again") in shown(caller.get("/customers/ada/buy-again/"))


@pytest.mark.parametrize("path", PATHS)
def test_who_is_unknown_is_not_found(path):
    response = crm().get(path)

    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("path", PATHS)
def test_customers_lists_are_for_secret_keys(shop, path):
    assert storefront().get(path).status_code == 403
    assert Caller().get(path).status_code == 401
    assert crm(read_only=True).get(path).status_code == 200


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("query", ["price=cheaper", "min_score=0.1", "limit=0", "cursor=x"])
def test_what_these_lists_do_not_know_is_refused(shop, path, query):
    assert crm().get(f"{path}?{query}").status_code == 400


@pytest.mark.parametrize("path", PATHS)
def test_reading_writes_nothing(shop, path):
    caller = crm()

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL transaction_read_only = on")
        first, second = caller.get(path), caller.get(path)
        transaction.set_rollback(True)

    assert first.status_code == 200
    assert first.content == second.content


def test_a_basket_has_what_goes_with_it_then_what_is_like_it_then_what_is_popular(shop):
    response = basket(storefront(), {"products": ["TEA"], "limit": 3, "explain": True})

    assert (response.status_code, response["Cache-Control"]) == (200, "private, no-store")
    assert shown(response) == [
        ("mug", "bought_together"),
        ("pan", "similar"),
        ("hat", "popular"),
    ]
    places = response.json()["results"]
    assert [place["score"] for place in places] == [0.5, 0.9, None]
    assert places[0]["reason"] == {"text": "Often bought with Tea", "terms": [["Tea", 0.5]]}


def test_a_basket_s_scores_are_means_whose_terms_sum_to_them(shop):
    make_together(shop["pan"], shop["hat"], shop["mug"])

    answer = basket(storefront(), {"products": ["tea", "pan"], "explain": True}).json()

    places = {place["product"]: place for place in answer["results"]}
    assert places["mug"]["score"] == pytest.approx((0.5 + 0.4) / 2)
    assert places["hat"]["score"] == pytest.approx(0.5 / 2)
    assert places["mug"]["reason"]["terms"] == [["Tea", 0.25], ["Pan", 0.2]]


def test_products_of_the_basket_s_groups_are_left_out(shop):
    for name in ("tea", "mug"):
        shop[name].item_group_id = "g"
        shop[name].save()

    answer = basket(storefront(), {"products": ["tea"]}).json()

    assert [place["product"] for place in answer["results"]] == ["pan", "hat"]
    assert answer["removed"]["same_group"] == 1


@pytest.mark.parametrize("products", [[], ["nothing"]])
def test_an_empty_or_unknown_basket_gets_what_is_popular(shop, products):
    make_buyers(shop["hat"], 3)

    response = basket(storefront(), {"products": products, "limit": 1})

    assert shown(response) == [("hat", "popular")]


@pytest.mark.parametrize(
    ("body", "query", "expected"),
    [
        ({"exclude": ["MUG"]}, "", ["pan", "hat"]),
        ({}, "?exclude=mug,pan", ["hat"]),
        ({"limit": 1}, "?limit=2", ["mug"]),
        ({"in_stock": False, "brand": ["nobody"]}, "", []),
        ({}, "?limit=1", ["mug"]),
        ({"one_per_group": True}, "?limit=2&arm=baseline", ["hat", "pan"]),
        ({"min_price": "2.01"}, "", []),
        ({"arm": "baseline", "limit": 1}, "", ["hat"]),
    ],
)
def test_parameters_may_stand_in_the_body_or_the_address(shop, body, query, expected):
    make_buyers(shop["hat"], 3)

    response = basket(storefront(), {"products": ["tea"]} | body, query)

    assert [product for product, _ in shown(response)] == expected


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "products"),
        ({"products": "tea"}, "products"),
        ({"products": ["tea", "x" * 101]}, "products.1"),
        ({"products": ["tea"] * 101}, "products"),
        ({"products": [], "limit": 101}, "limit"),
        ({"products": [], "limit": "many"}, "limit"),
        ({"products": [], "in_stock": []}, "in_stock"),
        ({"products": [], "explain": None}, "explain"),
        ({"products": [], "price": "cheaper"}, "price"),
        ({"products": [], "customer": "ada"}, "customer"),
    ],
)
def test_wrong_baskets_are_refused_by_field(shop, body, field):
    response = basket(storefront(), body)

    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == field


def test_a_basket_writes_nothing_and_takes_few_statements(shop, django_assert_num_queries):
    caller = storefront()
    basket(caller, {"products": ["tea", "pan"], "limit": 2})

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL transaction_read_only = on")
        # The key; the state; the basket with its lists; their products.
        with django_assert_num_queries(4):
            response = basket(caller, {"products": ["tea", "pan"], "limit": 1})
        transaction.set_rollback(True)

    assert response.status_code == 200
