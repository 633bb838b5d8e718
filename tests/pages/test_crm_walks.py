"""The jobs of CRM staff in a real browser, by keyboard alone; axe looks at where they lead."""

import csv
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import Group

from customers.models import Audience, Customer, Export, Membership
from customers.services.insights import refresh_insights
from customers.services.segments import refreshing
from customers.services.segments.refreshing import refresh_segments
from runs.gates import HOLD, REFUSE
from runs.models import Run
from segrec_site import roles
from tests.customers.services.segments.shops import LAST_DAY, load_shop
from tests.customers.trading import divide, trade
from tests.pages.keyboard import follow, tab_to

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def shop() -> None:
    """A small shop in RFM groups as of two weeks ago; everybody agreed to marketing."""
    load_shop(n_customers=80)
    for customer in Customer.objects.all():
        name = f"Ada{customer.pk}"
        Customer.objects.filter(pk=customer.pk).update(
            first_name=name, email=f"{name}@example.org".lower(), marketing_consent=True
        )
    refresh_segments(as_of=LAST_DAY.replace(day=10))


@pytest.fixture
def open_as(open_page, client, django_user_model):
    """Open a page of the admin as somebody of a role."""

    def open_as(role: str, path: str = "", **window):
        roles.grant(apps, roles.ROLES)
        user = django_user_model.objects.create_user(role, is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
        return open_page(f"/admin/{path}", cookies=[cookie], **window)

    return open_as


def link(page, name: str, **how):
    return page.get_by_role("link", name=name, **how).first


def test_who_is_slipping_away_is_found_and_exported(open_as, shop, complaints, serious):
    refresh_segments()
    slipping = Membership.objects.filter(to_run=None, segment__name="At risk")
    assert slipping.exists()
    page = open_as("CRM manager")

    follow(page, link(page, "Customers", exact=True))
    tab_to(page, page.locator("summary", has_text="Segment"))
    page.keyboard.press("Enter")
    follow(page, link(page, "At risk", exact=True))
    assert page.locator("tbody tr").count() == slipping.count()
    follow(page, link(page, "Save as audience"))
    tab_to(page, page.get_by_label("Name"))
    page.keyboard.type("Slipping away")
    counted = page.locator("[data-customers]", has_text=str(slipping.count()))
    counted.wait_for()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Slipping away").wait_for()
    tab_to(page, page.get_by_label("Laid out for"))
    page.keyboard.type("Klaviyo")
    tab_to(page, page.get_by_role("button", name="Export"))
    with page.expect_download() as download:
        page.keyboard.press("Enter")

    text = Path(download.value.path()).read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == slipping.count()
    assert {row["Segment"] for row in rows} == {"At risk"}
    assert Audience.objects.get().criteria == {"segments": ["rfm-at-risk"]}
    record = Export.objects.get()
    assert (record.requested_by, record.customers) == ("CRM manager", len(rows))
    assert complaints == []
    assert serious(page) == []


def test_who_moved_and_why_is_two_steps_away(open_as, shop, complaints):
    refresh_segments()
    page = open_as("Viewer", "customers/segment/")

    follow(page, page.locator("tbody th a").first)
    told = page.locator("#moves tbody tr").first
    told.wait_for()
    assert told.locator("td[data-label=Why]").inner_text()
    customers = int(told.locator("th a").inner_text().split()[0])
    follow(page, told.locator("th a"))

    assert page.locator("#result_list tbody tr").count() == customers
    assert complaints == []


def test_one_customer_is_explained(open_as, shop, complaints, serious):
    refresh_segments()
    stay = Membership.objects.filter(to_run=None).select_related("customer", "segment").first()
    page = open_as("Viewer")

    follow(page, link(page, "Customers", exact=True))
    tab_to(page, page.get_by_role("searchbox"))
    page.keyboard.type(stay.customer.email)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    follow(page, link(page, stay.customer.first_name))

    page.get_by_role("heading", name=f"Why {stay.segment}").wait_for()
    assert page.locator(".why li").count() >= 3
    page.get_by_role("img", name="Orders and segments through time").wait_for()
    tab_to(page, page.locator(".history summary").nth(1))
    page.keyboard.press("Enter")
    page.locator(".history details").nth(1).locator("td a").first.wait_for()
    page.get_by_text("As the shop’s pages get them now").wait_for()
    assert page.get_by_role("button", name="Export all that is kept").count() == 0
    assert complaints == []
    assert serious(page) == []


def test_what_sells_at_which_price_in_which_season_is_seen(open_as, tmp_path, complaints, serious):
    trade(tmp_path, orders=250, customers=60)
    divide()
    refresh_insights()
    page = open_as("Viewer", "?until=2025-12")

    seasons = page.locator("#seasons .plot")
    tab_to(page, seasons)
    page.keyboard.press("ArrowRight")
    said = page.locator("#seasons [aria-live]").inner_text()
    assert re.fullmatch(r"\w+( \w+)?, Jan 2025: \d+\.\d\d × its mean month", said)
    category = said.partition(",")[0]

    tab_to(page, page.locator(".story-head summary", has_text="To the end of"))
    page.keyboard.press("Enter")
    follow(page, link(page, "November 2025"))
    tab_to(page, page.locator(".story-head summary", has_text="Period"))
    page.keyboard.press("Enter")
    follow(page, link(page, "1 month"))
    assert page.locator("#story").inner_text() == "November 2025"
    assert page.locator("#categories tbody th", has_text=category).count() == 1

    tab_to(page, page.locator("#prices .plot"))
    page.keyboard.press("End")
    told = page.locator("#prices [aria-live]").inner_text()
    assert "and more" in told
    sold = int(re.search(r"Products sold: (\d+)", told).group(1))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("#result_list tbody tr").count() == sold
    assert complaints == []
    assert serious(page) == []


def test_the_customers_of_a_chart_are_saved_as_an_audience(open_as, tmp_path, complaints, serious):
    trade(tmp_path, orders=250, customers=60)
    divide()
    refresh_insights()
    page = open_as("CRM manager", "?until=2025-12")

    tab_to(page, page.locator("#concentration .plot"))
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    listed = page.locator("#result_list tbody tr").count()
    page.set_viewport_size({"width": 390, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    follow(page, link(page, "Save as audience"))
    page.get_by_role("group", name="From the list of customers").wait_for()
    tab_to(page, page.get_by_label("Name"))
    page.keyboard.type("Best buyers")
    page.locator("[data-customers]", has_text=str(listed)).wait_for()
    page.keyboard.press("Enter")

    page.get_by_role("heading", name="Best buyers").wait_for()
    assert Audience.objects.get().customers == listed > 0
    assert complaints == []
    assert serious(page) == []


def test_a_held_run_is_looked_at_and_published(open_as, shop, complaints, serious, monkeypatch):
    verdicts = iter([REFUSE, HOLD])  # groups stand in for segments, and a person should look
    monkeypatch.setattr(refreshing, "verdict", lambda gates: next(verdicts))
    held = refresh_segments()
    before = dict(Membership.objects.filter(to_run=None).values_list("customer", "segment__key"))
    page = open_as("CRM manager")

    follow(page, link(page, f"Decide on run {held.pk}"))
    heading = f"{held.metrics['moved']} customers would move"
    page.get_by_role("heading", name=heading).wait_for()
    people = page.locator("details", has_text="Who would move, and why")
    tab_to(page, people.locator("summary"))
    page.keyboard.press("Enter")
    people.locator("tbody th a").first.wait_for()
    follow(page, page.get_by_role("button", name=f"Publish run {held.pk}"))

    page.get_by_text(f"Run {held.pk} is published").wait_for()
    assert Run.objects.get(pk=held.pk).status == "published"
    after = dict(Membership.objects.filter(to_run=None).values_list("customer", "segment__key"))
    moved = {pk for pk in {*before, *after} if before.get(pk) != after.get(pk)}
    assert len(moved) == held.metrics["moved"] > 0
    assert page.locator(".notices").count() == 0
    assert complaints == []
    assert serious(page) == []


def test_a_person_is_erased_only_after_its_consequence_was_read(open_as, shop, complaints):
    customer = Customer.objects.first()
    page = open_as("CRM manager", f"customers/customer/{customer.pk}/change/")

    follow(page, link(page, "Erase …"))
    page.get_by_text("no later import brings them back").wait_for()
    follow(page, page.get_by_role("button", name="Erase this customer"))

    page.get_by_text("Erased: the sums stay, the person does not.").wait_for()
    assert not Customer.objects.filter(first_name=customer.first_name).exists()
    assert complaints == []


def test_the_page_of_a_segment_holds_whatever_its_name(open_as, shop, faults):
    segment = Membership.objects.filter(to_run=None).first().segment
    segment.staff_name = "Budget-conscious infrequent buyers of everything we sell in the far North"
    segment.save()
    page = open_as("CRM manager", f"customers/segment/{segment.pk}/change/")

    page.locator("svg.map text.own", has_text=segment.staff_name[:30]).wait_for()
    assert faults(page) == []
