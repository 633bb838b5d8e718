"""Rules of staff: every list follows them from the next answer on."""

from datetime import timedelta

import pytest
from django.utils import timezone

from recommendations.services import customer_lists, serving
from recommendations.services.rules import delete_rules
from recommendations.wishes import Wishes
from tests.api import crm, storefront
from tests.factories import make_customer, make_order, make_product, make_segment
from tests.recommendations.shelf import (
    make_buyers,
    make_personal,
    make_rule,
    make_run,
)

pytestmark = pytest.mark.django_db


def similar(query: str = "", **headers) -> list[str]:
    answer = storefront().get(f"/products/mug/similar/{query}", headers=headers)
    return [place["product"] for place in answer.json()["results"]]


def test_a_pin_stands_at_its_place_and_says_so(shelf):
    make_rule(action="pin", product=shelf["pan"], position=1)

    answer = storefront().get("/products/mug/similar/").json()

    first = answer["results"][0]
    assert (first["product"], first["source"], first["score"]) == ("pan", "pinned", None)
    assert first["reason"]["text"] == "Chosen by the shop"
    assert answer["list_id"].startswith("similar-model-1i2s-")
    assert [place["score"] for place in answer["results"][1:]] == [0.9, 0.8]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"action": "hide", "brand": "ZEN"}, ["cup"]),
        ({"action": "hide", "category": "home >bowls"}, ["cup", "pan"]),
        ({"action": "boost", "category": "Home > Pans", "factor": 2}, ["pan", "cup", "bowl"]),
        ({"action": "boost", "brand": "Acme", "factor": 0.5}, ["bowl", "pan", "cup"]),
        ({"action": "same", "attribute": "brand"}, ["cup"]),
        ({"action": "other", "attribute": "Brand"}, ["bowl", "pan"]),
        ({"action": "same", "attribute": "top category"}, ["cup", "bowl", "pan"]),
        ({"action": "same", "attribute": "unheard of"}, ["cup", "bowl", "pan"]),
        ({"action": "hide", "brand": "Zen", "within": "Food"}, ["cup", "bowl", "pan"]),
        ({"action": "hide", "brand": "Zen", "within": "Home"}, ["cup"]),
        ({"action": "hide", "brand": "Zen", "list": "bought-together"}, ["cup", "bowl", "pan"]),
    ],
)
def test_rules_change_lists_beside_a_product(shelf, fields, expected):
    make_rule(**fields)

    assert similar() == expected


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "boost", "brand": "Zen", "factor": 3},
        {"action": "pin", "position": 1},
        {"action": "hide", "brand": "Acme"},
    ],
)
def test_rules_change_the_order_but_no_score(shelf, fields):
    def scores() -> dict:
        places = storefront().get("/products/mug/similar/").json()["results"]
        return {place["product"]: place["score"] for place in places}

    before = scores()
    make_rule(**({"product": shelf["pan"]} if fields["action"] == "pin" else {}) | fields)

    after = scores()
    assert list(after) != list(before)
    unpinned = {name: score for name, score in after.items() if score is not None}
    assert unpinned.items() <= before.items()
    assert len(unpinned) >= 2


def test_what_a_rule_hides_is_counted_as_hidden(shelf):
    make_rule(action="hide", product=shelf["cup"])

    answer = storefront().get("/products/mug/similar/").json()

    assert answer["removed"]["hidden"] == 1


def test_a_pin_that_may_not_be_shown_leaves_its_place_to_the_next(shelf):
    shelf["pan"].availability = "out_of_stock"
    shelf["pan"].save()
    make_rule(action="pin", product=shelf["pan"], position=1)

    assert similar() == ["cup", "bowl"]


def test_a_rule_for_one_product_holds_beside_it_and_for_its_baskets_only(shelf):
    make_rule(action="pin", product=shelf["pan"], position=1, beside=shelf["mug"])
    post = {"content_type": "application/json"}

    def first(path, body=None):
        caller = storefront()
        answer = caller.post(path, body, **post) if body else caller.get(path)
        return answer.json()["results"][0]["source"]

    assert first("/products/MUG/similar/") == "pinned"
    assert first("/recommendations/basket/", {"products": ["Mug"]}) == "pinned"
    assert first("/products/cup/similar/") != "pinned"
    assert first("/popular/") != "pinned"


def test_popular_products_are_moved_by_their_buyers(shelf):
    make_buyers(shelf["cup"], 3)
    make_buyers(shelf["pan"], 2)
    make_buyers(shelf["bowl"], 1)

    def popular(query=""):
        found = storefront().get(f"/popular/{query}").json()["results"]
        return [place["product"] for place in found]

    assert popular() == ["cup", "pan", "bowl", "mug"]
    make_rule(action="boost", brand="Zen", factor=2, list="popular")
    assert popular() == ["pan", "cup", "bowl", "mug"]
    make_rule(action="pin", product=shelf["mug"], position=2, within="Home")
    assert popular() == ["pan", "cup", "bowl", "mug"]
    assert popular("?category=home") == ["pan", "mug", "cup", "bowl"]


def test_groups_take_one_place_each_where_one_is_pinned_and_others_are_moved():
    pinned, sold, variant = (
        make_product(external_id=name, item_group_id=group)
        for name, group in [("pinned", "a"), ("sold", "b"), ("variant", "b")]
    )
    make_buyers(sold, 2)
    make_buyers(variant, 1)
    make_rule(action="pin", product=pinned, position=1)
    make_rule(action="boost", product=variant, factor=1.5)

    answer = storefront().get("/popular/").json()

    assert [place["product"] for place in answer["results"]] == ["pinned", "sold"]
    assert answer["removed"]["same_group"] == 1


def test_only_a_pin_for_that_list_stands_among_what_to_buy_again(shelf):
    make_personal({product: {} for product in shelf.values()})
    make_order(make_customer(external_id="ada"), shelf["cup"])

    def again():
        here = customer_lists.find_customer("ada", "buy-again")
        return [place.product.id for place in customer_lists.buy_again(here, Wishes()).places]

    make_rule(action="pin", product=shelf["pan"], position=1)
    assert again() == ["cup"]
    make_rule(action="pin", product=shelf["bowl"], position=1, list="buy-again")
    assert again() == ["bowl", "cup"]


def test_a_rule_for_a_segment_holds_for_its_customers_only(shelf):
    ada, ben = make_customer(external_id="ada"), make_customer(external_id="ben")
    segment = make_segment(make_run(kind="segments", as_of=timezone.now()), ada)
    make_personal({shelf["mug"]: {shelf["cup"]: 0.9}, shelf["cup"]: {}, shelf["pan"]: {}})
    for customer in (ada, ben):
        make_order(customer, shelf["mug"])
    make_rule(action="hide", product=shelf["cup"], segment=segment)

    def first(customer):
        here = customer_lists.find_customer(customer)
        return customer_lists.recommendations_for(here, Wishes()).places[0].product.id

    assert (first("ada"), first("ben")) == ("pan", "cup")


def test_personal_lists_are_moved_even_from_far_below(shelf, monkeypatch):
    monkeypatch.setattr(customer_lists, "MARGIN", 0)
    products = [make_product(external_id=f"x{n:02}") for n in range(30)]
    make_personal({products[0]: {p: 1 - n / 50 for n, p in enumerate(products) if n}}, products)
    make_order(make_customer(external_id="ada"), products[0])
    make_rule(action="boost", product=products[25], factor=50)

    here = customer_lists.find_customer("ada")
    places = customer_lists.recommendations_for(here, Wishes(limit=2)).places

    assert [place.product.id for place in places] == ["x25", "x01"]
    assert places[0].score < places[1].score


def test_a_rule_is_followed_from_the_very_next_answer_and_kept_copies_are_old(shelf):
    caller = storefront()
    first = caller.get("/products/mug/similar/")
    made = make_rule(action="hide", product=shelf["cup"])

    second = caller.get("/products/mug/similar/", headers={"If-None-Match": first["ETag"]})
    delete_rules([made])
    third = caller.get("/products/mug/similar/", headers={"If-None-Match": second["ETag"]})

    assert [answer.status_code for answer in (first, second, third)] == [200] * 3
    assert (second.json()["count"], third.json()["count"]) == (2, 3)


def test_rules_begin_and_end_by_themselves_and_kept_copies_with_them(shelf, monkeypatch):
    now = timezone.now()
    make_rule(
        action="hide",
        product=shelf["cup"],
        starts_at=now + timedelta(hours=1),
        ends_at=now + timedelta(hours=2),
    )
    caller, tags, counts = storefront(), [], []

    for hours in (0, 1.5, 3):
        at = now + timedelta(hours=hours)
        monkeypatch.setattr("django.utils.timezone.now", lambda at=at: at)
        kept = {"If-None-Match": tags[-1]} if tags else {}
        answer = caller.get("/products/mug/similar/", headers=kept)
        tags.append(answer["ETag"])
        counts.append(answer.json()["count"])

    assert counts == [3, 2, 3]
    assert (
        caller.get("/products/mug/similar/", headers={"If-None-Match": tags[-1]}).status_code == 304
    )


def test_rules_cost_no_statement(shelf, django_assert_num_queries):
    make_rule(action="boost", brand="Zen", factor=2)
    make_rule(action="pin", product=shelf["pan"], position=1)

    # The situation with the rules in it; the neighbours, the pinned one among them.
    with django_assert_num_queries(2):
        here = serving.find_situation("mug")
        serving.similar_products(here, Wishes(limit=3))


def test_an_order_of_a_secret_key_changes_no_rule(shelf):
    assert crm().get("/rules/").status_code == 404
