"""A list of customers saved as an audience holds just the customers that were listed."""

import re
from html import unescape
from itertools import combinations
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import F
from django.test import override_settings
from django.utils import timezone

from customers.models import Audience, Customer, CustomerScore, Membership
from customers.services.exports import audience_source, begin_export
from customers.services.insights import refresh_insights
from runs.cells import number
from runs.models import Run
from tests.customers.trading import ZONE, divide, regroup, take_stock, trade
from tests.factories import make_customer

pytestmark = pytest.mark.django_db

CUSTOMERS, AUDIENCES = "/admin/customers/customer/", "/admin/customers/audience/"
FORM = "application/x-www-form-urlencoded"
FILTERS = [
    ("segment", "loyal"),
    ("segment", "borderline"),
    ("segment", "none"),
    ("rfm", "Champions"),
    ("tier", "high"),
    ("last_order", "30"),
    ("last_order", "90"),
    ("last_order", "older"),
    ("last_order", "never"),
    ("country", "DE"),
    ("bought", "2025-12.12.top20"),
    ("bought", "2024-12.1.new"),
    ("bought", "2025-12.12.returning"),
    ("bought", "2025-12.12.all.slipping"),
    ("moved", "loyal.slipping"),
    ("audience", "77"),
    ("q", "an"),
]
# Others of one parameter tell nothing more when two filters meet.
PAIRED = [each for each in FILTERS if each[1] not in ("30", "older", "2025-12.12.returning")]


@pytest.fixture(scope="module", autouse=True)
def shop(django_db_setup, django_db_blocker, tmp_path_factory):
    """Trade with some dozens of customers, of whom every fifth may be in no audience."""
    zone = {"TIME_ZONE": ZONE, "SHOP_TIME_ZONE": ZONE, "SHOP_ZONE": ZoneInfo(ZONE)}
    with django_db_blocker.unblock(), override_settings(**zone), transaction.atomic():
        trade(tmp_path_factory.mktemp("rates"), orders=160, customers=60)
        for name in ("silent", "quiet", "shy", "new"):
            make_customer(external_id=name)
        divide()
        regroup(8)
        describe(Run.objects.get(kind="segments", status="published"))
        refresh_insights()
        take_stock()
        yield
        transaction.set_rollback(True)


def describe(run: Run) -> None:
    """Give customers names, countries, scores and wishes, each by another remainder."""
    for place, customer in enumerate(Customer.objects.order_by("pk")):
        customer.first_name = ("Ann", "Anton", "Bea")[place % 3]
        customer.country = ("DE", "FR")[place % 2]
        customer.marketing_consent = place % 4 < 3
        customer.profiling_opt_out = place % 10 == 3
        customer.erased_at = timezone.now() if place % 10 == 8 else None
        customer.save()
        group, tier = ("Champions", "New")[place % 5 > 2], ("high", "low")[place % 7 > 3]
        CustomerScore.objects.create(
            customer=customer, rfm_code="555", rfm_name=group, value_tier=tier, from_run=run
        )
    thirds = Membership.objects.alias(third=F("customer_id") % 3)
    thirds.filter(third=0).update(borderline=True)
    criteria = {"segments": ["loyal", "slipping"], "countries": ["DE"], "active_days": 200}
    criteria |= {"consent": "agreed", "listed": ["bought:2025-12.12.all"]}
    Audience.objects.create(pk=77, name="Willing Germans", criteria=criteria)


def listed(client, *filters) -> tuple[int, str, dict]:
    """How many of a list may be in audiences, where its button leads, and what the page says."""
    response = client.get(CUSTOMERS, dict(filters))
    assert response.status_code == 200
    context = response.context
    shown = context["cl"].result_count - (context.get("left_out") or 0)
    button = re.search(r'href="([^"]*)">Save as audience<', response.content.decode())
    return shown, unescape(button[1]) if button else "", context


def ticked(page: str) -> list[tuple[str, str]]:
    """What a browser would send of an audience's form."""
    inputs = re.findall(r"<input [^>]*>", page)
    facts = [dict(re.findall(r'(\w+)="([^"]*)"', each)) | {"whole": each} for each in inputs]
    sent = [
        (each["name"], unescape(each.get("value", "")))
        for each in facts
        if "name" in each and (each["type"] != "checkbox" or " checked" in each["whole"])
    ]
    consent = re.findall(r'<option value="([^"]*)" selected', page)
    return [*sent, *(("consent", each) for each in consent)]


@pytest.mark.parametrize("chosen", FILTERS, ids="=".join)
def test_a_filtered_list_is_saved_as_it_is(admin_client, chosen):
    shown, address, _ = listed(admin_client, chosen)
    form = [
        each for each in ticked(admin_client.get(address).content.decode()) if each[0] != "name"
    ]

    answer = admin_client.post(address, urlencode([*form, ("name", "Saved")]), FORM)
    assert answer.status_code == 302, (form, answer.context["adminform"].form.errors)
    saved = Audience.objects.get(name="Saved")
    assert shown > 0
    assert saved.customers == shown
    _, lines = begin_export(audience_source(saved), "canonical", everyone=True, requested_by="test")
    assert "".join(lines).count("\n") == shown + 1


def test_every_two_filters_are_saved_as_they_are(admin_client):
    wrong, counted = {}, 0
    for one, other in combinations(PAIRED, 2):
        if one[0] == other[0]:
            continue
        shown, address, _ = listed(admin_client, one, other)
        assert bool(address) == (shown > 0)
        if address:
            query = address.partition("?")[2]
            found = admin_client.get(f"{AUDIENCES}count/?{query}").json()
            counted += 1
            if found.get("customers") != number(shown):
                wrong[one, other] = (shown, found)
    assert wrong == {}
    assert counted > 40


def test_who_is_listed_and_in_no_audience_is_said(admin_client):
    response = admin_client.get(CUSTOMERS, {"country": "DE"})

    out = Customer.objects.filter(country="DE").exclude(erased_at=None, profiling_opt_out=False)
    assert response.context["left_out"] == out.count() > 1
    said = f"{out.count()} of them opted out of profiling or were erased; an audience leaves"
    assert said in response.content.decode()


@pytest.mark.parametrize(
    ("chosen", "named"),
    [
        (("first_name__startswith", "A"), "the filter first_name__startswith"),
        (("q", "a " * 60), "this search"),
    ],
    ids=["lookup", "search"],
)
def test_a_list_that_cannot_be_kept_says_so(admin_client, chosen, named):
    Customer.objects.filter(country="FR").update(first_name="A", last_name="A")

    _, address, context = listed(admin_client, ("country", "FR"), chosen)

    page = admin_client.get(CUSTOMERS, dict([("country", "FR"), chosen])).content.decode()
    assert (address, context["unkept"]) == ("", [named])
    assert f"cannot be saved as an audience, which does not keep {named}." in page


@pytest.mark.parametrize(
    "chosen", [("segment", "x"), ("audience", "99"), ("country", "XX"), ("bought", "x")], ids=str
)
def test_a_filter_that_means_nobody_lists_nobody_and_is_not_saved(admin_client, chosen):
    shown, address, context = listed(admin_client, chosen)

    assert (shown, address, context["cl"].result_count) == (0, "", 0)


def test_a_condition_of_the_list_can_be_taken_away_again(admin_client):
    conditions = ["bought:2025-12.12.top20", "moved:loyal.slipping"]
    audience = Audience.objects.create(name="Moved", criteria={"listed": conditions})
    url = f"{AUDIENCES}{audience.pk}/change/"
    page = admin_client.get(url).content.decode()
    assert "Who moved lately from Loyal to Slipping" in page

    admin_client.post(url, {"name": "Moved", "listed": conditions[:1], "consent": ""})

    audience.refresh_from_db()
    assert audience.criteria == {"listed": conditions[:1]}


@pytest.mark.parametrize("condition", ["bought:x", "q:", "moved:a", "segment:loyal"])
def test_a_condition_that_makes_no_sense_is_refused(admin_client, condition):
    answer = admin_client.get(f"{AUDIENCES}count/", {"listed": condition}).json()

    assert "valid choice" in answer["problem"]


def test_buyers_who_are_not_kept_any_more_are_told_of(admin_client):
    long_ago = Audience.objects.create(
        name="Old", criteria={"listed": ["bought:2020-01.1.all", "bought:2025-12.12.all"]}
    )

    page = admin_client.get(f"{AUDIENCES}{long_ago.pk}/change/").content.decode()

    assert "Nobody is among the buyers in Jan 2020 any more" in page
    assert page.count("any more: who bought") == 1


def test_who_may_not_make_audiences_is_offered_none(client, django_user_model):
    viewer = django_user_model.objects.create_user("eve", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_customer"))
    client.force_login(viewer)

    assert listed(client, ("country", "DE"))[1] == ""
