"""Figures of the dashboard, and the lines they rest on, read plainly."""

from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest

from customers.queries.clock import data_clock
from customers.queries.insights.reading import last_build
from segrec_site.dashboard.page import chart_of
from tests.customers.trading import in_months

YEAR = {"until": "2025-12", "months": "12"}
MONTH = {"until": "2025-11", "months": "1"}


def chosen(shop: pd.DataFrame, asked: dict) -> pd.DataFrame:
    """The lines of a choice."""
    return of_segment(in_months(shop, asked["until"], int(asked["months"])), asked)


def of_segment(lines: pd.DataFrame, asked: dict) -> pd.DataFrame:
    key = asked.get("segment")
    if not key:
        return lines
    return lines[lines["segment"].isna()] if key == "none" else lines[lines["segment"] == key]


def rows(asked: dict, key: str, *, every: bool = True) -> list[dict]:
    """The values of a chart's table, by column; with every category, unless told."""
    chart = chart_of(asked | ({"all": "categories"} if every else {}), key)
    return [{cell.column.name: cell.value for cell in row.cells} for row in chart.rows]


def cells(asked: dict, key: str) -> list[list]:
    """The cells of a chart's table, by row."""
    return [row.cells for row in chart_of(asked | {"all": "categories"}, key).rows]


def in_bands(shop: pd.DataFrame) -> pd.DataFrame:
    """The lines with the band of their product's mean price in their month."""
    pieces = shop["quantity"].abs()
    month = shop.assign(pieces=pieces, price=pieces * shop["price"]).groupby(["month", "product"])
    means = month["price"].transform("sum") / month["pieces"].transform("sum")
    return shop.assign(band=np.searchsorted(last_build().price_edges, means, "right"))


def near(value) -> object:
    return pytest.approx(value, rel=1e-6, abs=0.02)


def aged(lines: pd.DataFrame, least: int, most: int) -> pd.DataFrame:
    """The lines of so many days before the last, up to but not of so many more."""
    last = data_clock().date()
    age = lines["day"].map(lambda day: (last - day).days)
    return lines[(age >= least) & (age < most)]


def firsts(shop: pd.DataFrame, by: str) -> pd.Series:
    """The day or the month each customer bought first, ever."""
    return shop[shop["sold"]].groupby("customer")[by].min()


def sums(lines: pd.DataFrame, first: pd.Series, by: str) -> dict[str, float]:
    """The single figures of these lines; customers are new who bought first in days they span."""
    bought = lines[lines["sold"]]
    buyers = bought["customer"].dropna().unique()
    orders = bought["order"].nunique()
    return {
        "Revenue": lines["net"].sum(),
        "Orders": orders,
        "Order value": lines["net"].sum() / orders,
        "Customers who bought": len(buyers),
        "New customers": sum(first[buyer] >= lines[by].min() for buyer in buyers),
    }


def interval(spent: pd.DataFrame) -> tuple[float, float]:
    """The 95 % interval of a ratio of sums over customers, from the spread of what is off it."""
    ratio = spent["discount"].sum() / spent["gross"].sum()
    off = spent["discount"] - ratio * spent["gross"]
    error = off.std() * np.sqrt(len(spent)) / spent["gross"].sum()
    reach = NormalDist().inv_cdf(0.975) * error
    return max(ratio - reach, 0), min(ratio + reach, 1)


def percent(share: float) -> str:
    """A share as pages write it; small ones with a decimal."""
    return f"{100 * share:,.{1 if 0 < abs(share) < 0.0995 else 0}f}\u00a0%".replace("-", "−")


def euros(amount: float) -> str:
    """An amount as the dashboard writes it; of a thousand or more, without cents."""
    return f"€{amount:,.{0 if amount >= 1000 else 2}f}"
