"""Kept sums against the same sums made plainly by pandas from the shop's own tables."""

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from django.db import transaction
from django.test import override_settings

from customers.models import (
    BuyerFigures,
    Customer,
    InsightBuild,
    MonthlyOrders,
    MonthlySales,
    Order,
    ProductSales,
    RankedBuyers,
)
from customers.queries.clock import data_clock
from customers.queries.ledger import leave
from customers.services.insights import refresh_insights
from customers.services.orders import upsert_orders
from products.services import upsert_products
from runs.queries import published_run
from tests.customers.trading import ZONE, counted_lines, divide, in_months, order_again, trade

pytestmark = pytest.mark.django_db

SUMS = ["lines", "reduced_lines", "sold", "units", "gross", "discount", "returned", "net"]


@pytest.fixture(scope="module")
def shop(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[pd.DataFrame]:
    """Trade once for all tests of this module; return the lines that count."""
    zone = {"TIME_ZONE": ZONE, "SHOP_TIME_ZONE": ZONE, "SHOP_ZONE": ZoneInfo(ZONE)}
    with django_db_blocker.unblock(), override_settings(**zone), transaction.atomic():
        trade(tmp_path_factory.mktemp("rates"))
        divide()
        refresh_insights()
        yield counted_lines()
        transaction.set_rollback(True)


def summed(lines: pd.DataFrame) -> pd.DataFrame:
    sale = lines["quantity"] > 0
    return lines.assign(
        lines=sale.astype(int),
        reduced_lines=(sale & (lines["discount"] > 0)).astype(int),
        sold=lines["quantity"].where(sale, 0),
        units=lines["quantity"],
        gross=(lines["net"] + lines["discount"]).where(sale, 0),
        discount=lines["discount"].where(sale, 0),
        returned=-lines["net"].where(~sale, 0),
    )[["month", "category", "segment", *SUMS]]


def test_monthly_sales_are_the_lines_summed(shop):
    expected = summed(shop).fillna("").groupby(["month", "category", "segment"])[SUMS].sum()

    kept = pd.DataFrame(
        MonthlySales.objects.values("month", "category__name", "segment__key", *SUMS)
    ).fillna("")
    kept["month"] = kept["month"].map(lambda month: f"{month:%Y-%m}")
    kept = kept.astype(dict.fromkeys(SUMS, float))
    kept = kept.rename(columns={"category__name": "category", "segment__key": "segment"})
    kept = kept.groupby(["month", "category", "segment"])[SUMS].sum()

    assert len(kept) > 60
    pd.testing.assert_frame_equal(kept, expected.astype(float), check_like=True, atol=1e-3)


def test_product_sales_are_the_lines_summed_and_banded_by_mean_price(shop):
    edges = InsightBuild.objects.get().price_edges
    pieces = shop["quantity"].abs()
    sums = shop.assign(pieces=pieces, price=pieces * shop["price"]).groupby(["month", "product"])
    expected = sums[["quantity", "net", "pieces", "price"]].sum()
    band = np.searchsorted(edges, expected["price"] / expected["pieces"], side="right")

    kept = pd.DataFrame(ProductSales.objects.values("month", "product_id", "units", "net", "band"))
    kept["month"] = kept["month"].map(lambda month: f"{month:%Y-%m}")
    kept = kept.set_index(["month", "product_id"]).loc[expected.index]

    assert len(edges) == 5
    assert kept["units"].tolist() == expected["quantity"].tolist()
    assert kept["net"].astype(float).to_numpy() == pytest.approx(
        expected["net"].to_numpy(), abs=1e-3
    )
    assert kept["band"].tolist() == band.tolist()


def test_bands_of_monthly_sales_are_those_of_their_products(shop):
    def by_band(model) -> dict:
        rows = pd.DataFrame(model.objects.values("month", "band", "units"))
        return rows.groupby(["month", "band"])["units"].sum().to_dict()

    assert by_band(MonthlySales) == by_band(ProductSales)


@pytest.mark.parametrize("months", [1, 12])
@pytest.mark.parametrize("until", ["2024-11", "2025-03", "2025-12"])
@pytest.mark.parametrize("scope", ["everyone", "loyal", "none"])
def test_buyers_are_counted_per_window(shop, months, until, scope):
    known = shop[shop["customer"].notna()]
    firsts = known[known["sold"]].groupby("customer")["month"].min()
    window = in_months(known, until, months)
    if scope == "none":
        window = window[window["segment"].isna()]
    elif scope != "everyone":
        window = window[window["segment"] == scope]
    bought = window[window["sold"]]["customer"].unique()
    spent = window[window["customer"].isin(bought)].groupby("customer")["net"].sum()
    new = [customer for customer in bought if firsts[customer] in {*window["month"]}]
    everyone = {"everyone": True} if scope == "everyone" else {"everyone": False}
    key = None if scope in ("everyone", "none") else scope

    kept = BuyerFigures.objects.filter(
        until=date.fromisoformat(f"{until}-01"), months=months, segment__key=key, **everyone
    ).first()

    if not len(window):
        assert kept is None
        return
    assert (kept.buyers, kept.new_buyers) == (len(bought), len(new))
    assert kept.orders == window[window["sold"]]["order"].nunique()
    assert float(kept.net) == pytest.approx(window["net"].sum(), abs=1e-2)
    assert float(kept.new_net) == pytest.approx(
        window[window["customer"].isin(new)]["net"].sum(), abs=1e-2
    )
    ranked = RankedBuyers.objects.get(figures=kept).customers
    assert sorted(ranked) == sorted(bought)
    assert spent[ranked].round(3).is_monotonic_decreasing
    positive = np.sort(spent.clip(lower=0))[::-1]
    tenth = positive[: int(np.ceil(len(positive) * 0.1 - 1e-9))].sum()
    expected = [tenth / positive.sum()] if positive.any() else []
    assert kept.top_shares[3:4] == pytest.approx(expected, abs=1e-6)


def test_orders_left_out_are_counted_by_month_and_reason(shop):
    seen = pd.DataFrame(Order.objects.exclude(external_id="late").values("status", "rate", "units"))
    paid = seen["status"].isin(["paid", "fulfilled"])

    kept = pd.DataFrame(MonthlyOrders.objects.values()).drop(columns=["month", "mark"]).sum()

    assert kept["without_rate"] == (paid & seen["rate"].isna()).sum() > 0
    assert kept["orders"] == (paid & seen["rate"].notna() & (seen["units"] > 0)).sum()
    for status in ("pending", "cancelled", "refunded"):
        assert kept[status] == (seen["status"] == status).sum()


def test_the_pulse_is_of_the_last_sixty_days(shop):
    last = data_clock().astimezone(ZoneInfo(ZONE)).date()
    ages = shop["day"].map(lambda day: (last - day).days)
    late, earlier = shop[ages < 30], shop[(ages >= 30) & (ages < 60)]

    pulse = InsightBuild.objects.get().pulse["all"]

    assert sum(pulse["net"][30:]) == pytest.approx(late["net"].sum(), abs=1e-2)
    assert sum(pulse["net"][:30]) == pytest.approx(earlier["net"].sum(), abs=1e-2)
    assert sum(pulse["orders"][30:]) == late[late["sold"]]["order"].nunique() > 0
    assert pulse["buyers"] == [
        part[part["sold"]]["customer"].dropna().nunique() for part in (earlier, late)
    ]


def everything_kept() -> list:
    """Return all kept sums, without our keys and times."""
    return [
        sorted(
            MonthlySales.objects.values_list("month", "category", "segment", "band", *SUMS), key=str
        ),
        sorted(
            ProductSales.objects.values_list("month", "product", "band", "sold", "units", "net")
        ),
        sorted(MonthlyOrders.objects.values_list("month", "orders", "without_rate", "cancelled")),
        sorted(
            BuyerFigures.objects.values_list("until", "months", "segment", "buyers", "net"), key=str
        ),
        InsightBuild.objects.get().pulse,
    ]


def assert_all_is_as_made_anew() -> None:
    refresh_insights()
    kept = everything_kept()
    for model in (MonthlyOrders, MonthlySales, ProductSales, BuyerFigures):
        model.objects.all().delete()
    bands = {"edges": InsightBuild.objects.get().price_edges}
    InsightBuild.objects.update(rests_on=bands)
    refresh_insights()
    assert kept == everything_kept()


@pytest.mark.parametrize(
    "change",
    [
        lambda: upsert_orders([order_again("o150", product_id="p3", unit_price="3")]),
        lambda: upsert_orders([order_again("o0", status="cancelled")]),
        lambda: upsert_orders([order_again("new", customer_id="c1")]),
        lambda: upsert_products([{"id": "p1", "title": "Thing", "product_type": "Plates"}]),
        lambda: leave(
            list(Customer.objects.values_list("pk", flat=True)[:5]),
            "opted_out",
            published_run("segments"),
        ),
    ],
    ids=["line", "status", "order", "category", "segment"],
)
def test_what_is_kept_follows_a_change(shop, change):
    before = everything_kept()
    change()

    assert_all_is_as_made_anew()
    assert everything_kept() != before


def test_only_months_that_were_written_are_summed_anew(shop, monkeypatch):
    summed_anew = []
    monkeypatch.setattr(
        "customers.queries.insights.summing.keep_monthly_sales",
        lambda month, rows: summed_anew.append(month),
    )
    refresh_insights()
    assert summed_anew == []

    upsert_orders([order_again("new")])
    refresh_insights()

    assert summed_anew == [date(2025, 2, 1)]


def test_without_orders_nothing_is_kept(shop):
    Order.objects.all().delete()

    assert refresh_insights() is None
    for model in (InsightBuild, MonthlyOrders, MonthlySales, ProductSales, BuyerFigures):
        assert not model.objects.exists()
