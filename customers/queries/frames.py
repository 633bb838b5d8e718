"""Totals as frames: the kept ones, or those of an earlier instant.

Of an instant not long ago they are the kept ones less what was ordered since; of one long ago they
are summed for the asking.
"""

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
from django.conf import settings
from django.db.models import Max, Min

from customers.models import Order
from customers.norms import CATEGORY_COLUMNS, CUSTOMER_COLUMNS
from customers.queries.totals import (
    CATEGORY_SUMS,
    COUNTED,
    DECAY_REFERENCE,
    HALF_LIFE_DAYS,
    ORDER_SUMS,
)
from runs.arrays import read_arrays

_SUMS = ("order_count", "season_orders", "units", "gross", "discount", "returned", "net")
_BEFORE = f"""
    SELECT kept.customer_id, {{sums}},
        CASE WHEN kept.first_order_at <= %(as_of)s THEN kept.first_order_at END AS first_order_at,
        CASE WHEN kept.last_order_at <= %(as_of)s THEN kept.last_order_at ELSE (
            SELECT max(o.ordered_at) FROM customers_order AS o
            WHERE o.customer_id = kept.customer_id AND {COUNTED} AND o.ordered_at <= %(as_of)s
        ) END AS last_order_at
    FROM customers_customertotal AS kept LEFT JOIN ({{later}}) AS later USING (customer_id)"""
_CATEGORIES_BEFORE = """
    SELECT * FROM (
        SELECT kept.customer_id, kept.category_id, {sums}
        FROM customers_customercategorytotal AS kept
        LEFT JOIN ({later}) AS later USING (customer_id, category_id)
    ) AS sums WHERE lines <> 0 OR units <> 0 OR net <> 0"""


def totals_sql(as_of: datetime) -> tuple[str, dict]:
    """Return a query for CustomerTotal's columns as of an instant, and its parameters."""
    values = {"zone": settings.SHOP_TIME_ZONE, "as_of": as_of}
    match _time_of(as_of):
        case "now":
            return "SELECT * FROM customers_customertotal", {}
        case "lately":
            later = ORDER_SUMS.format(only="", where=" AND o.ordered_at > %(as_of)s")
            return _BEFORE.format(sums=_less((*_SUMS, "decayed_spend")), later=later), values
    return ORDER_SUMS.format(only="", where=" AND o.ordered_at <= %(as_of)s"), values


def category_totals_sql(as_of: datetime) -> tuple[str, dict]:
    """Return a query for CustomerCategoryTotal's columns as of an instant, and its parameters."""
    match _time_of(as_of):
        case "now":
            return "SELECT * FROM customers_customercategorytotal", {}
        case "lately":
            later = CATEGORY_SUMS.format(only="", where=" AND o.ordered_at > %(as_of)s")
            sums = _less(("lines", "units", "net"))
            return _CATEGORIES_BEFORE.format(sums=sums, later=later), {"as_of": as_of}
    return CATEGORY_SUMS.format(only="", where=" AND o.ordered_at <= %(as_of)s"), {"as_of": as_of}


def _less(names: Sequence[str]) -> str:
    """Write down kept sums less those of later orders."""
    return ", ".join(f"kept.{name} - coalesce(later.{name}, 0) AS {name}" for name in names)


def _time_of(as_of: datetime) -> str:
    """Say whether kept totals are those of an instant, or are so less few orders, or neither."""
    orders = Order.objects.aggregate(first=Min("ordered_at"), newest=Max("ordered_at"))
    if orders["newest"] is None or orders["newest"] <= as_of:
        return "now"
    return "lately" if as_of - orders["first"] > orders["newest"] - as_of else "long ago"


def customer_totals(as_of: datetime, customer_ids: Sequence[int] | None = None) -> pd.DataFrame:
    """Read CUSTOMER_COLUMNS of these or all with a counted order, spend decayed to this instant."""
    sql, params = _only_of(customer_ids, *totals_sql(as_of))
    epochs = ", ".join(
        f"extract(epoch FROM {name}) * 1000000 AS {name}_us"
        for name in ("first_order_at", "last_order_at")
    )
    read = read_arrays(
        f"SELECT *, {epochs} FROM ({sql}) AS sums WHERE order_count > 0",
        params,
        **dict.fromkeys(("customer_id", "order_count", "season_orders"), "i4"),
        **dict.fromkeys(("units", "gross", "net", "discount", "returned", "decayed_spend"), "f8"),
        **dict.fromkeys(("first_order_at_us", "last_order_at_us"), "i8"),
    )
    for name in ("first_order_at", "last_order_at"):
        read[name] = pd.to_datetime(read.pop(f"{name}_us"), unit="us", utc=True)
    age = (as_of - datetime.fromisoformat(DECAY_REFERENCE)).total_seconds() / 86400
    read["decayed_spend"] *= 2.0 ** (-age / HALF_LIFE_DAYS)
    return pd.DataFrame(read, columns=CUSTOMER_COLUMNS)


def category_totals(as_of: datetime, customer_ids: Sequence[int] | None = None) -> pd.DataFrame:
    """Read CATEGORY_COLUMNS as of an instant; `category` is the category's key."""
    sql, params = _only_of(customer_ids, *category_totals_sql(as_of))
    read = read_arrays(
        f"SELECT *, category_id AS category FROM ({sql}) AS sums",
        params,
        **dict.fromkeys(("customer_id", "category", "lines"), "i4"),
        **dict.fromkeys(("units", "net"), "f4"),
    )
    return pd.DataFrame(read, columns=CATEGORY_COLUMNS)


def _only_of(customer_ids: Sequence[int] | None, sql: str, params: dict) -> tuple[str, dict]:
    if customer_ids is None:
        return sql, params
    only = f"SELECT * FROM ({sql}) AS every WHERE customer_id = ANY(%(only)s)"
    return only, params | {"only": list(customer_ids)}
