"""What a rule would change, seen beside its form: lists without it and with it."""

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from customers.models import CustomerTotal
from recommendations.models import Rule
from tests.factories import make_customer, make_order, make_segment
from tests.recommendations.shelf import (
    make_buyers,
    make_neighbours,
    make_personal,
    make_rule,
    make_run,
    make_together,
)

pytestmark = pytest.mark.django_db
RULES = "/admin/recommendations/rule/"


def preview(client, **fields):
    return client.get(f"{RULES}preview/", {"seen": "mug"} | fields)


def places(page, title: str) -> tuple[list[str], list[str], dict[str, str]]:
    """Return the ids of a list without the rule and with it, and how its tiles are marked."""
    lists = {shown.title: shown for shown in page.context["changed"] + page.context["unchanged"]}
    shown = lists[title]
    without, with_it = (
        [tile.place.product.id for tile in tiles] for tiles in (shown.without, shown.with_it)
    )
    marks = {
        tile.place.product.id: tile.mark for tile in shown.without + shown.with_it if tile.mark
    }
    return without, with_it, marks


def test_what_came_what_moved_and_what_is_gone_is_marked_and_nothing_is_kept(admin_client, shelf):
    similar = "Similar products, beside Mug"

    pinned = preview(admin_client, action="pin", product="PAN", position="1", list="similar")
    hidden = preview(admin_client, action="hide", product="cup", list="similar")

    was = ["cup", "bowl", "pan"]
    assert places(pinned, similar) == (was, ["pan", "cup", "bowl"], {"pan": "moved"})
    assert places(hidden, similar) == (was, ["bowl", "pan"], {"cup": "gone"})
    assert "from place 3" in pinned.content.decode()
    assert not Rule.objects.exists()


def test_every_list_a_rule_can_hold_for_is_shown(admin_client, shelf):
    make_together(shelf["mug"], shelf["bowl"], shelf["cup"])
    make_personal({product: {} for product in shelf.values()})
    ada = make_customer(external_id="ada", first_name="Ada")
    make_order(ada, shelf["bowl"])

    page = preview(admin_client, action="hide", product="bowl")

    titles = [shown.title for shown in page.context["changed"] + page.context["unchanged"]]
    assert sorted(titles) == [
        "Bought together, beside Mug",
        "Buy again: a customer",
        "For a basket, with Mug",
        "For a customer: a typical one",
        "Popular",
        "Similar products, beside Mug",
    ]
    assert places(page, "Bought together, beside Mug")[1][0] == "cup"
    assert places(page, "For a basket, with Mug")[2] == {"bowl": "gone"}
    assert places(page, "Buy again: a customer") == (["bowl"], [], {"bowl": "gone"})
    assert places(page, "Popular")[2] == {"bowl": "gone"}


def test_a_rule_for_a_segment_is_shown_with_the_list_of_a_typical_customer_of_it(
    admin_client, shelf
):
    people = [make_customer(external_id=name) for name in ("once", "often")]
    run = make_run(kind="segments", as_of=timezone.now())
    segment = make_segment(run, *people, name="Loyal")  # half of it ordered four times
    for customer, orders in zip(people, (1, 4), strict=True):
        CustomerTotal.objects.create(customer=customer, order_count=orders)
    make_personal({shelf["mug"]: {shelf["cup"]: 0.9}, shelf["cup"]: {}, shelf["pan"]: {}})
    make_order(people[0], shelf["cup"])
    make_order(people[1], shelf["mug"])

    page = preview(admin_client, action="hide", product="cup", segment=segment.pk)

    without, with_it, marks = places(page, "For a customer: a typical one of Loyal")
    assert (without[0], marks["cup"]) == ("cup", "gone")
    assert "cup" not in with_it
    titles = [shown.title for shown in page.context["changed"]]
    assert titles == ["For a customer: a typical one of Loyal", "Buy again: a customer of Loyal"]


def test_lists_of_a_customer_named_are_shown_to_who_may_see_customers_only(
    admin_client, client, django_user_model, shelf
):
    make_customer(external_id="ada", first_name="Ada")
    fields = {"action": "hide", "product": "cup", "list": "for-customer", "whose": "ada"}
    merchandiser = django_user_model.objects.create_user("mia", is_staff=True)
    merchandiser.user_permissions.add(Permission.objects.get(codename="add_rule"))
    client.force_login(merchandiser)

    assert "For a customer: Ada" in preview(admin_client, **fields).content.decode()
    assert "Ada" not in preview(client, **fields).content.decode()
    assert client.get(f"{RULES}add/").status_code == 200
    assert "whose" not in client.get(f"{RULES}add/").content.decode()


def test_without_a_product_named_lists_are_shown_beside_one_the_rule_touches(admin_client, shelf):
    make_neighbours(shelf["pan"], shelf["bowl"], shelf["cup"])
    make_buyers(shelf["mug"], 9)

    page = preview(admin_client, action="hide", product="pan", list="similar", seen="")
    empty = preview(admin_client, action="same", attribute="brand", list="similar", seen="")

    assert page.context["changed"][0].title == "Similar products, beside Bowl"
    assert empty.context["changed"][0].title == "Similar products, beside Mug"


def test_a_rule_in_force_is_compared_with_the_list_without_it(admin_client, shelf):
    made = make_rule(action="hide", product=shelf["cup"])

    page = preview(admin_client, rule=made.pk, action="hide", product="cup", list="similar")

    assert places(page, "Similar products, beside Mug")[2] == {"cup": "gone"}


def test_a_rule_that_does_nothing_says_so(admin_client, shelf):
    page = preview(admin_client, action="hide", product="mug", list="similar")

    assert page.context["changed"] == []
    assert "Changes nothing here." in page.content.decode()
    assert "Affects 1 product on sale." in page.content.decode()


def test_what_is_wrong_with_a_rule_is_said_while_it_is_written(admin_client, shelf):
    page = preview(admin_client, action="pin", product="Pan or", position="x", seen="pa").content

    text = page.decode()
    assert "No product has the id “Pan or”." in text
    assert "Position: Enter a whole number." in text
    assert '<option value="pan">Pan</option>' in text
