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
    DECAY_REFERENCE,
    HALF_LIFE_DAYS,
    ORDER_SUMS,
    SOLD,
    SUMS,
)
from runs.arrays import read_arrays

_BEFORE = f"""
    SELECT kept.customer_id, {{sums}},
        CASE WHEN kept.first_order_at <= %(as_of)s THEN kept.first_order_at END AS first_order_at,
        CASE WHEN kept.last_order_at <= %(as_of)s THEN kept.last_order_at ELSE (
            SELECT max(o.ordered_at) FROM customers_order AS o
            WHERE o.customer_id = kept.customer_id AND {SOLD} AND o.ordered_at <= %(as_of)s
        ) END AS last_order_at
    FROM customers_customertotal AS kept LEFT JOIN ({{later}}) AS later USING (customer_id)
    WHERE true{{only}}"""
_CATEGORIES_BEFORE = """
    SELECT * FROM (
        SELECT kept.customer_id, kept.category_id, {sums}
        FROM customers_customercategorytotal AS kept
        LEFT JOIN ({later}) AS later USING (customer_id, category_id) WHERE true{only}
    ) AS sums WHERE lines <> 0 OR units <> 0 OR net <> 0"""


def customer_totals(as_of: datetime, customer_ids: Sequence[int] | None = None) -> pd.DataFrame:
    """Read CUSTOMER_COLUMNS of these or all with a counted order, spend decayed to this instant."""
    sums = ("customers_customertotal", _BEFORE, ORDER_SUMS, [*SUMS, "decayed_spend"])
    sql, params = _sums_sql(as_of, customer_ids, *sums)
    read = read_arrays(
        f"SELECT * FROM ({sql}) AS sums WHERE order_count > 0",
        params,
        **dict.fromkeys(("customer_id", "order_count", "season_orders"), "i4"),
        **dict.fromkeys(("units", "gross", "net", "discount", "returned", "decayed_spend"), "f8"),
        **dict.fromkeys(("first_order_at", "last_order_at"), "M8[us]"),
    )
    for name in ("first_order_at", "last_order_at"):
        read[name] = pd.to_datetime(read[name], utc=True)
    age = (as_of - datetime.fromisoformat(DECAY_REFERENCE)).total_seconds() / 86400
    read["decayed_spend"] *= 2.0 ** (-age / HALF_LIFE_DAYS)
    return pd.DataFrame(read, columns=CUSTOMER_COLUMNS)


def category_totals(as_of: datetime, customer_ids: Sequence[int] | None = None) -> pd.DataFrame:
    """Read CATEGORY_COLUMNS as of an instant; `category` is the category's key."""
    table, names = "customers_customercategorytotal", ["lines", "units", "net"]
    sums = (table, _CATEGORIES_BEFORE, CATEGORY_SUMS, names)
    sql, params = _sums_sql(as_of, customer_ids, *sums)
    read = read_arrays(
        f"SELECT *, category_id AS category FROM ({sql}) AS sums",
        params,
        **dict.fromkeys(("customer_id", "category", "lines"), "i4"),
        **dict.fromkeys(("units", "net"), "f4"),
    )
    return pd.DataFrame(read, columns=CATEGORY_COLUMNS)


def _sums_sql(
    as_of: datetime,
    customer_ids: Sequence[int] | None,
    table: str,
    before: str,
    sums: str,
    names: Sequence[str],
) -> tuple[str, dict]:
    """Return a query for a table's columns as they were at an instant, and its parameters."""
    only = "" if customer_ids is None else " AND {}.customer_id = ANY(%(only)s)"
    of_kept, of_orders = only.format("kept"), only.format("o")
    only_ids = [] if customer_ids is None else list(customer_ids)
    params = {"zone": settings.SHOP_TIME_ZONE, "as_of": as_of, "only": only_ids}
    match _time_of(as_of):
        case "now":
            return f"SELECT * FROM {table} AS kept WHERE true{of_kept}", params
        case "lately":
            later = sums.format(only="", where=f" AND o.ordered_at > %(as_of)s{of_orders}")
            less = ", ".join(f"kept.{name} - coalesce(later.{name}, 0) AS {name}" for name in names)
            return before.format(sums=less, later=later, only=of_kept), params
    return sums.format(only="", where=f" AND o.ordered_at <= %(as_of)s{of_orders}"), params


def _time_of(as_of: datetime) -> str:
    """Say whether kept totals are those of an instant, or are so less few orders, or neither."""
    orders = Order.objects.aggregate(first=Min("ordered_at"), newest=Max("ordered_at"))
    if orders["newest"] is None or orders["newest"] <= as_of:
        return "now"
    return "lately" if as_of - orders["first"] > orders["newest"] - as_of else "long ago"
