"""The page as a whole, what it says is left out, and its tables to take away."""

import pandas as pd
import pytest

from customers.models import Order, Segment, SegmentProfile
from runs.queries import published_run
from segrec_site.dashboard.page import chart_of
from tests.segrec_site.dashboard.plain import MONTH, YEAR

pytestmark = pytest.mark.django_db


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
