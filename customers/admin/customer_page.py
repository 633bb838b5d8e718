"""What the page of a customer tells: their orders and moves through time, and what they like."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby

from django.utils import timezone

from customers import cells
from customers.models import Customer, Membership, Move, Order
from customers.queries import moves, pages
from customers.words import why
from runs.cells import days, money
from runs.queries import published_run

ORDERS_SHOWN = 200
CATEGORIES_SHOWN = 6
STRIP_HEIGHT = 72  # of the orders' bars
A_DAY = timedelta(days=1)
MARK_HEIGHT = 4  # of a bar for an order whose value is not known in the shop's currency


@dataclass(frozen=True)
class Month:
    """A month's orders: how many sold something, what they came to, what was taken back."""

    at: datetime
    orders: list[Order]

    @property
    def sold(self) -> int:
        """How many of them sold something and count."""
        return sum(has_sold(order) for order in self.orders)

    @property
    def sums(self) -> list[tuple[str, Decimal, Decimal]]:
        """Net and returned by currency, of those that count."""
        counted = [order for order in self.orders if counts(order)]
        return [
            (
                currency,
                sum(order.net for order in counted if order.currency == currency),
                sum(order.returned for order in counted if order.currency == currency),
            )
            for currency in sorted({order.currency for order in counted})
        ]

    @property
    def without_rate(self) -> int:
        """How many of them would count, but have no rate to the shop's currency."""
        return sum(order.status in Order.COUNTED and not counts(order) for order in self.orders)


def counts(order: Order) -> bool:
    """Say whether an order is in the sums: paid, and worth something known to the shop."""
    return order.status in Order.COUNTED and order.rate is not None


def has_sold(order: Order) -> bool:
    """Say whether an order counts as one: in the sums, and not only taking things back."""
    return order.units > 0 and counts(order)


def worth_of(order: Order) -> Decimal:
    """Return what an order is worth in the shop's currency; nothing without a rate to it."""
    return order.net * (order.rate or 0)


@dataclass(frozen=True)
class Turn:
    """A move on the timeline, with its cause in words."""

    at: datetime
    move: Move
    because: str
    change: str


@dataclass(frozen=True)
class Bar:
    """An order in the strip: where in time, and how high for its value."""

    order: Order
    x: float
    height: float

    @property
    def y(self) -> float:
        """Where the bar begins, counted from the top."""
        return STRIP_HEIGHT - self.height

    @property
    def kind(self) -> str:
        """Whether it counts, and whether it sold or took back."""
        if not counts(self.order):
            return "uncounted"
        return "returned" if self.order.net < 0 else "sold"


@dataclass(frozen=True)
class Band:
    """A stay in the strip: from when to when, in the segment's colour."""

    stay: Membership
    x: float
    width: float
    colour: str


def timeline_of(customer: Customer, orders: list[Order]) -> list[Month | Turn]:
    """Return months with orders and moves between segments, the latest first."""
    turns = [
        Turn(move.at, move, *why(move.cause, move.feature, move.was, move.now, customer.currency))
        for move in moves.moves_of(customer)
    ]
    months = [Month(_local(each[0]), each) for each in _by_month(orders)]
    return sorted([*months, *turns], key=lambda event: event.at, reverse=True)


def whole_months(orders: list[Order], left_out: list[Order]) -> list[Order]:
    """Return orders without those of a month that goes on in what is left out, unless all are."""
    months = {_month(order) for order in left_out}
    return [order for order in orders if _month(order) not in months] or orders


def strip_of(orders: list[Order], stays: list[Membership], as_of: datetime | None) -> dict:
    """Return orders as bars and stays as bands, from the first order shown to the data's end."""
    orders = [order for order in orders if as_of and order.ordered_at <= as_of]
    if not orders:
        return {}
    begin = min(order.ordered_at for order in orders)
    whole = max((as_of - begin).total_seconds(), 1)

    def place(at: datetime) -> float:
        return round(100 * min(max((at - begin).total_seconds() / whole, 0), 1), 2)

    most = max([abs(worth_of(order)) for order in orders] + [Decimal(1)])
    bands = []
    for stay in stays:
        start = place(stay.since)
        end = place(stay.to_run.as_of) if stay.to_run else 100.0
        bands.append(Band(stay, start, round(max(end - start, 0.4), 2), cells.colour(stay.segment)))
    return {
        "bars": [Bar(order, place(order.ordered_at), _height(order, most)) for order in orders],
        "bands": bands,
        "begin": begin,
        "is_mixed": len({order.currency for order in orders}) > 1,
        "finding": _finding(orders, as_of),
    }


def silence(last_order_at: datetime | None, as_of: datetime | None) -> str:
    """Say how long before the data's end the last order lies; an order may be dated later."""
    if last_order_at is None:
        return ""
    if as_of is None or last_order_at > as_of:
        return "after the data’s last day"
    return f"{days(as_of - last_order_at)} before the data ends"


def why_in_none(customer: Customer, without_rate: int, as_of: datetime | None) -> str:
    """Say why a customer is in no segment."""
    from customers.queries.segments import WINDOW_DAYS  # slow to import

    total, run = getattr(customer, "total", None), published_run("segments")
    if customer.erased_at:
        return "Erased."
    if customer.profiling_opt_out:
        return "Opted out of profiling."
    if not (total and total.order_count and total.last_order_at):
        return "No order counts." if without_rate else "Nothing bought yet."
    if as_of is None or total.last_order_at > as_of:
        return "The last order is dated after the data’s last day."
    if run is None:
        return "No segments yet."
    if total.last_order_at <= run.as_of - timedelta(days=WINDOW_DAYS):
        return "No order for two years."
    return "Not seen by the last run."


def favourites_of(customer: Customer) -> list[tuple[str, str, float]]:
    """Return the categories a customer spent most in: name, sum and share of all."""
    totals = list(pages.categories_of(customer))
    whole = sum(total.net for total in totals if total.net > 0)
    return [
        (total.category.name, money(total.net, customer.currency), float(total.net / whole))
        for total in totals[:CATEGORIES_SHOWN]
        if total.net > 0
    ]


def _height(order: Order, most: Decimal) -> float:
    if order.rate is None:
        return MARK_HEIGHT
    return round(float(abs(worth_of(order)) / most) * STRIP_HEIGHT, 1)


def _finding(orders: list[Order], as_of: datetime) -> str:
    sold = sorted(order.ordered_at for order in orders if has_sold(order))
    if not sold:
        return "No order of theirs counts"
    if len(sold) == 1:
        return f"One order, {silence(sold[-1], as_of)}"
    gap = (sold[-1] - sold[0]) / (len(sold) - 1)
    in_days = {0: "More than one order a day", 1: "An order every day"}
    often = in_days.get(round(gap / A_DAY), f"An order every {days(gap)}")
    return f"{often}; silent for {days(as_of - sold[-1])}"


def _by_month(orders: Iterable[Order]) -> list[list[Order]]:
    return [list(group) for _, group in groupby(orders, key=_month)]


def _month(order: Order) -> tuple[int, int]:
    at = _local(order)
    return at.year, at.month


def _local(order: Order) -> datetime:
    return timezone.localtime(order.ordered_at)
