"""Every figure of the dashboard against the same figure made by pandas from the shop's lines."""

import re
from datetime import timedelta
from html import unescape

import numpy as np
import pandas as pd
import pytest

from customers.models import Membership, Order, Segment, SegmentProfile
from customers.queries.clock import data_clock
from customers.queries.insights.reading import last_build
from customers.queries.pages import segments_alive
from runs.queries import published_run
from segrec_site.dashboard import figures
from segrec_site.dashboard.choice import choose
from segrec_site.dashboard.kept import read_kept
from segrec_site.dashboard.page import chart_of
from tests.customers.trading import in_months

pytestmark = pytest.mark.django_db

YEAR = {"until": "2025-12", "months": "12"}
MONTH = {"until": "2025-11", "months": "1"}
CHOICES = [
    YEAR,
    MONTH,
    YEAR | {"segment": "loyal"},
    MONTH | {"segment": "none"},
]


def chosen(shop: pd.DataFrame, asked: dict) -> pd.DataFrame:
    """The lines of a choice."""
    return of_segment(in_months(shop, asked["until"], int(asked["months"])), asked)


def of_segment(lines: pd.DataFrame, asked: dict) -> pd.DataFrame:
    key = asked.get("segment")
    if not key:
        return lines
    return lines[lines["segment"].isna()] if key == "none" else lines[lines["segment"] == key]


def rows(asked: dict, key: str) -> list[dict]:
    """The values of a chart's table, by column."""
    chart = chart_of(asked | {"all": "categories"}, key)
    return [{cell.column.name: cell.value for cell in row.cells} for row in chart.rows]


def links(asked: dict, key: str) -> list[tuple]:
    """The numbers of a chart that lead somewhere, and where."""
    chart = chart_of(asked | {"all": "categories"}, key)
    return [
        (cell.value, cell.href)
        for row in chart.rows
        for cell in row.cells
        if cell.href and cell.column.kind == "number"
    ]


def in_bands(shop: pd.DataFrame) -> pd.DataFrame:
    """The lines with the band of their product's mean price in their month."""
    pieces = shop["quantity"].abs()
    month = shop.assign(pieces=pieces, price=pieces * shop["price"]).groupby(["month", "product"])
    means = month["price"].transform("sum") / month["pieces"].transform("sum")
    return shop.assign(band=np.searchsorted(last_build().price_edges, means, "right"))


def near(value) -> object:
    return pytest.approx(value, rel=1e-6, abs=0.02)


@pytest.mark.parametrize("asked", CHOICES, ids=str)
def test_single_figures(shop, asked):
    build, alive = last_build(), list(segments_alive())
    kept = read_kept(build, choose(asked, build, alive), alive)
    before = {"until": "2025-10" if asked["months"] == "1" else "2024-12"} | {
        "months": asked["months"]
    }

    found = {figure.name: figure for figure in figures.period_figures(kept)}

    now, earlier = chosen(shop, asked), chosen(shop, asked | before)
    assert float(found["Revenue"].now) == near(now["net"].sum())
    assert found["Orders"].now == now[now["sold"]]["order"].nunique()
    assert found["Customers who bought"].now == now[now["sold"]]["customer"].dropna().nunique()
    assert float(found["Order value"].now) == near(
        now["net"].sum() / now[now["sold"]]["order"].nunique()
    )
    if asked["months"] == "12":  # the shop began within the year before
        assert found["Revenue"].growth is None
    else:
        assert found["Revenue"].growth == near(now["net"].sum() / earlier["net"].sum() - 1)


def test_the_last_days(shop):
    found = pd.DataFrame(rows(YEAR, "days"))
    last = data_clock().date()
    age = shop["day"].map(lambda day: (last - day).days)

    by_day = shop[age < 30].groupby("day")["net"].sum()
    before = shop[(age >= 30) & (age < 60)]["net"].sum()

    assert found["Revenue"].sum() == near(by_day.sum())
    assert found["30 days before"].sum() == near(before)
    assert (found["Revenue"] != 0).sum() == len(by_day)


@pytest.mark.parametrize("asked", CHOICES, ids=str)
def test_categories(shop, asked):
    lines = chosen(shop, asked).fillna({"category": "No category"})
    net = lines.groupby("category")["net"].sum().sort_values(ascending=False)
    units = lines.groupby("category")["quantity"].sum()

    found = rows(asked, "categories")

    assert [row["Category"] for row in found] == net.index.tolist()
    for row in found:
        name = row["Category"]
        assert float(row["Revenue"]) == near(net[name])
        assert row["Share"] == near(net[name] / net.sum())
        assert row["Units"] == units[name]


def test_categories_change_against_the_month_before(shop):
    by_category = {
        until: in_months(shop, until, 1)
        .fillna({"category": "No category"})
        .groupby("category")["net"]
        .sum()
        for until in ("2025-10", "2025-11")
    }
    expected = by_category["2025-11"] / by_category["2025-10"] - 1

    for row in rows(MONTH, "categories"):
        assert row["Change"] == near(expected[row["Category"]])


def test_a_first_year_changes_from_half_to_half(shop):
    note = chart_of(YEAR, "categories").note
    lines = shop.fillna({"category": "No category"})
    now, before = (
        in_months(lines, until, 6).groupby("category")["net"].sum()
        for until in ("2025-12", "2025-06")
    )

    assert "Change: Jul to Dec 2025 against Jan to Jun 2025" in note
    for row in rows(YEAR, "categories"):
        assert row["Change"] == near(now[row["Category"]] / before[row["Category"]] - 1)


@pytest.mark.parametrize("asked", [YEAR, YEAR | {"segment": "loyal"}], ids=str)
def test_seasons(shop, asked):
    lines = chosen(shop, asked).fillna({"category": "No category"})
    net = lines.pivot_table(
        index="category", columns="month", values="net", aggfunc="sum", fill_value=0
    )
    expected = net.div(net.mean(axis=1), axis=0)

    for row in rows(asked, "seasons"):
        name = row.pop("Category")
        months = [pd.Timestamp(month).strftime("%Y-%m") for month in row]
        assert list(row.values()) == near(expected.loc[name, months].tolist())


@pytest.mark.parametrize("asked", CHOICES, ids=str)
def test_price_bands(shop, asked):
    lines = chosen(in_bands(shop), asked)
    sold = lines[lines["quantity"] > 0]
    units = sold.groupby("band")["quantity"].sum()
    net = lines.groupby("band")["net"].sum()

    found = rows(asked, "prices")

    assert len(found) == lines["band"].nunique() >= 4
    for row, band in zip(found, sorted(lines["band"].unique()), strict=True):
        assert row["Share of units"] == near(units.get(band, 0) / units.sum())
        assert row["Share of revenue"] == near(net[band] / net.sum())
        assert float(row["Revenue"]) == near(net[band])
        if "Products sold" in row:
            assert row["Products sold"] == sold[sold["band"] == band]["product"].nunique()


@pytest.mark.parametrize("asked", CHOICES, ids=str)
def test_concentration(shop, asked):
    lines = chosen(shop, asked)
    buyers = lines[lines["sold"]]["customer"].dropna().unique()
    spent = lines[lines["customer"].isin(buyers)].groupby("customer")["net"].sum()
    spent = np.sort(spent.clip(lower=0))[::-1]

    for row in rows(asked, "concentration"):
        assert row["Customers"] == int(np.ceil(row["Customers who spent most"] * len(spent) - 1e-9))
        assert row["Share of revenue"] == near(spent[: row["Customers"]].sum() / spent.sum())


@pytest.mark.parametrize("asked", [YEAR, YEAR | {"segment": "none"}], ids=str)
def test_new_against_returning(shop, asked):
    firsts = shop[shop["sold"]].groupby("customer")["month"].min()

    for row in rows(asked, "newcomers"):
        month = pd.Timestamp(row["Month"]).strftime("%Y-%m")
        lines = of_segment(shop[shop["month"] == month], asked)
        bought = lines[lines["sold"]]["customer"].dropna().unique()
        new = [customer for customer in bought if firsts[customer] == month]
        assert (row["New customers"], row["Returning customers"]) == (
            len(new),
            len(bought) - len(new),
        )
        of_new = lines[lines["customer"].isin(new)]["net"].sum()
        unknown = lines[lines["customer"].isna()]["net"].sum()
        assert float(row["Revenue from new"]) == near(of_new)
        assert float(row["From nobody known"]) == near(unknown)
        assert float(row["From returning"]) == near(lines["net"].sum() - of_new - unknown)


def test_segments(shop):
    members = Membership.objects.filter(to_run=None)
    net = in_months(shop, "2025-12", 12).groupby("segment", dropna=False)["net"].sum()

    found = {row["Segment"]: row for row in rows(YEAR, "segments")}

    for name, key in (("Loyal", "loyal"), ("Slipping", "slipping")):
        count = members.filter(segment__key=key).count()
        assert found[name]["Customers"] == count
        assert found[name]["Of customers"] == near(count / members.count())
        assert found[name]["Of revenue"] == near(net[key] / net.sum())
        assert float(found[name]["Revenue a customer"]) == near(net[key] / count)


def test_movement(shop):
    assert rows(YEAR, "movement") == [{"From": "Loyal", "To": "Slipping", "Customers": 5}]
    assert chart_of(YEAR, "movement").finding.startswith("Loyal lost 5 customers since")


def test_price_sensitivity(shop, monkeypatch):
    monkeypatch.setattr("segrec_site.dashboard.segments.FEWEST_BUYERS", 2)
    monkeypatch.setattr("segrec_site.dashboard.segments.WIDEST", 1)
    lines = in_months(shop, "2025-12", 12)
    bought = lines[lines["sold"]]["customer"].dropna().unique()
    lines = lines[lines["quantity"] > 0].fillna({"category": "-"})
    lines = lines.assign(gross=lines["net"] + lines["discount"])
    usual = lines.groupby("category")[["gross", "quantity"]].sum()
    usual = usual["gross"] / usual["quantity"]

    found = {row["Segment"]: row for row in rows(YEAR, "sensitivity")}

    for name, key in (("Loyal", "loyal"), ("Slipping", "slipping")):
        own = lines[lines["segment"] == key]
        of_buyers = own[own["customer"].isin(bought)]
        taken = of_buyers["discount"].sum() / of_buyers["gross"].sum()
        expected = (own["quantity"] * own["category"].map(usual)).sum()
        assert found[name]["Taken off by discounts"] == near(taken)
        assert found[name]["At least"] < taken < found[name]["At most"]
        assert found[name]["Lines reduced"] == near((own["discount"] > 0).mean())
        assert found[name]["Prices against all"] == near(own["gross"].sum() / expected - 1)


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


def listed(client, href: str) -> set[int]:
    """The keys of what a link opens."""
    return {row.pk for row in client.get(href).context["cl"].queryset}


def cells(asked: dict, key: str) -> list[list]:
    """The cells of a chart's table, by row."""
    return [row.cells for row in chart_of(asked | {"all": "categories"}, key).rows]


SEGMENTS = [YEAR, MONTH | {"segment": "loyal"}, YEAR | {"segment": "none"}]


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


def test_orders_left_out_are_named(shop):
    orders = pd.DataFrame(Order.objects.values("ordered_at", "status", "rate"))
    local = orders["ordered_at"].dt.tz_convert("America/New_York").dt.strftime("%Y-%m")
    november = orders[local == "2025-11"]
    paid = november["status"].isin(["paid", "fulfilled"])

    note = chart_of(MONTH, "categories").note

    without = (paid & november["rate"].isna()).sum()
    if without:
        assert f"{without} in a currency without a rate" in note
    for status, count in november[~paid]["status"].value_counts().items():
        assert f"{count} {status}" in note


def test_orders_left_out_are_the_whole_shops_also_beside_a_segments_figures(shop):
    everyone, loyal = (
        chart_of(asked, "categories").note for asked in (MONTH, MONTH | {"segment": "loyal"})
    )

    assert "Left out: orders" in everyone
    assert everyone.partition("Left out")[2] == loyal.partition("Left out of the whole shop")[2]


def test_orders_left_out_of_seasons_are_those_of_all_their_months(shop):
    orders = pd.DataFrame(Order.objects.values("ordered_at", "status"))
    months = orders["ordered_at"].dt.tz_convert("America/New_York").dt.strftime("%Y-%m")
    pending = (orders["status"] == "pending") & (months >= "2024-12") & (months <= "2025-11")

    assert f"{pending.sum()} pending" in chart_of(MONTH, "seasons").note


def test_movement_says_that_it_follows_no_choice(shop):
    note = chart_of(MONTH | {"segment": "loyal"}, "movement").note

    assert "up to now, whatever months are chosen" in note
    assert "All segments are shown, whichever is chosen" in note


@pytest.mark.parametrize("retired", [False, True])
@pytest.mark.parametrize("asked", [YEAR, MONTH | {"segment": "loyal"}], ids=str)
def test_the_page_takes_the_same_queries_whatever_it_shows(
    shop, admin_client, django_assert_num_queries, asked, retired
):
    if retired:
        run = published_run("segments")
        Segment.objects.filter(key="slipping").update(retired_run=run)
        SegmentProfile.objects.filter(segment__key="slipping", run=run).delete()
    # session, user, notices; clock, runs, build, imports; segments: run, rows; members, months,
    # sales by category, band and segment, buyers, buyers by month, products, categories, flows
    with django_assert_num_queries(19):
        admin_client.get("/admin/", asked)


def test_a_table_is_taken_away_as_it_is_shown(shop, admin_client):
    answer = admin_client.get("/admin/dashboard/concentration.csv", YEAR)

    lines = answer.content.decode().splitlines()
    assert answer["Content-Type"].startswith("text/csv")
    assert lines[0] == "Customers who spent most,Customers,Share of revenue"
    assert len(lines) == 1 + 13 + 3
    assert lines[4].startswith("0.1,")
    assert lines[-2].startswith("The top 10")


def test_a_name_that_looks_like_a_formula_is_taken_away_as_text(shop, admin_client):
    Segment.objects.filter(key="loyal").update(staff_name="=1+1")

    assert "'=1+1" in admin_client.get("/admin/dashboard/segments.csv", YEAR).content.decode()


def test_there_is_no_table_of_another_name(shop, admin_client):
    assert admin_client.get("/admin/dashboard/nothing.csv").status_code == 404


def test_links_show_to_who_may_follow_them(shop, client, django_user_model):
    client.force_login(django_user_model.objects.create_user("eve", is_staff=True))

    text = client.get("/admin/", YEAR).content.decode()

    assert "The top" in text
    assert not re.findall(r'href="/admin/(?:customers|products)/', text)
    assert unescape(text).count("Table") > 5
