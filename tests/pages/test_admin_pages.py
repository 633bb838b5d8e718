"""The admin in a real browser, by mouse and by keyboard."""

import pytest

from customers.models import Segment
from runs.models import Import, Run
from tests.factories import make_customer, make_run
from tests.staff import fill_shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def shop():
    return fill_shop()


def test_a_run_at_work_is_seen_to_go_on_without_a_reload(open_staff_page):
    run = make_run("similar", "running", step="block 1 of 2", progress=0.4, published_at=None)
    page = open_staff_page(f"runs/run/{run.pk}/change/")
    page.get_by_text("block 1 of 2").wait_for()

    Run.objects.filter(pk=run.pk).update(step="block 2 of 2", progress=0.9)
    page.get_by_text("block 2 of 2").wait_for(timeout=10_000)

    Run.objects.filter(pk=run.pk).update(status="failed", error="Out of memory")
    page.get_by_text("Out of memory").wait_for(timeout=10_000)
    assert page.locator("[data-live]").count() == 0


def test_a_list_of_work_under_way_leaves_filters_and_the_focus_alone(open_staff_page, shop):
    record = Import.objects.create(kind="orders", status="running", file_name="a.csv", rows_read=1)
    page = open_staff_page("runs/import/")

    page.locator("summary", has_text="Status").click()
    Import.objects.filter(pk=record.pk).update(rows_read=2222)
    page.get_by_text("2,222").wait_for(timeout=10_000)
    assert page.locator("details.filter[open]").count() == 1
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"

    link = page.get_by_role("link", name="a.csv")
    link.focus()
    Import.objects.filter(pk=record.pk).update(rows_read=3333)
    page.wait_for_timeout(4500)  # longer than until it is asked for again
    assert link.evaluate("link => link === document.activeElement")
    link.blur()
    page.get_by_text("3,333").wait_for(timeout=10_000)


def test_the_menu_of_a_phone_opens_and_closes_by_keyboard(open_staff_page, shop):
    page = open_staff_page(width=390)
    orders = page.get_by_role("link", name="Orders", exact=True)
    orders.wait_for(state="hidden")

    page.get_by_role("button", name="Menu").focus()
    page.keyboard.press("Enter")
    orders.wait_for(state="visible")

    page.keyboard.press("Escape")
    orders.wait_for(state="hidden")


def test_customers_of_a_segment_are_two_clicks_away(open_staff_page, shop):
    page = open_staff_page("customers/segment/")

    page.get_by_role("link", name="Loyal").click()
    page.get_by_role("link", name="Show its 1 customer").click()

    assert page.locator("tbody tr").count() == 1
    assert page.locator("tbody th").inner_text().startswith("Ada Abel")


def test_customers_are_counted_while_an_audience_is_chosen(open_staff_page, shop):
    make_customer()
    page = open_staff_page("customers/audience/add/")
    page.locator(".count", has_text="2 customers").wait_for()

    page.get_by_role("group", name="Segment").get_by_label("Loyal").check()

    page.locator(".count", has_text="1 customer").wait_for()
    assert page.locator(".count").inner_text() == "1 customer"


@pytest.mark.parametrize("close", ["click", "Escape"])
def test_a_filter_menu_opens_and_closes_again(open_staff_page, shop, close):
    page = open_staff_page("customers/customer/")
    choice = page.get_by_role("link", name="Loyal", exact=True)

    page.locator("summary", has_text="Segment").click()
    choice.wait_for(state="visible")
    page.locator("h1").click() if close == "click" else page.keyboard.press(close)

    choice.wait_for(state="hidden")


def test_a_segment_is_renamed_by_keyboard_alone(open_staff_page, shop):
    segment = Segment.objects.get(key="loyal")
    page = open_staff_page(f"customers/segment/{segment.pk}/change/")

    page.get_by_label("Staff name").focus()
    page.keyboard.type("Friends of the house")
    page.keyboard.press("Enter")
    page.locator(".messagelist").wait_for()

    segment.refresh_from_db()
    assert str(segment) == "Friends of the house"


def test_the_choice_of_colours_is_kept(open_staff_page, shop):
    page = open_staff_page()

    page.locator(".theme-toggle").click()
    page.reload()

    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 17, 19)"
