"""Every figure of the dashboard against the same figure made by pandas from the shop's lines."""

from datetime import timedelta
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest

from customers.models import Customer, Membership, Move, Segment
from customers.queries.clock import data_clock
from customers.queries.insights.reading import last_build
from customers.queries.pages import segments_alive
from customers.services.insights import refresh_insights
from runs.models import Run
from segrec_site.dashboard import figures, sales
from segrec_site.dashboard.choice import choose
from segrec_site.dashboard.kept import Kept, read_kept
from segrec_site.dashboard.page import chart_of
from tests.customers.segmented import make_run, make_segment
from tests.customers.trading import in_months
from tests.segrec_site.dashboard.plain import (
    MONTH,
    YEAR,
    aged,
    chosen,
    firsts,
    in_bands,
    interval,
    near,
    of_segment,
    rows,
    sums,
)

pytestmark = pytest.mark.django_db

CHOICES = [
    YEAR,
    MONTH,
    YEAR | {"segment": "loyal"},
    MONTH | {"segment": "none"},
]


def kept_of(asked: dict) -> Kept:
    """What is kept of a choice."""
    build, alive = last_build(), list(segments_alive())
    return read_kept(build, choose(asked, build, alive), alive)


def assert_told(found: list[figures.Figure], now: dict, before: dict | None) -> None:
    """Compare figures, and their changes, with sums of lines."""
    assert [figure.name for figure in found] == list(now)
    for figure in found:
        assert float(figure.now) == near(now[figure.name])
        if not before or not before[figure.name]:
            assert figure.growth is None
        else:
            assert figure.growth == near(now[figure.name] / before[figure.name] - 1)


# Later months bring hardly anyone new.
EARLY = {"until": "2025-01", "months": "1"}


@pytest.mark.parametrize("asked", [*CHOICES, EARLY, EARLY | {"segment": "loyal"}], ids=str)
def test_single_figures(shop, asked):
    first = firsts(shop, "month")
    earlier = chosen(shop, asked | {"until": str(pd.Period(asked["until"], "M") - 1)})
    # the shop began within the year before
    before = sums(earlier, first, "month") if asked["months"] == "1" else None

    found = figures.period_figures(kept_of(asked))

    assert_told(found, sums(chosen(shop, asked), first, "month"), before)
    if asked["until"] == "2025-01":
        assert found[-1].growth is not None


@pytest.mark.parametrize("segment", ["", "loyal", "none"])
def test_single_figures_of_the_last_days(shop, segment):
    asked = YEAR | {"segment": segment}
    pulse = last_build().pulse[segment_scope(segment)]
    first, lines = firsts(shop, "day"), of_segment(shop, asked)

    found = figures.pulse_figures(kept_of(asked), pulse)

    before, now = (sums(aged(lines, least, least + 30), first, "day") for least in (30, 0))
    assert_told(found, now, before)
    assert pulse["new_buyers"] == [before["New customers"], now["New customers"]]


def segment_scope(segment: str) -> str:
    """How a pulse is kept by."""
    if segment in ("", "none"):
        return segment or "all"
    return str(Segment.objects.get(key=segment).pk)


@pytest.mark.parametrize("segment", ["", "loyal", "none"])
def test_the_last_days(shop, segment):
    asked = YEAR | {"segment": segment}
    lines, last = of_segment(shop, asked), data_clock().date()
    net = lines.groupby("day")["net"].sum()
    orders = lines[lines["sold"]].groupby("day")["order"].nunique()

    found = rows(asked, "days")

    assert len(found) == 30
    for age, row in enumerate(reversed(found)):
        day, earlier = last - timedelta(days=age), last - timedelta(days=age + 30)
        assert row["Day"] == f"{day:%a %-d %b}"
        assert row["Revenue"] == near(net.get(day, 0))
        assert row["30 days before"] == near(net.get(earlier, 0))
        assert row["Orders"] == orders.get(day, 0)
    assert sum(row["Orders"] for row in found) > 0


@pytest.mark.parametrize("asked", CHOICES, ids=str)
def test_categories(shop, asked):
    lines = chosen(shop, asked).fillna({"category": "No category"})
    net = lines.groupby("category")["net"].sum().sort_values(ascending=False)
    units = lines.groupby("category")["quantity"].sum()
    products = lines[lines["quantity"] > 0].groupby("category")["product"].nunique()

    found = rows(asked, "categories")

    assert [row["Category"] for row in found] == net.index.tolist()
    for row in found:
        name = row["Category"]
        assert float(row["Revenue"]) == near(net[name])
        assert row["Share"] == near(net[name] / net.sum())
        assert row["Units"] == units[name]
        if not asked.get("segment"):
            assert row["Products sold"] == products[name]


def test_the_other_categories_are_summed_into_one_row(shop, monkeypatch):
    monkeypatch.setattr(sales, "MOST_SERIES", 2)
    lines = chosen(shop, YEAR).fillna({"category": "No category"})
    net = lines.groupby("category")["net"].sum().sort_values()
    lines = lines[lines["category"].isin(net.index[:2])]

    *first, other = rows(YEAR, "categories", every=False)

    assert len(first) == 2
    assert other["Category"] == "Other (2)"
    assert float(other["Revenue"]) == near(lines["net"].sum())
    assert other["Share"] == near(lines["net"].sum() / net.sum())
    assert other["Units"] == lines["quantity"].sum()
    assert other["Products sold"] == lines[lines["quantity"] > 0]["product"].nunique()


@pytest.mark.parametrize("segment", ["", "loyal", "none"])
def test_categories_change_against_the_month_before(shop, segment):
    asked = MONTH | {"segment": segment}
    by_category = {
        until: chosen(shop, asked | {"until": until})
        .fillna({"category": "No category"})
        .groupby("category")["net"]
        .sum()
        for until in ("2025-10", "2025-11")
    }
    now, before = by_category["2025-11"], by_category["2025-10"]

    for row in rows(asked, "categories"):
        name = row["Category"]
        if before.get(name, 0) > 0:
            assert row["Change"] == near(now[name] / before[name] - 1)
        else:
            assert row["Change"] is None


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


def test_seasons_of_the_other_categories_are_those_of_their_sum(shop, monkeypatch):
    monkeypatch.setattr(sales, "MOST_SERIES", 2)
    lines = chosen(shop, YEAR).fillna({"category": "No category"})
    small = lines.groupby("category")["net"].sum().nsmallest(2).index
    net = lines[lines["category"].isin(small)].groupby("month")["net"].sum()

    other = rows(YEAR, "seasons", every=False)[-1]

    assert other.pop("Category") == "Other (2)"
    assert list(other.values()) == near((net / net.mean()).tolist())


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
        assert row["Reduced"] == near((sold[sold["band"] == band]["discount"] > 0).mean())
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
    assert list(found) == ["Loyal", "Slipping", "No segment"]
    assert found["No segment"]["Of revenue"] == near(net[np.nan] / net.sum())
    assert found["No segment"]["Customers"] is None


def test_movement(shop):
    assert rows(YEAR, "movement") == [{"From": "Loyal", "To": "Slipping", "Customers": 5}]
    assert chart_of(YEAR, "movement").finding.startswith("Loyal lost 5 customers since")


def test_movement_is_from_the_first_segment_to_the_last(shop):
    first, second = Run.objects.filter(kind="segments").order_by("pk")
    loyal, slipping = Segment.objects.order_by("key")
    gone = make_segment(first, "gone", retired_run=second)
    run = make_run()
    back = Move.objects.filter(run=second).first().customer  # to Slipping, and to Loyal again
    others = Customer.objects.exclude(moves__run=second).order_by("pk")[:4]
    for customer, was, now in zip(
        [back, *others],
        [slipping, gone, gone, None, loyal],
        [loyal, slipping, slipping, loyal, None],
        strict=True,
    ):
        Move.objects.create(
            run=run,
            customer=customer,
            from_segment=was,
            to_segment=now,
            cause="behaviour",
            at=run.as_of,
        )
    refresh_insights()
    moves = pd.DataFrame(
        Move.objects.filter(run__gt=first)
        .order_by("pk")
        .values("customer", "from_segment__name", "to_segment__name")
    ).fillna("No segment")
    ends = moves.groupby("customer").agg(
        {"from_segment__name": "first", "to_segment__name": "last"}
    )
    expected = ends[ends["from_segment__name"] != ends["to_segment__name"]].value_counts()

    found = rows(YEAR, "movement")

    assert {(row["From"], row["To"]): row["Customers"] for row in found} == expected.to_dict()
    assert {(row["From"], row["To"]): row["Customers"] for row in found} == {
        ("Loyal", "Slipping"): 4,
        ("Gone", "Slipping"): 2,
        ("No segment", "Loyal"): 1,
        ("Loyal", "No segment"): 1,
    }
    assert chart_of(YEAR, "movement").finding.startswith("Slipping gained 6 customers since")


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
        assert found[name]["Customers who bought"] == of_buyers["customer"].nunique()
        least, most = interval(of_buyers.groupby("customer")[["discount", "gross"]].sum())
        assert (found[name]["At least"], found[name]["At most"]) == (near(least), near(most))
        assert found[name]["Lines reduced"] == near((own["discount"] > 0).mean())
        assert found[name]["Prices against all"] == near(own["gross"].sum() / expected - 1)
    of_all = lines[lines["customer"].isin(bought)]
    middle = of_all["discount"].sum() / of_all["gross"].sum()
    assert float(chart_of(YEAR, "sensitivity").options["middle"]) == near(middle)


def test_the_plain_interval_is_that_of_a_jackknife():
    chance = np.random.default_rng(1)
    spent = pd.DataFrame({"gross": chance.gamma(2, 30, 300)})
    spent["discount"] = spent["gross"] * chance.beta(2, 12, 300)
    without = 1 - (spent.sum() - spent).eval("(gross - discount) / gross")
    error = without.std() * (len(spent) - 1) / len(spent) ** 0.5

    least, most = interval(spent)

    assert (most - least) / 2 == pytest.approx(NormalDist().inv_cdf(0.975) * error, rel=0.05)
