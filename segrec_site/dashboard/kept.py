"""All that the story is told from, read once: sums of a choice of months, figures of buyers."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from customers.models import (
    BuyerFigures,
    InsightBuild,
    MonthlyOrders,
    ProductFigures,
    Segment,
    SegmentFlow,
)
from customers.queries import ledger
from customers.queries.insights import reading
from customers.queries.insights.reading import NONE
from products.models import Category
from segrec_site.dashboard.choice import Choice

NO_CATEGORY = "No category"
LEFT_OUT = {
    "without_rate": "in a currency without a rate",
    "pending": "pending",
    "cancelled": "cancelled",
    "refunded": "refunded",
}


@dataclass(frozen=True)
class Kept:
    """What is kept of a choice; sums are of the chosen segment, where one is chosen."""

    build: InsightBuild
    choice: Choice
    segments: list[Segment]
    members: dict[int, int]
    months: list[MonthlyOrders]
    by_category: list[dict]
    by_band: list[dict]
    by_segment: list[dict]
    buyers: list[BuyerFigures]
    by_month: dict[date, BuyerFigures]
    products: list[ProductFigures]
    categories: dict[int | None, str]
    flows: list[SegmentFlow]

    @property
    def currency(self) -> str:
        """Return what money is in."""
        return self.build.currency

    @cached_property
    def left_out(self) -> str:
        """Say how many orders of the chosen months count for nothing, and why."""
        return self._left_out(self.choice.start, self.choice.window.until)

    def _left_out(self, start: date, until: date) -> str:
        months = [each for each in self.months if start <= each.month <= until]
        counts = {name: sum(getattr(each, name) for each in months) for name in LEFT_OUT}
        said = [f"{count:,} {LEFT_OUT[name]}" for name, count in counts.items() if count]
        whose = " of the whole shop" if self.choice.segment_key else ""
        return f"Left out{whose}: orders {', '.join(said)}." if said else "No order is left out."

    def note(self, *said: str, months: str = "", stretch: tuple[date, date] | None = None) -> str:
        """Return the small print under a finding: whose, which months, what money, what not.

        `stretch` is the first and the last month, where they are not those chosen.
        """
        parts = [*said, months or self.choice.words, self.currency, self.choice.whose]
        left_out = self._left_out(*stretch) if stretch else self.left_out
        return " · ".join(part for part in parts if part) + f". {left_out}"

    def sales(self, start: date, until: date) -> list[dict]:
        """Return the sums by month and category of some months."""
        return [row for row in self.by_category if start <= row["month"] <= until]

    def orders(self, start: date, until: date) -> int:
        """Count orders of some months, those of nobody known among them."""
        rows = [each for each in self.months if start <= each.month <= until]
        if not self.choice.segment_key:
            return sum(each.orders for each in rows)
        known = sum(each.orders for at, each in self.by_month.items() if start <= at <= until)
        return known + (
            sum(each.anonymous_orders for each in rows) if self.choice.segment_key == NONE else 0
        )

    def anonymous_net(self, month: date) -> Decimal:
        """Return what orders of nobody known brought in a month."""
        if self.choice.segment_key not in ("", NONE):
            return Decimal(0)
        return next((each.anonymous_net for each in self.months if each.month == month), Decimal(0))

    def figures(self, window, segment: int | None = None, *, everyone: bool) -> BuyerFigures | None:
        """Return the buyers of a window, of everyone or of one segment."""
        for row in self.buyers:
            if (row.until, row.months) == (window.until, window.months) and (
                row.everyone if everyone else not row.everyone and row.segment_id == segment
            ):
                return row
        return None

    def chosen_figures(self, window) -> BuyerFigures | None:
        """Return the buyers of a window, of whom is chosen."""
        choice = self.choice
        segment = choice.segment and choice.segment.pk
        return self.figures(window, segment, everyone=not choice.segment_key)


def read_kept(build: InsightBuild, choice: Choice, segments: list[Segment]) -> Kept:
    """Read what is kept of a choice."""
    window, before, key = choice.window, choice.before, choice.segment_key
    earliest = min(choice.year.start, before.start if before else window.start)
    sales = reading.monthly_sales(earliest, window.until, key)
    chosen = reading.monthly_sales(window.start, window.until)
    windows = [(each.until, each.months) for each in (window, before) if each]
    return Kept(
        build=build,
        choice=choice,
        segments=segments,
        members=ledger.member_counts(),
        months=reading.months_kept(),
        by_category=reading.sums_by(sales, "month", "category"),
        by_band=reading.sums_by(sales.filter(month__gte=window.start), "band"),
        by_segment=reading.sums_by(chosen, "segment", "category"),
        buyers=reading.buyer_figures(windows),
        by_month=reading.buyers_by_month(earliest, window.until, key),
        products=reading.product_figures(window.until, window.months),
        categories={None: NO_CATEGORY} | dict(Category.objects.values_list("pk", "name")),
        flows=reading.flows(),
    )
