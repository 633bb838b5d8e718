"""The dashboard in a real browser: drawn, walked by keyboard, clicked, and read without scripts."""

from pathlib import Path

import pytest

from customers.services.insights import refresh_insights
from segrec_site.dashboard import segments
from tests.customers.trading import divide, regroup, trade

FAINT = (Path(__file__).parent / "faint.js").read_text()
YEAR = "?until=2025-12"
CHARTS = 9
DAYS = "echarts.getInstanceByDom(document.querySelector('#days .plot')).getOption()"

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def shop(tmp_path) -> None:
    trade(tmp_path, orders=250, customers=60)
    divide()
    regroup(5)
    refresh_insights()


def drawn(page) -> list[str]:
    """Pass down the page, and return the keys of the figures that were drawn."""
    for figure in page.locator("figure[data-chart]").all():
        figure.scroll_into_view_if_needed()
    page.wait_for_function(
        "[...document.querySelectorAll('.plot')].every(plot => plot.querySelector('canvas'))"
    )
    return page.eval_on_selector_all(
        "figure:has(canvas)", "figures => figures.map(figure => figure.id)"
    )


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_every_chart_is_drawn_within_the_policy_and_reads_well(
    open_staff_page, shop, complaints, serious, width, colours, monkeypatch
):
    monkeypatch.setattr(segments, "FEWEST_BUYERS", 1)
    monkeypatch.setattr(segments, "WIDEST", 1)
    page = open_staff_page(YEAR, width=width, colours=colours)

    assert len(drawn(page)) == CHARTS
    assert complaints == []
    assert serious(page) == []
    assert page.evaluate(FAINT) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_chart_with_nothing_to_draw_shows_its_table(open_staff_page, shop):
    page = open_staff_page(YEAR)

    assert "sensitivity" not in drawn(page)  # no segment of a shop this small has buyers enough
    page.locator("#sensitivity table").wait_for()


def test_the_values_of_a_chart_are_walked_and_opened_by_keyboard(open_staff_page, shop):
    page = open_staff_page(YEAR)
    drawn(page)
    plot = page.locator("#concentration .plot")
    said = page.locator("#concentration [aria-live]")

    plot.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    assert said.text_content().startswith("10\u00a0%\nCustomers: 6\nShare of revenue: ")
    page.keyboard.press("ArrowLeft")
    assert "Customers: 3" in said.text_content()
    page.keyboard.press("Enter")

    page.wait_for_url("**/customers/customer/?bought=2025-12.12.top5")
    assert page.locator("tbody tr").count() == 3


def test_a_bar_opens_what_it_counts(open_staff_page, shop):
    page = open_staff_page(YEAR)
    drawn(page)
    page.locator("#categories").scroll_into_view_if_needed()
    at = page.evaluate(
        """() => {
            const plot = document.querySelector("#categories .plot");
            const chart = echarts.getInstanceByDom(plot);
            const [x, y] = chart.convertToPixel({ seriesIndex: 0 }, [1, 0]);
            const box = plot.getBoundingClientRect();
            return [box.x + x + 4, box.y + y];
        }"""
    )
    count = int(page.locator("#categories tbody tr:first-child td:last-child").text_content())

    page.mouse.click(*at)

    page.wait_for_url("**/products/product/?sold=2025-12.12&category__**")
    assert page.locator("tbody tr").count() == count


def test_a_month_of_a_season_opens_what_its_segment_bought_then(open_staff_page, shop):
    page = open_staff_page(f"{YEAR}&segment=loyal")
    drawn(page)

    page.locator("#seasons .plot").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")

    page.wait_for_url("**/products/product/?sold=2025-01.1.all.loyal&category__**")


@pytest.mark.parametrize("chart", ["categories", "prices"])
def test_a_bar_of_a_segment_opens_what_it_bought(open_staff_page, shop, chart):
    page = open_staff_page(f"{YEAR}&segment=loyal")
    drawn(page)

    page.locator(f"#{chart} .plot").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")

    page.wait_for_url("**/products/product/?sold=2025-12.12.*.loyal*")
    assert page.locator("tbody tr").count() > 0


def test_a_day_opens_its_orders(open_staff_page, shop):
    page = open_staff_page(YEAR)
    drawn(page)

    page.locator("#days .plot").focus()
    page.keyboard.press("End")
    said = page.locator("#days [aria-live]").text_content()
    page.keyboard.press("Enter")

    page.wait_for_url("**/customers/order/?counted=*.all")
    assert f"Orders: {page.locator('tbody tr').count()}\n" in said


def test_what_nobody_known_brought_is_opened_by_keyboard(open_staff_page, shop):
    page = open_staff_page(YEAR)
    drawn(page)
    page.locator("#newcomers .plot").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert "From nobody known" in page.locator("#newcomers [aria-live]").text_content()

    page.keyboard.press("Enter")

    page.wait_for_url("**/customers/order/?counted=2025-01.nobody")


def test_the_table_behind_a_chart_opens_by_keyboard(open_staff_page, shop):
    page = open_staff_page(YEAR)
    drawn(page)
    table = page.locator("#prices table")
    table.wait_for(state="hidden")

    page.locator("#prices summary").focus()
    page.keyboard.press("Enter")

    table.wait_for(state="visible")


def test_another_choice_is_an_address_to_share(open_staff_page, shop):
    page = open_staff_page(YEAR)

    page.locator(".story-head summary", has_text="Customers").click()
    page.locator(".story-head").get_by_role("link", name="Loyal", exact=True).click()
    page.locator(".story-head summary", has_text="Period").click()
    page.get_by_role("link", name="1 month", exact=True).click()

    page.wait_for_url("**/admin/?until=2025-12&months=1&segment=loyal#story")
    assert page.locator("#story").inner_text() == "December 2025 · Loyal"


def test_charts_follow_the_choice_of_colours(open_staff_page, shop):
    page = open_staff_page(YEAR)
    drawn(page)
    ink = f"{DAYS}.textStyle.color"
    before = page.evaluate(ink)

    page.locator(".theme-toggle").click()

    page.wait_for_function(f"before => {ink} !== before", arg=before)


def test_nothing_moves_for_who_asks_for_calm(open_staff_page, shop):
    page = open_staff_page(YEAR)
    page.emulate_media(reduced_motion="reduce")
    page.reload()
    drawn(page)

    assert not page.evaluate(f"{DAYS}.animation")


def test_without_scripts_the_tables_are_read(chromium, live_server, admin_client, shop):
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    session = {"name": "sessionid", "value": admin_client.cookies["sessionid"].value}
    context.add_cookies([session | {"url": live_server.url}])
    page = context.new_page()
    page.goto(f"/admin/{YEAR}")

    assert page.locator("figure table").count() == CHARTS
    assert all(table.is_visible() for table in page.locator("figure table").all())
    context.close()


def test_moves_are_opened_by_keyboard(open_staff_page, shop):
    page = open_staff_page(YEAR)
    drawn(page)

    page.locator("#movement .plot").focus()
    page.keyboard.press("End")
    assert page.locator("#movement [aria-live]").text_content() == "Loyal to Slipping: 5 customers"
    page.keyboard.press("Enter")

    page.wait_for_url("**/customers/customer/?moved=loyal.slipping")
    assert page.locator("tbody tr").count() == 5
