"""Frames of totals made by hand, for tests of the arithmetic."""

from datetime import UTC, datetime, timedelta

import pandas as pd

from customers.norms import CATEGORY_COLUMNS, CUSTOMER_COLUMNS

AS_OF = datetime(2026, 6, 30, tzinfo=UTC)


def totals_row(customer_id: int = 1, *, first: int = 20, last: int = 10, **over) -> dict:
    """Totals of a customer whose first and last orders were so many days before AS_OF."""
    values = {
        "customer_id": customer_id,
        "order_count": 2,
        "units": 4,
        "gross": 100.0,
        "net": 90.0,
        "discount": 10.0,
        "returned": 0.0,
        "season_orders": 0,
        "first_order_at": pd.Timestamp(AS_OF - timedelta(days=first)),
        "last_order_at": pd.Timestamp(AS_OF - timedelta(days=last)),
        "decayed_spend": 80.0,
    }
    return values | over


def totals_frame(*rows: dict) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(CUSTOMER_COLUMNS))


def category_frame(*rows: tuple) -> pd.DataFrame:
    """Rows of customer_id, category, lines, units, net."""
    return pd.DataFrame(list(rows), columns=list(CATEGORY_COLUMNS))
