"""Rules of staff: written by merchandisers, tried before, followed from the next answer on."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from recommendations.models import Rule
from recommendations.queries import rules as rule_queries
from recommendations.services import customer_lists, serving
from recommendations.services.rules import delete_rules, save_rule
from recommendations.wishes import Wishes
from tests.api import crm, storefront
from tests.factories import make_customer, make_order, make_product, make_segment
from tests.recommendations.shelf import (
    make_buyers,
    make_neighbours,
    make_personal,
    make_run,
    make_together,
)

pytestmark = pytest.mark.django_db
RULES = "/admin/recommendations/rule/"


@pytest.fixture(autouse=True)
def read_boundaries_anew():
    rule_queries.boundaries.cache_clear()


@pytest.fixture
def shelf() -> dict:
    """A mug, and what is like it in turn."""
    products = {
        name: make_product(
            external_id=name, title=name.capitalize(), brand=brand, product_type=path
        )
        for name, brand, path in [
            ("mug", "Acme", "Home > Mugs"),
            ("cup", "Acme", "Home > Mugs"),
            ("bowl", "Zen", "Home > Bowls"),
            ("pan", "Zen", "Home > Pans"),
        ]
    }
    mug, *others = products.values()
    make_neighbours(mug, *others)
    return products


def similar(query: str = "", **headers) -> list[str]:
    answer = storefront().get(f"/products/mug/similar/{query}", headers=headers)
    return [place["product"] for place in answer.json()["results"]]


def rule(**fields) -> Rule:
    made = Rule(**fields)
    save_rule(made)
    return made


def test_a_pin_stands_at_its_place_and_says_so(shelf):
    rule(action="pin", product=shelf["pan"], position=1)

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
    rule(**fields)

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
    rule(**({"product": shelf["pan"]} if fields["action"] == "pin" else {}) | fields)

    after = scores()
    assert list(after) != list(before)
    unpinned = {name: score for name, score in after.items() if score is not None}
    assert unpinned.items() <= before.items()
    assert len(unpinned) >= 2


def test_what_a_rule_hides_is_counted_as_hidden(shelf):
    rule(action="hide", product=shelf["cup"])

    answer = storefront().get("/products/mug/similar/").json()

    assert answer["removed"]["hidden"] == 1


def test_a_pin_that_may_not_be_shown_leaves_its_place_to_the_next(shelf):
    shelf["pan"].availability = "out_of_stock"
    shelf["pan"].save()
    rule(action="pin", product=shelf["pan"], position=1)

    assert similar() == ["cup", "bowl"]


def test_a_rule_for_one_product_holds_beside_it_and_for_its_baskets_only(shelf):
    rule(action="pin", product=shelf["pan"], position=1, beside=shelf["mug"])
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
    rule(action="boost", brand="Zen", factor=2, list="popular")
    assert popular() == ["pan", "cup", "bowl", "mug"]
    rule(action="pin", product=shelf["mug"], position=2, within="Home")
    assert popular() == ["pan", "cup", "bowl", "mug"]
    assert popular("?category=home") == ["pan", "mug", "cup", "bowl"]


def test_groups_take_one_place_each_where_one_is_pinned_and_others_are_moved():
    pinned, sold, variant = (
        make_product(external_id=name, item_group_id=group)
        for name, group in [("pinned", "a"), ("sold", "b"), ("variant", "b")]
    )
    make_buyers(sold, 2)
    make_buyers(variant, 1)
    rule(action="pin", product=pinned, position=1)
    rule(action="boost", product=variant, factor=1.5)

    answer = storefront().get("/popular/").json()

    assert [place["product"] for place in answer["results"]] == ["pinned", "sold"]
    assert answer["removed"]["same_group"] == 1


def test_only_a_pin_for_that_list_stands_among_what_to_buy_again(shelf):
    make_personal({product: {} for product in shelf.values()})
    make_order(make_customer(external_id="ada"), shelf["cup"])

    def again():
        here = customer_lists.find_customer("ada", "buy-again")
        return [place.product.id for place in customer_lists.buy_again(here, Wishes()).places]

    rule(action="pin", product=shelf["pan"], position=1)
    assert again() == ["cup"]
    rule(action="pin", product=shelf["bowl"], position=1, list="buy-again")
    assert again() == ["bowl", "cup"]


def test_a_rule_for_a_segment_holds_for_its_customers_only(shelf):
    ada, ben = make_customer(external_id="ada"), make_customer(external_id="ben")
    segment = make_segment(make_run(kind="segments", as_of=timezone.now()), ada)
    make_personal({shelf["mug"]: {shelf["cup"]: 0.9}, shelf["cup"]: {}, shelf["pan"]: {}})
    for customer in (ada, ben):
        make_order(customer, shelf["mug"])
    rule(action="hide", product=shelf["cup"], segment=segment)

    def first(customer):
        here = customer_lists.find_customer(customer)
        return customer_lists.recommendations_for(here, Wishes()).places[0].product.id

    assert (first("ada"), first("ben")) == ("pan", "cup")


def test_personal_lists_are_moved_even_from_far_below(shelf, monkeypatch):
    monkeypatch.setattr(customer_lists, "MARGIN", 0)
    products = [make_product(external_id=f"x{n:02}") for n in range(30)]
    make_personal({products[0]: {p: 1 - n / 50 for n, p in enumerate(products) if n}}, products)
    make_order(make_customer(external_id="ada"), products[0])
    rule(action="boost", product=products[25], factor=50)

    here = customer_lists.find_customer("ada")
    places = customer_lists.recommendations_for(here, Wishes(limit=2)).places

    assert [place.product.id for place in places] == ["x25", "x01"]
    assert places[0].score < places[1].score


def test_a_rule_is_followed_from_the_very_next_answer_and_kept_copies_are_old(shelf):
    caller = storefront()
    first = caller.get("/products/mug/similar/")
    made = rule(action="hide", product=shelf["cup"])

    second = caller.get("/products/mug/similar/", headers={"If-None-Match": first["ETag"]})
    delete_rules([made])
    third = caller.get("/products/mug/similar/", headers={"If-None-Match": second["ETag"]})

    assert [answer.status_code for answer in (first, second, third)] == [200] * 3
    assert (second.json()["count"], third.json()["count"]) == (2, 3)


def test_rules_begin_and_end_by_themselves_and_kept_copies_with_them(shelf, monkeypatch):
    now = timezone.now()
    rule(
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
    rule(action="boost", brand="Zen", factor=2)
    rule(action="pin", product=shelf["pan"], position=1)

    # The situation with the rules in it; the neighbours, the pinned one among them.
    with django_assert_num_queries(2):
        here = serving.find_situation("mug")
        serving.similar_products(here, Wishes(limit=3))


# --- Staff pages


def told(**fields) -> dict:
    names = ("product", "category", "brand", "position", "factor", "attribute")
    reach = ("list", "beside", "within", "segment", "note")
    empty = dict.fromkeys([*names, *reach], "")
    times = dict.fromkeys(["starts_at_0", "starts_at_1", "ends_at_0", "ends_at_1"], "")
    return empty | times | fields


def test_what_staff_do_with_rules_is_recorded(admin_client, shelf):
    admin_client.post(f"{RULES}add/", told(action="pin", product=shelf["pan"].pk, position=2))
    made = Rule.objects.get()
    admin_client.post(
        f"{RULES}{made.pk}/change/", told(action="pin", product=shelf["pan"].pk, position=1)
    )
    assert similar()[0] == "pan"
    admin_client.post(f"{RULES}{made.pk}/delete/", {"post": "yes"})

    assert [entry.action_flag for entry in LogEntry.objects.order_by("id")] == [1, 2, 3]
    assert similar()[0] == "cup"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"action": ""}, {"action"}),
        ({"action": "pin"}, {"product", "position"}),
        ({"action": "pin", "product": "mug", "position": 101}, {"position"}),
        ({"action": "pin", "product": "mug", "position": 1, "factor": 2}, {"factor"}),
        ({"action": "hide"}, {"product"}),
        ({"action": "hide", "brand": "Zen", "category": "Home"}, {"product"}),
        ({"action": "hide", "brand": "Zen", "position": 1}, {"position"}),
        ({"action": "boost", "brand": "Zen"}, {"factor"}),
        ({"action": "boost", "brand": "Zen", "factor": 0}, {"factor"}),
        ({"action": "boost", "brand": "Zen", "factor": "nan"}, {"factor"}),
        ({"action": "same"}, {"attribute"}),
        ({"action": "same", "attribute": "brand", "list": "popular"}, {"list"}),
        ({"action": "hide", "brand": "Zen", "beside": "mug", "within": "Home"}, {"__all__"}),
        ({"action": "hide", "brand": "Zen", "list": "similar", "segment": "any"}, {"list"}),
        ({"action": "hide", "brand": "Zen", "ends_at_0": "2026-01-01"}, {"ends_at"}),
    ],
)
def test_a_rule_that_makes_no_sense_is_explained_and_not_kept(admin_client, shelf, fields, wrong):
    if fields.get("segment"):
        fields |= {"segment": make_segment(make_run(kind="segments", as_of=timezone.now())).pk}
    for name in ("product", "beside"):
        if name in fields:
            fields = fields | {name: shelf[fields[name]].pk}

    page = admin_client.post(f"{RULES}add/", told(**fields))

    assert {*page.context["adminform"].form.errors} == wrong
    assert not Rule.objects.exists()


def test_the_list_says_what_each_rule_does_and_whether_it_holds(admin_client, shelf):
    now = timezone.now()
    rule(action="pin", product=shelf["pan"], position=1, beside=shelf["mug"], list="similar")
    rule(action="boost", brand="Zen", factor=1.5, ends_at=now - timedelta(days=1))
    rule(action="other", attribute="brand", within="Home", starts_at=now + timedelta(days=1))

    page = admin_client.get(RULES).content.decode()

    for words in (
        "Pin Pan to place 1",
        "Similar products, beside Mug",
        "Move all of Zen by 1.5",
        "Show only another brand",
        "All lists, in Home",
        "in force",
        "over",
        "coming",
    ):
        assert words in page
    found = admin_client.get(RULES, {"state": "in force"}).context["cl"].result_list
    assert [each.action for each in found] == ["pin"]


def tried(client, shelf, **fields):
    path = f"/admin/recommendations/recommendedproduct/{shelf['mug'].pk}/change/"
    return client.get(path, fields)


def test_a_rule_is_tried_on_a_product_s_page_and_nothing_is_kept(admin_client, shelf):
    make_together(shelf["mug"], shelf["bowl"])

    page = tried(admin_client, shelf, action="pin", product="PAN", position="1", list="similar")

    firsts = [shown["answer"].places[0].product.id for shown in page.context["lists"]]
    assert firsts == ["pan", "bowl"]
    assert not Rule.objects.exists()
    kept = admin_client.get(page.context["tried"].keep_url)
    initial = kept.context["adminform"].form.initial
    assert (initial["action"], initial["product"], initial["beside"]) == (
        "pin",
        str(shelf["pan"].pk),
        str(shelf["mug"].pk),
    )


def test_what_is_wrong_with_a_rule_tried_is_said_and_the_lists_stay(admin_client, shelf):
    page = tried(admin_client, shelf, action="pin", product="nothing", position="x")

    assert len(page.context["tried"].errors) == 2
    assert page.context["lists"][0]["answer"].places[0].product.id == "cup"


def test_the_product_s_page_names_the_rules_that_hold_there(admin_client, shelf):
    rule(action="hide", brand="Zen", within="Home")
    rule(action="hide", brand="Acme", within="Food")
    rule(action="hide", brand="Acme", ends_at=timezone.now() - timedelta(days=1))
    rule(action="hide", brand="Acme", list="popular")

    rules = tried(admin_client, shelf).context["rules"]

    assert [words for _, words, _ in rules] == ["Hide all of Zen"]


def test_an_order_of_a_secret_key_changes_no_rule(shelf):
    assert crm().get("/rules/").status_code == 404
