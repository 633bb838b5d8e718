"""The dashboard: what happened lately, how fresh it is, what needs a person."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.utils import timezone

from customers.queries import pages
from customers.queries.clock import data_clock
from runs import overview
from runs.models import Import

DAYS = 30
STALE_AFTER_DAYS = 3
CHART_HEIGHT = 120


@dataclass(frozen=True)
class Figure:
    """A number of the last days beside that of as many days before."""

    name: str
    now: Decimal | float
    before: Decimal | float
    is_money: bool = False

    @property
    def change(self) -> float | None:
        """By which share it rose or fell; None when there was nothing before."""
        return float(self.now / self.before) - 1 if self.before else None

    @property
    def size_of_change(self) -> float | None:
        """How much it changed, whichever way."""
        return self.change and abs(self.change)


@dataclass(frozen=True)
class Day:
    """One day's bar: what was sold, and its place in the chart."""

    day: date
    net: Decimal
    orders: int
    x: float
    height: float

    @property
    def y(self) -> float:
        """Where the bar begins, counted from the top."""
        return CHART_HEIGHT - self.height


def figures() -> dict:
    """Collect what the admin's first page shows."""
    as_of, states = data_clock(), overview.kind_states()
    shown = {
        "is_dashboard": True,
        "as_of": as_of,
        "states": states,
        "is_live": any(state.active for state in states),
        "imports": Import.objects.all()[:3],
    }
    return shown | (_sales(as_of) | _segments() if as_of else {})


def _sales(as_of: datetime) -> dict:
    by_day = {row["day"]: row for row in pages.daily_sales(as_of, 2 * DAYS)}
    last = as_of.astimezone(settings.SHOP_ZONE).date()
    days = [last - timedelta(days=back) for back in range(2 * DAYS)]
    net, orders = (
        [by_day[day][name] if day in by_day else 0 for day in days] for name in ("net", "orders")
    )
    sales = Figure("Revenue", sum(net[:DAYS]), sum(net[DAYS:]), is_money=True)
    ordered = Figure("Orders", sum(orders[:DAYS]), sum(orders[DAYS:]))
    buyers = pages.buyers(as_of, DAYS), pages.buyers(as_of - timedelta(days=DAYS), DAYS)
    worth = (
        part / count if count else 0
        for part, count in ((sales.now, ordered.now), (sales.before, ordered.before))
    )
    chart = _chart(days[:DAYS][::-1], net[:DAYS][::-1], orders[:DAYS][::-1])
    return {
        "days": DAYS,
        "days_behind": (timezone.localdate() - last).days,
        "is_stale": (timezone.localdate() - last).days > STALE_AFTER_DAYS,
        "currency": pages.shop_currency(),
        "kpis": [sales, ordered, Figure("Buyers", *buyers), Figure("Order value", *worth, True)],
        "chart": chart,
        "best": max(chart, key=lambda day: day.net),
        "chart_height": CHART_HEIGHT,
    }


def _chart(days: list[date], net: list, orders: list[int]) -> list[Day]:
    most = max([*net, 1])
    return [
        Day(day, sold, count, 100 * n / DAYS, float(max(sold, 0) / most) * CHART_HEIGHT)
        for n, (day, sold, count) in enumerate(zip(days, net, orders, strict=True))
    ]


def _segments() -> dict:
    segments = list(pages.segments_alive())
    by_revenue = sorted(segments, key=lambda segment: -(segment.revenue_share or 0))
    return {"segments": segments, "leading": by_revenue[0] if by_revenue else None}
