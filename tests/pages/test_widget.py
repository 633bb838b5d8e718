"""The web component on a plain page of another origin, in a real browser."""

import time

import pytest
from playwright.sync_api import expect

from products.models import Product
from recommendations.models import Event
from segrec_site.keys import create_key
from tests.factories import make_product
from tests.recommendations.shelf import make_buyers, make_neighbours, make_together

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none';
  script-src {site}; style-src {site}; connect-src {api}; img-src https:">
<link rel="stylesheet" href="{site}/static/segrec/recommendations.css">
<script src="{site}/static/segrec/widget.js" defer></script>
{space}<segrec-recommendations {product} limit="2" key="{key}" api="{api}">
<a href="/all">All mugs</a></segrec-recommendations></html>"""


@pytest.fixture
def open_widget(open_page, live_server, elsewhere, tmp_path):
    """Open a page of the other origin with the component in it."""

    def open_widget(product='product="mug/1"', api=None, space="", origins=()):
        key = create_key("page", "storefront", origins=list(origins))[1]
        values = {"site": live_server.url, "api": api or live_server.url, "key": key}
        (tmp_path / "page.html").write_text(PAGE.format(product=product, space=space, **values))
        return open_page(f"{elsewhere}/page.html")

    return open_widget


@pytest.fixture
def mugs():
    shown = make_product(external_id="mug/1")
    near = make_product(
        external_id="mug-2",
        title="<b>Green</b> mug",
        price="1234.50",
        currency="EUR",
        availability="backorder",
        link="https://shop.example/green",
    )
    make_neighbours(shown, near, make_product(external_id="mug-3", link="javascript:alert(1)"))
    make_buyers(make_product(external_id="loved", title="Loved mug"), 5)


def titles(page):
    page.locator(".segrec-card").first.wait_for()
    return page.locator(".segrec-title").all_inner_texts()


def test_it_lists_what_is_similar_in_the_pages_own_elements(open_widget, mugs, complaints):
    page = open_widget()

    assert titles(page)[0] == "<b>Green</b> mug"
    card = page.locator(".segrec-card").first
    assert card.locator("a").get_attribute("href") == "https://shop.example/green"
    assert card.locator(".segrec-price").inner_text() == "€1,234.50"
    assert card.locator(".segrec-wait").inner_text() == "On back order"
    assert page.locator("a").count() == 1  # neither the fallback nor what is no web address
    page.get_by_role("region", name="Similar products").wait_for()
    assert page.locator("[aria-busy]").count() == 0
    assert complaints == []


def test_without_a_product_it_lists_what_is_popular(open_widget, mugs):
    page = open_widget(product='heading="Loved by many"')

    assert titles(page)[0] == "Loved mug"
    page.get_by_role("heading", name="Loved by many").wait_for()


@pytest.mark.parametrize("trouble", ["away", "unknown", "refused"])
def test_it_keeps_what_the_page_put_into_it_when_there_is_no_answer(open_widget, mugs, trouble):
    options = {
        "away": {"api": "http://127.0.0.1:9"},
        "unknown": {"product": 'product="none"'},
        "refused": {"origins": ["https://shop.example"]},
    }

    page = open_widget(**options[trouble])

    page.wait_for_load_state("networkidle")
    expect(page.locator("[aria-busy]")).to_have_count(0)
    page.get_by_role("link", name="All mugs").wait_for()


def test_it_asks_only_when_it_comes_near(open_widget, mugs):
    page = open_widget(space="<br>" * 200)
    page.wait_for_timeout(300)
    assert page.locator(".segrec-card").count() == 0

    page.evaluate("scrollTo(0, 99999)")

    assert len(titles(page)) == 2


def test_it_lists_what_is_bought_together(open_widget, mugs):
    mug = Product.objects.get(external_id="mug/1")
    make_together(mug, Product.objects.get(external_id="loved"))

    page = open_widget(product='product="mug/1" list="bought-together"')

    assert titles(page)[0] == "Loved mug"
    page.get_by_role("heading", name="Often bought with it").wait_for()


def told(count: int) -> list[tuple]:
    """Wait until so many events were told; return them."""
    for _ in range(100):
        if Event.objects.count() >= count:
            break
        time.sleep(0.1)
    events = Event.objects.order_by("type", "position")
    return list(events.values_list("type", "product__external_id", "position", "source", "visitor"))


def test_it_tells_what_is_seen_and_clicked_where_it_is_told_to(open_widget, mugs, complaints):
    page = open_widget(product='product="mug/1" report visitor="v7"')
    titles(page)

    assert told(2) == [
        ("impression", "mug-2", 1, "similar", "v7"),
        ("impression", "mug-3", 2, "similar", "v7"),
    ]
    page.route("https://shop.example/**", lambda route: route.fulfill(body="green"))
    page.locator("a.segrec-title").click()
    page.wait_for_url("https://shop.example/green")
    assert told(3)[0] == ("click", "mug-2", 1, "similar", "v7")
    assert complaints == []


def test_what_is_clicked_to_see_a_menu_is_not_told_as_a_click(open_widget, mugs):
    page = open_widget(product='product="mug/1" report visitor="v7"')
    titles(page)
    told(2)

    page.locator("a.segrec-title").click(button="right")
    page.wait_for_timeout(1500)

    assert [event[0] for event in told(2)] == ["impression", "impression"]


def test_it_tells_nothing_unless_told_to(open_widget, mugs):
    page = open_widget()
    titles(page)

    page.wait_for_timeout(1500)

    assert not Event.objects.exists()


def test_held_out_visitors_see_what_is_popular(open_widget, mugs):
    held = open_widget(product='product="mug/1" visitor="v" holdout="100"')
    assert titles(held)[0] == "Loved mug"

    others = open_widget(product='product="mug/1" visitor="v" holdout="0"')
    assert titles(others)[0] == "<b>Green</b> mug"


def test_the_page_lives_on_when_segrec_goes_away_while_it_is_open(open_widget, mugs):
    page = open_widget(product='product="mug/1" report')
    titles(page)

    page.route("**/api/v1/**", lambda route: route.abort())
    page.eval_on_selector("segrec-recommendations", "it => it.setAttribute('limit', '1')")
    page.wait_for_timeout(200)
    expect(page.locator("[aria-busy]")).to_have_count(0)

    assert len(titles(page)) == 2


def test_it_follows_its_attributes(open_widget, mugs):
    page = open_widget()
    assert len(titles(page)) == 2

    page.eval_on_selector("segrec-recommendations", "it => it.setAttribute('limit', '1')")

    expect(page.locator(".segrec-card")).to_have_count(1)


@pytest.mark.parametrize("now", ["none", "bare"])
def test_the_list_of_another_product_does_not_stay(open_widget, mugs, now):
    page = open_widget(product='product="mug/1" query="min_score=0.1"')
    titles(page)
    make_product(external_id="bare", title="Bare")

    page.eval_on_selector(
        "segrec-recommendations", "(it, id) => it.setAttribute('product', id)", now
    )

    expect(page.locator(".segrec-card")).to_have_count(0)
    expect(page.get_by_role("link", name="All mugs")).to_be_visible()
    page.eval_on_selector("segrec-recommendations", "it => it.setAttribute('product', 'mug/1')")
    assert len(titles(page)) == 2
    assert page.get_by_role("link", name="All mugs").count() == 0


def test_a_link_may_be_made_of_the_id(open_widget, mugs):
    page = open_widget(product='product="mug/1" link="/p/{id}?from=list"')

    titles(page)
    assert page.locator(".segrec-card a").last.get_attribute("href") == "/p/mug-3?from=list"


def test_it_tells_the_page_what_it_shows(open_widget, mugs):
    page = open_widget(space="<br>" * 200)
    page.evaluate(
        "addEventListener('segrec-load', event => { window.told = event.detail.list_id })"
    )

    page.evaluate("scrollTo(0, 99999)")

    titles(page)
    assert page.evaluate("told === document.querySelector('.segrec').dataset.list")
