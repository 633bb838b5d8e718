"""Single figures, each beside what it was before."""

from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

from customers.insights.pulse import DAYS
from customers.models import BuyerFigures
from segrec_site.dashboard.charts import change, growth, whole_money, written
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
    """Make figures of revenue, orders, what one is worth, buyers, new ones: of what is known."""
    names = ("Revenue", "Orders", "Order value", "Customers who bought", "New customers")
    money = (currency, "", currency, "", "")
    after = _with_value(now)
    earlier = _with_value(before) if before else (None,) * len(names)
    figures = zip(names, after, earlier, money, strict=True)
    return [Figure(name, now, *rest) for name, now, *rest in figures if now is not None]


def pulse_figures(kept: Kept, pulse: dict) -> list[Figure]:
    """Figures of the last days beside those of as many days before."""
    net, orders = pulse["net"], pulse["orders"]
    was, now = (
        (
            sum(net[part]),
            sum(orders[part]),
            pulse["buyers"][number],
            pulse["new_buyers"][number] if _age_of_data(kept) > least else None,
        )
        for number, (part, least) in enumerate(
            [(slice(0, DAYS), 2 * DAYS), (slice(DAYS, None), DAYS)]
        )
    )
    return of_sales(kept.currency, now, was if reaches_back(kept) else None)


def reaches_back(kept: Kept) -> bool:
    """Whether there are data of all the last days and of as many before them."""
    return _age_of_data(kept) >= 2 * DAYS


def period_figures(kept: Kept) -> list[Figure]:
    """Figures of the chosen months beside those of as many months before."""
    choice = kept.choice
    now, before = _sums(kept, choice.window), choice.before and _sums(kept, choice.before)
    return of_sales(kept.currency, now, before)


def _age_of_data(kept: Kept) -> int:
    """Count the days from the first to the last."""
    last = kept.build.as_of.astimezone(settings.SHOP_ZONE).date()
    return (last - kept.build.first_day).days + 1


def _sums(kept: Kept, window) -> tuple:
    found = kept.chosen_figures(window)
    return (
        sum((row["net"] for row in kept.sales(window.start, window.until)), Decimal(0)),
        kept.orders(window.start, window.until),
        found.buyers if found else 0,
        _new(found) if kept.choice.knows_before(window) else None,
    )


def _new(found: BuyerFigures | None) -> int:
    return found.new_buyers if found else 0


def _with_value(sums: tuple) -> tuple:
    net, orders, buyers, new = sums
    return net, orders, net / orders if orders else None, buyers, new
