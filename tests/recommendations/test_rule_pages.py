"""Staff pages of rules: written with what they would change in sight, listed, recorded."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from recommendations.models import Rule
from recommendations.services import serving
from recommendations.wishes import Wishes
from tests.factories import make_product, make_segment
from tests.recommendations.shelf import (
    make_rule,
    make_run,
)

pytestmark = pytest.mark.django_db
RULES = "/admin/recommendations/rule/"


def first() -> str:
    """Return what stands first beside the mug."""
    return serving.similar_products(serving.find_situation("mug"), Wishes()).places[0].product.id


def told(**fields) -> dict:
    names = ("product", "category", "brand", "position", "factor", "attribute")
    reach = ("list", "beside", "within", "segment", "note")
    empty = dict.fromkeys([*names, *reach], "")
    return empty | {"starts_at": "", "ends_at": ""} | fields


def test_what_staff_do_with_rules_is_recorded(admin_client, shelf):
    admin_client.post(f"{RULES}add/", told(action="pin", product="pan", position=2))
    made = Rule.objects.get()
    admin_client.post(f"{RULES}{made.pk}/change/", told(action="pin", product="pan", position=1))
    assert first() == "pan"
    admin_client.post(f"{RULES}{made.pk}/delete/", {"post": "yes"})

    assert [entry.action_flag for entry in LogEntry.objects.order_by("id")] == [1, 2, 3]
    assert first() == "cup"


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
        ({"action": "hide", "brand": "Zen", "list": "popular", "beside": "mug"}, {"list"}),
        ({"action": "hide", "product": "no\0where"}, {"product"}),
        ({"action": "hide", "brand": "Zen", "ends_at": "then"}, {"ends_at"}),
    ],
)
def test_a_rule_that_makes_no_sense_is_explained_and_not_kept(admin_client, shelf, fields, wrong):
    if fields.get("segment"):
        fields |= {"segment": make_segment(make_run(kind="segments", as_of=timezone.now())).pk}

    page = admin_client.post(f"{RULES}add/", told(**fields))

    assert {*page.context["adminform"].form.errors} == wrong
    assert not Rule.objects.exists()


def test_the_list_says_what_each_rule_does_and_whether_it_holds(admin_client, shelf):
    now = timezone.now()
    make_rule(action="pin", product=shelf["pan"], position=1, beside=shelf["mug"], list="similar")
    make_rule(action="boost", brand="Zen", factor=1.5, ends_at=now - timedelta(days=1))
    make_rule(action="other", attribute="brand", within="Home", starts_at=now + timedelta(days=1))

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


def errors_of(client, **fields) -> dict:
    page = client.post(f"{RULES}add/", told(**fields))
    return dict(page.context["adminform"].form.errors) if page.status_code == 200 else {}


@pytest.mark.parametrize(
    ("fields", "wrong", "meant"),
    [
        ({"action": "hide", "brand": "Akme"}, "brand", "Did you mean Acme?"),
        ({"action": "boost", "category": "Mugs", "factor": 2}, "category", "Home > Mugs"),
        ({"action": "hide", "brand": "Zen", "within": "Hom"}, "within", "Home"),
        ({"action": "same", "attribute": "Colour"}, "attribute", "colour"),
        ({"action": "same", "attribute": "brnad"}, "attribute", "brand"),
        ({"action": "hide", "product": "Bowl of"}, "product", "No product has the id"),
        ({"action": "pin", "product": "pa", "position": 1}, "product", "pan (Pan)"),
    ],
)
def test_a_name_no_product_has_is_refused_with_those_it_may_have_been_meant_for(
    admin_client, shelf, fields, wrong, meant
):
    make_product(attributes={"colour": "blue"})

    errors = errors_of(admin_client, **fields)

    assert {*errors} == {wrong}
    assert meant in errors[wrong][0]
    assert not Rule.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "hide", "brand": "aCME"},
        {"action": "hide", "category": "home >mugs"},
        {"action": "other", "attribute": "Top category"},
    ],
)
def test_names_are_known_whatever_their_case(admin_client, shelf, fields):
    assert errors_of(admin_client, **fields) == {}
    assert Rule.objects.exists()


def test_a_rule_that_begins_later_may_name_what_is_yet_to_come(admin_client, shelf):
    tomorrow = f"{timezone.localtime() + timedelta(days=1):%Y-%m-%dT%H:%M}"

    assert errors_of(admin_client, action="hide", brand="Coming", starts_at=tomorrow) == {}

    assert Rule.objects.get().brand == "Coming"


def test_a_rule_can_be_ended_after_its_brand_has_gone(admin_client, shelf):
    made = make_rule(action="hide", brand="Gone")

    page = admin_client.post(
        f"{RULES}{made.pk}/change/",
        told(action="hide", brand="Gone", starts_at="2026-01-01T10:00", ends_at="2026-01-02T10:00"),
    )

    assert page.status_code == 302


def test_the_list_counts_the_products_each_rule_is_about(admin_client, shelf):
    make_product(brand="Acme", visible=False)
    make_rule(action="hide", brand="ACME")
    make_rule(action="hide", category="Home")
    make_rule(action="hide", brand="None")
    make_rule(action="pin", product=shelf["pan"], position=1)
    make_rule(action="same", attribute="brand", within="Home > Mugs")
    make_rule(action="same", attribute="brand", beside=shelf["mug"])

    rules = admin_client.get(RULES).context["cl"].result_list

    assert [rule.products for rule in rules] == [1, 2, 1, 0, 4, 2]


@pytest.mark.parametrize("rules", [1, 20])
def test_the_list_takes_the_same_queries_however_long(
    admin_client, shelf, django_assert_num_queries, rules
):
    segment = make_segment(make_run(kind="segments", as_of=timezone.now()))
    for _ in range(rules // 5 or 1):
        make_rule(action="pin", product=shelf["pan"], position=1, beside=shelf["mug"])
        make_rule(action="hide", brand="Zen", segment=segment)
        make_rule(action="boost", category="Home", factor=2)
        make_rule(action="same", attribute="brand")
        make_rule(action="other", attribute="colour")

    with django_assert_num_queries(6):  # session, user, notices, count, page, products
        admin_client.get(RULES)


def test_a_product_s_page_leads_to_a_rule_beside_it(admin_client, shelf):
    page = admin_client.get(
        f"/admin/recommendations/recommendedproduct/{shelf['mug'].pk}/change/"
    ).content.decode()

    assert f"{RULES}add/?beside=mug" in page
    form = admin_client.get(f"{RULES}add/", {"beside": "mug"})
    assert form.context["adminform"].form["beside"].value() == "mug"
    assert form.context["seen"] == "mug"


def test_a_product_s_page_names_the_rules_that_hold_there(admin_client, shelf):
    make_rule(action="hide", brand="Zen", within="Home")
    make_rule(action="hide", brand="Acme", within="Food")
    make_rule(action="hide", brand="Acme", ends_at=timezone.now() - timedelta(days=1))
    make_rule(action="hide", brand="Acme", list="popular")

    page = admin_client.get(f"/admin/recommendations/recommendedproduct/{shelf['mug'].pk}/change/")

    assert [words for _, words, _ in page.context["rules"]] == ["Hide all of Zen"]
