"""Single figures, each beside what it was before."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.conf import settings

from customers.insights.pulse import DAYS
from segrec_site.dashboard.charts import change, growth, whole_money, written
from segrec_site.dashboard.choice import FIRST_DAYS
from segrec_site.dashboard.kept import Kept


@dataclass(frozen=True)
class Figure:
    """A number and what it was before; None where there is nothing to compare with."""

    name: str
    now: Decimal | float
    before: Decimal | float | None = None
    currency: str = ""

    @property
    def text(self) -> str:
        """Return the number as it is shown."""
        if self.currency:
            return whole_money(self.now, self.currency)
        return written("number", self.now)

    @property
    def growth(self) -> float | None:
        """By which share it rose or fell."""
        return growth(self.now, self.before)

    @property
    def change(self) -> str:
        """Return its change as it is shown."""
        return "" if self.growth is None else change(self.growth)


def of_sales(currency: str, now: tuple, before: tuple | None) -> list[Figure]:
    """Make figures of revenue, orders, buyers and new ones, and of what an order is worth."""
    names = ("Revenue", "Orders", "Order value", "Customers who bought", "New customers")
    money = (currency, "", currency, "", "")
    after = _with_value(now)
    earlier = _with_value(before) if before else (None,) * len(names)
    return [Figure(*each) for each in zip(names, after, earlier, money, strict=True)]


def pulse_figures(kept: Kept, pulse: dict) -> list[Figure]:
    """Figures of the last days beside those of as many days before."""
    net, orders = pulse["net"], pulse["orders"]
    was, now = (
        (
            sum(net[part]),
            sum(orders[part]),
            pulse["buyers"][number],
            pulse["new_buyers"][number],
        )
        for number, part in enumerate((slice(0, DAYS), slice(DAYS, None)))
    )
    return of_sales(kept.currency, now, was if reaches_back(kept) else None)


def reaches_back(kept: Kept) -> bool:
    """Whether the data reach back to before the last days and as many before them."""
    last = kept.build.as_of.astimezone(settings.SHOP_ZONE).date()
    return kept.build.first_day < last - timedelta(days=2 * DAYS) + FIRST_DAYS


def period_figures(kept: Kept) -> list[Figure]:
    """Figures of the chosen months beside those of as many months before."""
    choice = kept.choice
    now, before = _sums(kept, choice.window), choice.before and _sums(kept, choice.before)
    found = of_sales(kept.currency, now, before)
    return found[:-1] if choice.begins_with_data else found


def _sums(kept: Kept, window) -> tuple:
    found = kept.chosen_figures(window)
    return (
        sum((row["net"] for row in kept.sales(window.start, window.until)), Decimal(0)),
        kept.orders(window.start, window.until),
        found.buyers if found else 0,
        found.new_buyers if found else 0,
    )


def _with_value(sums: tuple) -> tuple:
    net, orders, buyers, new = sums
    return net, orders, net / orders if orders else 0, buyers, new
