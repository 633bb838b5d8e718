"""The chart of the last days, beside as many days before."""

from datetime import timedelta

from django.conf import settings

from customers.insights.pulse import DAYS
from runs.cells import day, share
from runs.wording import many
from segrec_site.dashboard import links
from segrec_site.dashboard.charts import Chart, Column, growth, table, whole_money
from segrec_site.dashboard.figures import reaches_back
from segrec_site.dashboard.kept import Kept

NOTHING = {
    "net": [0.0] * (2 * DAYS),
    "orders": [0] * (2 * DAYS),
    "buyers": [0, 0],
    "new_buyers": [0, 0],
}


def chart(kept: Kept, pulse: dict) -> Chart:
    """What was sold on each of the last days."""
    net, orders = pulse["net"], pulse["orders"]
    last = kept.build.as_of.astimezone(settings.SHOP_ZONE).date()
    columns = [
        Column("Day", drawn=True),
        Column("Revenue", "money", drawn=True),
        Column("Orders", "number"),
        Column(f"{DAYS} days before", "money", drawn=True),
    ]
    if not reaches_back(kept):
        columns.pop()
    dates = [last - timedelta(days=age) for age in reversed(range(DAYS))]
    rows = [
        {
            "Day": f"{at:%a %-d %b}",
            "Revenue": net[DAYS + place],
            "Orders": (sold, links.orders(at, kept.choice.segment_key) if sold else ""),
            f"{DAYS} days before": net[place],
        }
        for place, at, sold in zip(range(DAYS), dates, orders[DAYS:], strict=True)
    ]
    whose = f" · {kept.choice.whose}" if kept.choice.whose else ""
    return Chart(
        key="days",
        kind="days",
        title="Last days",
        finding=_finding(kept, sum(net[DAYS:]), sum(net[:DAYS])),
        note=f"n = {many(sum(orders[DAYS:]), 'order')} · net revenue a day until"
        f" {day(kept.build.as_of)} · {kept.currency}{whose}. Orders without a rate, pending,"
        " cancelled and refunded ones are left out.",
        columns=columns,
        rows=table(columns, rows, kept.currency),
        currency=kept.currency,
    )


def _finding(kept: Kept, now: float, before: float) -> str:
    sold = f"{whole_money(now, kept.currency)} in the last {DAYS} days"
    ratio = growth(now, before) if reaches_back(kept) else None
    if ratio is None:
        return sold
    way = "more" if ratio >= 0 else "less"
    return f"{sold}, {share(abs(ratio))} {way} than in the {DAYS} before"
