"""What charts say in words, and how many they count, against the shop's lines."""

import re
from html import unescape
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from customers.models import Membership, Move
from customers.queries.insights.reading import last_build
from segrec_site.dashboard.page import chart_of
from tests.segrec_site.dashboard.plain import (
    MONTH,
    YEAR,
    aged,
    chosen,
    euros,
    firsts,
    in_bands,
    interval,
    of_segment,
    percent,
)

pytestmark = pytest.mark.django_db

CHOICES = [YEAR, MONTH, YEAR | {"segment": "loyal"}, MONTH | {"segment": "none"}]
every_choice = pytest.mark.parametrize("asked", CHOICES, ids=str)


def caption(asked: dict, key: str) -> str:
    return chart_of(asked, key).caption


def by_category(lines: pd.DataFrame) -> pd.Series:
    """Net by category, most first."""
    net = lines.fillna({"category": "No category"}).groupby("category")["net"].sum()
    return net.sort_values(ascending=False)


def doing(name: str, verb: str) -> str:
    if name == "No category":
        return f"Products without a category {verb}"
    return f"{name} {verb}s"


@every_choice
def test_of_the_last_days(shop, asked):
    lines = of_segment(shop, asked)
    now, before = (aged(lines, least, least + 30)["net"].sum() for least in (0, 30))
    way = "more" if now >= before else "less"

    assert caption(asked, "days") == (
        f"{euros(now)} in the last 30 days,"
        f" {percent(abs(now / before - 1))} {way} than in the 30 before"
    )


@every_choice
def test_of_categories(shop, asked):
    net = by_category(chosen(shop, asked))
    if asked["months"] == "1":
        now, before = net, by_category(chosen(shop, asked | {"until": "2025-10"}))
    else:
        halves = ({"until": "2025-12", "months": "6"}, {"until": "2025-06", "months": "6"})
        now, before = (by_category(chosen(shop, asked | half)) for half in halves)
    grown = (now / before[before > 0] - 1)[net / net.sum() >= 0.01].dropna()
    best = grown.idxmax()
    says = f"{doing(net.index[0], 'bring')} {percent(net.iloc[0] / net.sum())} of revenue"
    if grown[best] > 0:
        says += f"; {doing(best, 'grow')} most (+{percent(grown[best])})"

    assert caption(asked, "categories") == says


@every_choice
def test_of_seasons(shop, asked):
    lines = chosen(shop, asked | {"months": "12"}).fillna({"category": "No category"})
    net = lines.pivot_table(
        index="category", columns="month", values="net", aggfunc="sum", fill_value=0
    )
    net = net.loc[by_category(chosen(shop, asked)).index]
    index = net.div(net.mean(axis=1), axis=0)[net.sum(axis=1) >= 0.01 * net.to_numpy().sum()]
    name, month = index.stack().idxmax()

    assert caption(asked, "seasons") == (
        f"{doing(name, 'peak')} in {pd.Timestamp(month):%B}:"
        f" {index.loc[name, month]:.1f} times its mean month"
    )


@every_choice
def test_of_concentration(shop, asked):
    lines = chosen(shop, asked)
    buyers = lines[lines["sold"]]["customer"].dropna().unique()
    spent = lines[lines["customer"].isin(buyers)].groupby("customer")["net"].sum().clip(lower=0)
    says = f"{len(buyers)} customers bought: too few to tell how revenue is spread"
    if len(buyers) >= 30:
        top = spent.nlargest(int(np.ceil(len(buyers) / 10))).sum()
        says = f"The top 10\u00a0% of customers bring {percent(top / spent.sum())} of revenue"

    assert caption(asked, "concentration") == says


@every_choice
def test_of_new_customers(shop, asked):
    lines, first = chosen(shop, asked), firsts(shop, "month")
    buyers = lines[lines["sold"]]["customer"].dropna().unique()
    new = [buyer for buyer in buyers if first[buyer] >= lines["month"].min()]
    of_new = lines[lines["customer"].isin(new)]["net"].sum() / lines["net"].sum()

    says = "Nobody who bought was new"
    if new:
        says = (
            f"{percent(len(new) / len(buyers))} of the customers who bought were new"
            f" and brought {percent(of_new)} of revenue"
        )

    assert caption(asked, "newcomers") == says


@pytest.mark.parametrize("asked", [YEAR, MONTH], ids=str)
def test_of_segments(shop, asked):
    net = chosen(shop, asked).groupby("segment", dropna=False)["net"].sum()
    best = net.dropna()[["loyal", "slipping"]].idxmax()
    members = Membership.objects.filter(to_run=None)
    size = members.filter(segment__key=best).count() / members.count()

    assert caption(asked, "segments") == (
        f"{best.title()}: {percent(size)} of customers in segments"
        f" bring {percent(net[best] / net.sum())} of revenue"
    )


@every_choice
def test_of_price_bands(shop, asked):
    lines = chosen(in_bands(shop), asked)
    net = lines.groupby("band")["net"].sum()
    edges = last_build().price_edges
    ends = [f"€{edge:.{0 if edge == int(edge) else 2}f}" for edge in edges]
    names = [f"under {ends[0]}"]
    names += [f"{low} to {high}" for low, high in pairwise(ends)]
    names += [f"{ends[-1]} and more"]

    assert caption(asked, "prices") == (
        f"{percent(net.max() / net.sum())} of revenue comes from products at {names[net.idxmax()]}"
    )


@pytest.mark.parametrize("dear", [False, True])
def test_of_price_sensitivity(shop, monkeypatch, dear):
    monkeypatch.setattr("segrec_site.dashboard.segments.FEWEST_BUYERS", 2)
    monkeypatch.setattr("segrec_site.dashboard.segments.WIDEST", 1)
    lines = chosen(shop, YEAR)
    bought = lines[lines["sold"]]["customer"].dropna().unique()
    lines = lines[(lines["quantity"] > 0) & lines["customer"].isin(bought)]
    lines = lines.assign(gross=lines["net"] + lines["discount"])
    overall = lines["discount"].sum() / lines["gross"].sum()
    if dear:  # were an interval as narrow as can be, who takes more at all would wait for it
        monkeypatch.setattr("customers.insights.prices.Z_95", 0)
    spent = {
        key: own.groupby("customer")[["discount", "gross"]].sum()
        for key, own in lines.groupby("segment")
    }
    taken = {key: own["discount"].sum() / own["gross"].sum() for key, own in spent.items()}
    least = taken if dear else {key: interval(own)[0] for key, own in spent.items()}
    waits = [key for key in taken if least[key] > overall]
    assert bool(waits) is dear
    says = f"No segment clearly takes more discounts than all customers ({percent(overall)})"
    if waits:
        best = max(waits, key=taken.get)
        says = (
            f"{best.title()}: {percent(taken[best])} is taken off by discounts,"
            f" against {percent(overall)} for all customers"
        )

    assert caption(YEAR, "sensitivity") == says


@every_choice
def test_how_many_are_counted(shop, asked):
    lines = chosen(shop, asked)
    everyone = chosen(shop, asked | {"segment": ""})
    late = aged(of_segment(shop, asked), 0, 30)
    buyers, all_buyers = (part[part["sold"]]["customer"].nunique() for part in (lines, everyone))
    expected = {
        "days": f"{late[late['sold']]['order'].nunique()} orders",
        "categories": f"{lines['quantity'].sum():,} units after returns",
        "prices": f"{lines['quantity'].clip(lower=0).sum():,} units sold",
        "seasons": "12 whole months",
        "concentration": f"{buyers} customers who bought",
        "newcomers": f"{buyers} customers who bought",
        "segments": f"{Membership.objects.filter(to_run=None).count()} customers in segments now",
        "movement": f"{Move.objects.count()} customers elsewhere",
        "sensitivity": f"{all_buyers} customers who bought",
    }

    for key, says in expected.items():
        assert chart_of(asked, key).note.startswith(f"n = {says} "), key


@every_choice
def test_in_brief_is_every_finding(shop, admin_client, asked):
    page = unescape(admin_client.get("/admin/", asked).content.decode())
    brief = page.partition('<ul class="brief">')[2].partition("</ul>")[0]

    keys = re.findall(r'<figure class="chart[^>]+ id="(\w+)"', page)
    assert brief.count("<li>") == len(keys) - 1 == 8
    assert keys[0] == "days"
    for key in keys[1:]:
        assert f'<a href="#{key}">{caption(asked, key)}</a>' in brief
