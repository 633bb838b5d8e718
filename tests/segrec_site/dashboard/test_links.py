"""Where the charts lead: lists of just what they count."""

import re
from datetime import timedelta
from html import unescape

import pandas as pd
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.queries.clock import data_clock
from runs.paging import EstimatedPaginator
from segrec_site.dashboard.page import chart_of
from tests.customers.trading import in_months
from tests.segrec_site.dashboard.plain import MONTH, YEAR, cells, chosen, in_bands, of_segment

pytestmark = pytest.mark.django_db

SEGMENTS = [YEAR, MONTH | {"segment": "loyal"}, YEAR | {"segment": "none"}]


def links(asked: dict, key: str) -> list[tuple]:
    """The numbers of a chart that lead somewhere, and where."""
    chart = chart_of(asked | {"all": "categories"}, key)
    return [
        (cell.value, cell.href)
        for row in chart.rows
        for cell in row.cells
        if cell.href and cell.column.kind == "number"
    ]


def listed(client, href: str) -> set[int]:
    """The keys of what a link opens."""
    return {row.pk for row in client.get(href).context["cl"].queryset}


@pytest.mark.parametrize("asked", [YEAR, MONTH | {"segment": "none"}], ids=str)
@pytest.mark.parametrize(
    "key",
    [
        "days",
        "categories",
        "prices",
        "concentration",
        "newcomers",
        "segments",
        "movement",
        "sensitivity",
    ],
)
def test_a_number_leads_to_a_list_of_just_so_many(shop, admin_client, asked, key):
    found = links(asked, key)
    for number, href in found[:3] + found[-1:]:
        page = admin_client.get(href)
        assert page.status_code == 200
        assert page.context["cl"].result_count == number > 0, href


@pytest.mark.parametrize("who", ["all", "new", "returning", "top10", "all.loyal"])
def test_very_many_customers_are_counted_by_the_figure_that_leads_to_them(
    shop, admin_client, monkeypatch, who
):
    def counted() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as captured:
            page = admin_client.get(f"/admin/customers/customer/?bought={YEAR['until']}.12.{who}")
        counts = sum("COUNT(" in each["sql"] for each in captured)
        return page.context["cl"].result_count, counts

    exact, counts = counted()
    monkeypatch.setattr(EstimatedPaginator, "EXACT_BELOW", 1)

    assert counted() == (exact, counts - 1)
    assert exact > 0


@pytest.mark.parametrize("key", ["categories", "prices", "seasons"])
def test_of_a_segment_too_large_to_look_through_its_buyers_are_opened(
    shop, admin_client, monkeypatch, key
):
    monkeypatch.setattr("segrec_site.dashboard.sales.MOST_LINES", 1)
    asked = YEAR | {"segment": "loyal"}
    buyers = set(chosen(shop, asked).query("sold")["customer"])

    [first, *_] = [cell.href for row in chart_of(asked, key).rows for cell in row.cells[:1]]

    assert listed(admin_client, first) == buyers


@pytest.mark.parametrize("asked", SEGMENTS, ids=str)
def test_a_category_opens_the_products_sold_in_it(shop, admin_client, asked):
    lines = chosen(shop, asked).fillna({"category": "No category"})
    sold = lines[lines["quantity"] > 0].groupby("category")["product"].unique()

    for name, *_ in cells(asked, "categories"):
        assert listed(admin_client, name.href) == {*sold.get(name.value, [])}


@pytest.mark.parametrize("asked", SEGMENTS, ids=str)
def test_a_price_band_opens_the_products_sold_in_it(shop, admin_client, asked):
    lines = chosen(in_bands(shop), asked)
    sold = lines[lines["quantity"] > 0].groupby("band")["product"].unique()
    bands = sorted(lines["band"].unique())

    for (name, *_), band in zip(cells(asked, "prices"), bands, strict=True):
        assert listed(admin_client, name.href) == {*sold.get(band, [])}


@pytest.mark.parametrize("asked", SEGMENTS, ids=str)
def test_a_month_of_a_season_opens_the_products_sold_in_it(shop, admin_client, asked):
    lines = of_segment(shop, asked).fillna({"category": "No category"})
    sold = lines[lines["quantity"] > 0].groupby(["category", "month"])["product"].unique()

    for name, *months in cells(asked, "seasons")[:2]:
        for cell in months[-3:]:
            month = pd.Timestamp(cell.column.name).strftime("%Y-%m")
            products = sold.get((name.value, month), [])
            assert listed(admin_client, cell.href) == {*products}


def test_a_year_of_a_season_opens_what_its_segment_bought(shop, admin_client):
    asked = YEAR | {"segment": "loyal"}
    lines = chosen(shop, asked).fillna({"category": "No category"})
    sold = lines[lines["quantity"] > 0].groupby("category")["product"].unique()

    for name, *_ in cells(asked, "seasons"):
        assert listed(admin_client, name.href) == {*sold.get(name.value, [])}


@pytest.mark.parametrize("asked", [YEAR, YEAR | {"segment": "loyal"}], ids=str)
def test_a_day_opens_its_orders(shop, admin_client, asked):
    lines = of_segment(shop, asked)
    sold = lines[lines["sold"]].groupby("day")["order"].unique()
    last = data_clock().date()

    for age, (_, _, orders, *_) in enumerate(cells(asked, "days")[:-11:-1]):
        if orders.value:
            day = last - timedelta(days=age)
            assert listed(admin_client, orders.href) == {*sold[day]}


def test_what_nobody_known_brought_opens_their_orders(shop, admin_client):
    lines = shop[shop["customer"].isna()]
    orders = lines.groupby("month")["order"].unique()

    for month, *_, unknown in cells(YEAR, "newcomers"):
        if unknown.value:
            at = pd.Timestamp(month.value).strftime("%Y-%m")
            assert listed(admin_client, unknown.href) == {*orders[at]}


def test_an_address_of_no_day_lists_no_orders(shop, admin_client):
    assert listed(admin_client, "/admin/customers/order/?counted=2025-02-30.all") == set()


def test_the_top_customers_listed_are_those_who_spent_most(shop, admin_client):
    lines = in_months(shop, "2025-12", 12)
    spent = lines[lines["customer"].notna()].groupby("customer")["net"].sum()
    tenth = links(YEAR, "concentration")[3]

    listed = admin_client.get(tenth[1]).context["cl"].result_list

    assert {customer.pk for customer in listed} == {*spent.nlargest(tenth[0]).index}


def test_links_show_to_who_may_follow_them(shop, client, django_user_model):
    client.force_login(django_user_model.objects.create_user("eve", is_staff=True))

    text = client.get("/admin/", YEAR).content.decode()

    assert "The top" in text
    assert not re.findall(r'href="/admin/(?:customers|products)/', text)
    assert unescape(text).count("Table") > 5
