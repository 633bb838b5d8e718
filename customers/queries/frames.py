"""Totals as frames: the kept ones, or those of an earlier instant, summed for the asking."""

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
from django.conf import settings

from customers.models import Order
from customers.norms import CATEGORY_COLUMNS, CUSTOMER_COLUMNS
from customers.queries.totals import CATEGORY_SUMS, DECAY_REFERENCE, HALF_LIFE_DAYS, ORDER_SUMS
from runs.arrays import read_arrays


def totals_sql(as_of: datetime) -> tuple[str, dict]:
    """Return a query for CustomerTotal's columns as of an instant, and its parameters."""
    if _is_newest(as_of):
        return "SELECT * FROM customers_customertotal", {}
    sql = ORDER_SUMS.format(only="", where=" AND o.ordered_at <= %(as_of)s")
    return sql, {"zone": settings.SHOP_TIME_ZONE, "as_of": as_of}


def category_totals_sql(as_of: datetime) -> tuple[str, dict]:
    """Return a query for CustomerCategoryTotal's columns as of an instant, and its parameters."""
    if _is_newest(as_of):
        return "SELECT * FROM customers_customercategorytotal", {}
    return CATEGORY_SUMS.format(only="", where=" AND o.ordered_at <= %(as_of)s"), {"as_of": as_of}


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


def _is_newest(as_of: datetime) -> bool:
    return not Order.objects.filter(ordered_at__gt=as_of).exists()
