"""Shops at their edges: no page breaks, and none says what is not known."""

import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from customers.insights.counted import Window
from customers.services.insights import refresh_insights
from customers.services.orders import upsert_orders
from customers.services.rates import import_rates
from products.services import upsert_products
from segrec_site.dashboard.choice import Choice
from segrec_site.dashboard.page import chart_of
from tests.customers.trading import divide, order_again
from tests.factories import make_run
from tests.shop_files import write

pytestmark = pytest.mark.django_db


def page(client, **asked) -> str:
    response = client.get("/admin/", asked)
    assert response.status_code == 200
    return response.content.decode()


def captions(text: str) -> list[str]:
    return re.findall("<h3>(.*?)</h3>", text)


def test_an_empty_shop_is_told_what_to_do_first(admin_client):
    assert "segrec needs your shop’s orders" in page(admin_client)


def test_orders_that_are_not_summed_yet_are_said_to_come(admin_client):
    upsert_orders([order_again("a")])

    assert "are being summed" in page(admin_client)


def test_orders_of_which_none_counts_are_said_to_be_there(admin_client):
    upsert_orders([order_again("a", status="pending")])
    assert refresh_insights() is None

    assert "none of them counts" in page(admin_client)


def test_one_order_tells_nothing_but_itself(admin_client):
    upsert_orders([order_again("a", customer_id="ada", unit_price="9.5")])
    refresh_insights()

    text = page(admin_client)

    assert "€9.50 in the last 30 days" in text
    assert "1 customer bought: too few to tell how revenue is spread" in text
    assert "Too few whole months to tell a season" in text
    assert "There are no segments yet" in text
    assert "nothing to compare with" in text
    assert "inf" not in captions(text)
    assert "nan" not in text


def test_headings_follow_one_another(admin_client):
    upsert_orders([order_again("a", customer_id="ada")])
    refresh_insights()

    _, title, content = page(admin_client).partition("<h1")
    levels = [int(level) for level in re.findall(r"<h([1-6])", title + content)]

    assert len(levels) > 10
    assert all(lower <= upper + 1 for upper, lower in pairwise(levels))


def test_one_of_a_kind_is_written_so(admin_client):
    upsert_orders(
        [
            order_again("a", customer_id="ada", ordered_at="2025-01-01"),
            order_again("b", customer_id="ada", ordered_at="2025-01-31", quantity=3),
            order_again("c", customer_id="ada", ordered_at="2025-01-31", quantity=-2),
        ]
    )
    refresh_insights()

    text = page(admin_client)

    assert "n = 1 customer who bought" in text
    assert "n = 1 whole month · Jan 2025 ·" in text
    assert "n = 2 units after returns" in text
    assert "n = 4 units sold" in text
    assert not re.findall(r"\b1 (?:customers|units|orders|whole months)\b", text)


def test_a_shop_of_one_month_compares_with_nothing(admin_client):
    upsert_orders(
        [
            order_again(f"o{n}", ordered_at=f"2025-02-{n:02}", customer_id=f"c{n}")
            for n in range(1, 27)
        ]
    )
    refresh_insights()

    text = page(admin_client)

    assert "February 2025 so far" in text
    assert "on the year before" not in text
    assert "on the 30 days before" not in text
    assert "26 customers bought: too few" in text


def sell_daily(first: date, last: date) -> None:
    """Sell for 10 a day, each day to somebody else."""
    upsert_orders(
        [
            order_again(
                f"o{n}",
                ordered_at=f"{first + timedelta(days=n)}",
                customer_id=f"c{n}",
                unit_price="10",
            )
            for n in range((last - first).days + 1)
        ]
    )
    refresh_insights()


def figures_of(client, name: str, **asked) -> dict[str, str]:
    """Return the changes of the figures in the page, by name."""
    return {each.name: each.change for each in client.get("/admin/", asked).context[name]}


NAMES = ["Revenue", "Orders", "Order value", "Customers who bought", "New customers"]


def test_a_month_that_lacks_days_is_not_compared_with(admin_client):
    sell_daily(date(2025, 2, 2), date(2025, 3, 31))
    march = {"until": "2025-03", "months": "1"}

    assert figures_of(admin_client, "period", **march) == dict.fromkeys(NAMES, "")
    assert figures_of(admin_client, "pulse") == dict.fromkeys(NAMES, "")
    text = page(admin_client, **march)
    assert "grows most" not in text
    assert "Data begin in Feb 2025, so there is nothing to compare with." in text


def test_whole_months_and_days_are_compared_with(admin_client):
    sell_daily(date(2025, 1, 31), date(2025, 3, 31))

    grown = dict.fromkeys(NAMES, "+11\u00a0%") | {"Order value": "0\u00a0%"}
    assert figures_of(admin_client, "period", until="2025-03", months="1") == grown
    even = dict.fromkeys(NAMES, "0\u00a0%") | {"New customers": ""}  # in the first days all are new
    assert figures_of(admin_client, "pulse") == even


@pytest.mark.parametrize(
    ("first", "said"),
    [
        (date(2024, 1, 1), "The last month is not over, so the year is compared with nothing."),
        (date(2025, 1, 1), "Data begin in Jan 2025, so there is nothing to compare with."),
    ],
    ids=str,
)
def test_why_a_year_whose_last_month_goes_on_is_not_compared_is_said(admin_client, first, said):
    upsert_orders(
        [
            order_again("old", ordered_at=f"{first}", customer_id="ada"),
            order_again("new", ordered_at="2025-11-15", customer_id="ada"),
        ]
    )
    refresh_insights()

    assert said in page(admin_client, until="2025-11", months="12")


def test_new_customers_are_not_compared_with_those_the_data_begin_with(admin_client):
    sell_daily(date(2025, 2, 1), date(2025, 3, 31))

    changes = figures_of(admin_client, "period", until="2025-03", months="1")

    assert changes["Customers who bought"] == "+11\u00a0%"
    assert changes["New customers"] == ""


@pytest.mark.parametrize("last", [date(2025, 2, 1), date(2025, 2, 28)], ids=str)
def test_nobody_is_called_new_where_the_data_begin(admin_client, last):
    sell_daily(date(2025, 2, 1), last)

    text = page(admin_client)

    assert "Too early to tell who is new: data begin in February 2025" in captions(text)
    assert "were new" not in text
    assert "New customers" not in figures_of(admin_client, "pulse")
    assert "New customers" not in figures_of(admin_client, "period")


@pytest.mark.parametrize(("first", "may"), [(date(2024, 1, 7), True), (date(2024, 1, 8), False)])
def test_a_year_may_lack_its_first_days(first, may):
    window = Window(date(2025, 12, 1), 12)
    choice = Choice(window, first, datetime(2025, 12, 31, 23, 59, tzinfo=UTC))

    assert (choice.before is not None) is may


def test_orders_of_nobody_known_are_revenue_without_customers(admin_client):
    upsert_orders([order_again(f"o{n}", unit_price="10") for n in range(40)])
    refresh_insights()

    text = page(admin_client)

    assert "€400" in text
    assert "Nobody bought" not in text
    assert captions(text).count("Nobody who bought is known") == 2
    assert "From nobody known" in text


def test_a_month_in_which_nobody_bought_says_nothing_of_the_months_before(admin_client):
    upsert_orders(
        [
            order_again("a", customer_id="ada"),
            order_again("b", customer_id="ada", ordered_at="2025-03-31", status="pending"),
        ]
    )
    refresh_insights()

    assert "In March, nobody bought" in captions(page(admin_client))


def test_guests_alone_are_customers(admin_client):
    upsert_orders([order_again(f"o{n}", email=f"g{n}@example.com") for n in range(40)])
    refresh_insights()

    assert "The top 10\u00a0% of customers bring 10\u00a0%" in page(admin_client)


def test_a_month_whose_buyers_are_not_kept_any_more_leads_nowhere(admin_client):
    upsert_orders(
        [
            order_again(f"{year}-{month}", customer_id="ada", ordered_at=f"{year}-{month:02}-28")
            for year in (2023, 2024, 2025)
            for month in range(1, 13)
        ]
    )
    refresh_insights()

    months = chart_of({"until": "2024-01"}, "newcomers").rows
    counted = [cell for row in months for cell in row.cells[1:3] if cell.value]

    assert len(counted) == 12
    for cell in counted:
        if cell.href:
            assert admin_client.get(cell.href).context["cl"].result_count == cell.value
    assert [bool(cell.href) for cell in counted] == [False] * 11 + [True]


def test_products_without_categories_are_one(admin_client):
    upsert_orders([order_again(f"o{n}", customer_id="ada") for n in range(3)])
    refresh_insights()

    text = page(admin_client)

    assert "Products without a category bring 100\u00a0% of revenue" in captions(text)
    assert "No category brings" not in text
    assert "category__isnull=True" in text


def test_products_without_categories_grow_and_peak_in_those_words(admin_client):
    sell_daily(date(2025, 1, 1), date(2025, 11, 30))
    upsert_orders([order_again("big", ordered_at="2025-11-09", unit_price="500")])
    refresh_insights()

    text = page(admin_client, until="2025-11", months="1")

    assert "Products without a category grow most" in text
    assert "Products without a category peak in November" in text


def test_prices_that_are_alike_are_not_called_any_price(admin_client):
    upsert_orders([order_again(f"o{n}", customer_id="ada") for n in range(3)])
    refresh_insights()

    assert "Prices are too much alike to part into bands" in captions(page(admin_client))


def test_three_currencies_are_one_where_there_are_rates(admin_client, tmp_path):
    upsert_orders(
        [
            order_again("a", currency="EUR", unit_price="10"),
            order_again("b", currency="EUR", unit_price="10"),
            order_again("c", currency="GBP", unit_price="10"),
            order_again("d", currency="SEK", unit_price="1000"),
        ]
    )
    import_rates(write(tmp_path, "date,currency,rate\n2025-01-01,GBP,1.5"))
    refresh_insights()

    text = page(admin_client)

    assert "€35.00 in the last 30 days" in text
    assert "Left out: orders 1 in a currency without a rate." in text
    assert "1,0" not in text


def test_more_returned_than_bought_has_no_shares(admin_client):
    upsert_orders(
        [
            order_again("a", customer_id="ada", unit_price="10"),
            order_again("b", customer_id="ada", unit_price="30", quantity=-1),
        ]
    )
    refresh_insights()

    text = page(admin_client)

    assert "−€20.00 in the last 30 days" in text
    assert "Returns outweigh what was bought" in text


def test_categories_have_no_shares_of_less_than_nothing(admin_client):
    upsert_products([{"id": "p1", "title": "Mug", "product_type": "Mugs"}])
    upsert_orders(
        [
            order_again("a", customer_id="ada", unit_price="10"),
            order_again("b", customer_id="ada", unit_price="30", quantity=-1, product_id="p2"),
        ]
    )
    refresh_insights()

    chart = chart_of({}, "categories")

    assert chart.caption == "Returns outweigh what was bought"
    assert [row.cells[2].value for row in chart.rows] == [None, None]


def test_segments_without_a_second_run_have_no_movement(admin_client, tmp_path):
    upsert_orders([order_again(f"o{n}", customer_id=f"c{n}", discount="0.2") for n in range(9)])
    divide()
    refresh_insights()

    text = page(admin_client)

    assert "Movement shows after segments were published a second time" in text
    assert "How segments take discounts: too few to tell" in text


def test_of_no_orders_there_is_no_value(admin_client):
    upsert_orders(
        [
            order_again("a", customer_id="ada", ordered_at="2025-01-01"),
            order_again("b", customer_id="ada", ordered_at="2025-02-01"),
            order_again("c", customer_id="ada", ordered_at="2025-03-31", status="pending"),
        ]
    )
    refresh_insights()

    assert "Order value" not in figures_of(admin_client, "pulse")
    assert "Order value" not in figures_of(admin_client, "period", until="2025-03", months="1")
    assert "Order value" in figures_of(admin_client, "period")


def test_another_address_shows_the_usual_and_says_so(admin_client):
    upsert_orders([order_again("a", customer_id="ada")])
    refresh_insights()

    text = page(admin_client, until="2031-01", months="7", segment="nobody")

    assert "There is nothing to show to the end of 2031-01" in text
    assert "Periods are of 1 or 12 months" in text
    assert "There is no segment nobody" in text


def test_a_refresh_that_failed_is_said_on_top(admin_client):
    make_run("segments")
    make_run("segments", "refused", reasons=[{"code": "few", "text": "Too few customers."}])

    text = page(admin_client)

    assert "the last refresh was refused" in text
    assert "Too few customers. What was published" in text


def test_the_library_that_is_not_there_leaves_the_tables_open(admin_client, settings):
    upsert_products([{"id": "p1", "title": "Mug", "product_type": "Mugs"}])
    upsert_orders([order_again("a", customer_id="ada")])
    refresh_insights()
    settings.STATICFILES_DIRS = settings.STATICFILES_DIRS[:1]

    text = page(admin_client)

    assert "echarts" not in text
    assert 'class="plot"' not in text
    assert '<details class="behind" open>' in text


def test_who_does_not_see_runs_sees_how_fresh_results_are(client, django_user_model):
    run = make_run("similar")
    upsert_orders([order_again("a")])
    refresh_insights()
    client.force_login(django_user_model.objects.create_user("vera", is_staff=True))

    text = page(client)

    assert "Last refreshed" in text
    assert "data until 30\xa0Jun\xa02026" in text
    assert f"/admin/runs/run/{run.pk}/" not in text
    assert "Refresh now" not in text
