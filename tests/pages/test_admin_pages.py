"""The admin in a real browser: wide and narrow, light and dark, by mouse and by keyboard."""

from pathlib import Path

import pytest

from customers.models import Segment
from runs.models import Run
from tests.factories import make_run
from tests.staff import fill_shop

FAINT = (Path(__file__).parent / "faint.js").read_text()
AXE_LOOKS_AT = [(1440, "dark"), (390, "light")]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def shop():
    return fill_shop()


def menu_links(page) -> list[str]:
    return page.eval_on_selector_all("#nav-sidebar a", "links => links.map(a => a.href)")


def pages_of_first_rows(page) -> list[str]:
    return page.eval_on_selector_all("tbody tr:first-child th a", "links => links.map(a => a.href)")


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_every_page_keeps_the_content_policy_and_its_edges_and_reads_well(
    open_staff_page, shop, complaints, serious, width, colours
):
    page = open_staff_page(width=width, colours=colours)
    links = [link for link in menu_links(page) if "/admin/" in link]
    links.append("/admin/runs/import/add/")
    for link in links:
        page.goto(link)
        links += [each for each in pages_of_first_rows(page) if each not in links]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), link
        assert page.evaluate(FAINT) == [], link
    assert complaints == []
    assert len(links) > 12

    found = {}
    for link in links if (width, colours) in AXE_LOOKS_AT else ():
        page.goto(link)
        found[link] = serious(page)
    assert not {link: said for link, said in found.items() if said}


def test_a_run_at_work_is_seen_to_go_on_without_a_reload(open_staff_page):
    run = make_run("similar", "running", step="block 1 of 2", progress=0.4, published_at=None)
    page = open_staff_page(f"runs/run/{run.pk}/change/")
    page.get_by_text("block 1 of 2").wait_for()

    Run.objects.filter(pk=run.pk).update(step="block 2 of 2", progress=0.9)
    page.get_by_text("block 2 of 2").wait_for(timeout=10_000)

    Run.objects.filter(pk=run.pk).update(status="failed", error="Out of memory")
    page.get_by_text("Out of memory").wait_for(timeout=10_000)
    assert page.locator("[data-live]").count() == 0


def test_the_menu_of_a_phone_opens_and_closes_by_keyboard(open_staff_page, shop):
    page = open_staff_page(width=390)
    orders = page.get_by_role("link", name="Orders", exact=True)
    assert not orders.is_visible()

    page.get_by_role("button", name="Menu").focus()
    page.keyboard.press("Enter")
    orders.wait_for(state="visible")

    page.keyboard.press("Escape")
    orders.wait_for(state="hidden")


def test_customers_of_a_segment_are_two_clicks_away(open_staff_page, shop):
    page = open_staff_page("customers/segment/")

    page.get_by_role("link", name="Loyal").click()
    page.get_by_role("link", name="Show its 1 customers").click()

    assert page.locator("tbody tr").count() == 1
    assert page.locator("tbody th").inner_text().startswith("Ada Abel")


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
