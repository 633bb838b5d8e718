"""Keep the sums that insights are read from in line with orders, segments and the catalogue.

lines of months that were written -> sums by product, and by category, segment and price band
orders of known customers -> buyers of each month and year from the first written month on
orders of the last days -> the pulse · moves since an earlier run -> flows between segments
"""

import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import numpy as np
from django.conf import settings
from django.utils import timezone

from customers.insights.buyers import NOBODY, SPANS, Figures, Purchases, buyer_figures
from customers.insights.months import first_day, number_of
from customers.insights.prices import price_edges
from customers.insights.pulse import DAYS, Pulse, take_pulse
from customers.insights.sales import Lines, sum_cells, sum_products
from customers.insights.windows import distinct_in_windows
from customers.models import BuyerFigures, InsightBuild, MonthlyOrders, MonthlySales, ProductFigures
from customers.queries.clock import data_clock, start_of
from customers.queries.insights import summing as queries
from customers.queries.pages import shop_currency
from customers.queries.segments import open_memberships
from customers.services.segments.published import look_up
from runs.queries import published_run, session_lock

# Of so many last months the buyers are kept one by one, for lists to open.
MONTHS_OPEN = 24
# Sums that an older version kept are made anew.
VERSION = 1
EPOCH = date(1970, 1, 1).toordinal()
NEVER = np.iinfo(np.int32).max


@dataclass(frozen=True)
class Work:
    """What is to be summed anew: months, and windows that end in the first of them or later."""

    as_of: datetime
    months: list[date]
    summed: Collection[date]
    rebanded: Collection[date]
    since: date
    edges: list[float]

    @property
    def ends(self) -> range:
        """Return the last months of the windows to be counted, as numbers."""
        return range(number_of(self.since), number_of(self.months[-1]) + 1)


@dataclass(frozen=True)
class People:
    """Which segment customers are in, and when they bought first; each by rising customer id."""

    members: dict[str, np.ndarray]
    bought: dict[str, np.ndarray]

    def segment_of(self, customer_ids: np.ndarray) -> np.ndarray:
        """Return each customer's segment; NOBODY for none."""
        known = self.members
        return look_up(customer_ids, known["customer_id"], known["segment_id"], missing=NOBODY)

    def first_of(self, customer_ids: np.ndarray, first: np.ndarray) -> np.ndarray:
        """Return what is known of each customer's first purchase; NEVER for none."""
        return look_up(customer_ids, self.bought["customer_id"], first, missing=NEVER)


def refresh_insights() -> InsightBuild | None:
    """Bring the kept sums up to date; None where there is nothing to sum.

    All is read from one state of the database and seen at once, so figures agree to the cent.
    """
    with session_lock(queries.LOCK, wait=True), queries.one_state():
        return _refresh(InsightBuild.objects.first())


def _refresh(kept: InsightBuild | None) -> InsightBuild | None:
    began = time.monotonic()
    as_of = data_clock()
    months = queries.months_of_orders(as_of) if as_of else []
    if not sum(month.orders for month in months):
        queries.forget_all()
        return None
    rested_on = kept.rests_on if kept else {}
    rests_on = _rests_on(rested_on, as_of)
    work = _work(months, rested_on, rests_on, as_of)
    if not work:
        return kept
    build = kept or InsightBuild()
    build.as_of, build.currency, build.rests_on = as_of, shop_currency(), rests_on
    build.first_day = queries.first_counted_day()
    queries.keep_months(months)
    people = People(open_memberships(), queries.first_purchases())
    _sum_months(work, people)
    _count_buyers(work, people)
    queries.keep_product_figures(work.since, _product_figures(work))
    build.pulse = _pulse(as_of, people)
    since = queries.run_to_compare_with(published_run("segments"))
    queries.keep_flows(since)
    build.moves_since = since and since.as_of
    build.built_at = timezone.now()
    build.seconds = round(time.monotonic() - began, 3)
    build.save()
    return build


def _rests_on(was: dict, as_of: datetime) -> dict:
    """Say what sums rest on beside orders; price bands are reconsidered when the rest changes."""
    now = {
        "version": VERSION,
        "zone": settings.SHOP_TIME_ZONE,
        "members": queries.membership_state(),
    }
    edges = was.get("edges", [])
    if was != now | {"edges": edges}:
        edges = list(price_edges(queries.line_prices(as_of), tuple(edges)))
    return now | {"edges": edges}


def _work(
    months: list[MonthlyOrders], rested_on: dict, rests_on: dict, as_of: datetime
) -> Work | None:
    """Find what changed: months that were written or have gone, or what all rest on."""
    marks = dict(MonthlyOrders.objects.values_list("month", "mark"))
    every = [month.month for month in months]
    written = [month.month for month in months if marks.pop(month.month, None) != month.mark]
    changed = [*written, *marks]
    if rested_on != rests_on:
        bands = ("version", "zone", "edges")
        same_bands = all(rested_on.get(name) == rests_on[name] for name in bands)
        rebanded = written if same_bands else every
        return Work(as_of, every, every, rebanded, min([*every, *marks]), rests_on["edges"])
    if not changed:
        return None
    return Work(as_of, every, written, written, min(changed), rests_on["edges"])


def _sum_months(work: Work, people: People) -> None:
    """Sum the lines of months anew."""
    category_of = queries.categories_of_products()
    edges = np.array(work.edges) * queries.ONE
    for month in work.summed:
        read = queries.lines_of(month, work.as_of)
        lines = Lines(
            *(read[name] for name in ("product_id", "quantity", "price", "net", "discount"))
        )
        products = sum_products(lines, edges)
        if month in work.rebanded:
            queries.keep_product_sales(month, products)
        segment = people.segment_of(read["customer_id"])
        band = products.band[products.of_line]
        cells = sum_cells(lines, category_of[lines.product], segment, band)
        queries.keep_monthly_sales(month, _monthly_sales(month, *cells))


def _monthly_sales(
    month: date, keys: list[np.ndarray], sums: dict[str, np.ndarray]
) -> list[MonthlySales]:
    counts = ("lines", "reduced_lines", "sold", "units")
    return [
        MonthlySales(
            month=month,
            category_id=_key(category),
            segment_id=_key(segment),
            band=band,
            **{
                name: int(value) if name in counts else _money(value)
                for name, value in zip(sums, values, strict=True)
            },
        )
        for (category, segment, band), values in zip(
            np.column_stack(keys).tolist(),
            np.column_stack(list(sums.values())).tolist(),
            strict=True,
        )
    ]


def _count_buyers(work: Work, people: People) -> None:
    """Count buyers of the windows that may have changed."""
    earliest = max(number_of(work.months[0]), work.ends.start - max(SPANS) + 1)
    read = queries.purchases(start_of(first_day(earliest)), work.as_of)
    ids, buyer = np.unique(read["customer_id"], return_inverse=True)
    months = Months(number_of(work.months[0]), work.ends.stop)
    first = people.first_of(ids, months.numbers(people.bought["at"]))
    purchases = Purchases(
        buyer,
        months.numbers(read["at"]),
        read["sold"].astype(bool),
        *(read[name] for name in ("net", "gross", "discount")),
    )
    open_from = first_day(work.ends.stop - MONTHS_OPEN)
    kept, ranked = [], []
    for figures in buyer_figures(purchases, first, people.segment_of(ids), work.ends):
        row = _stored(figures)
        if not row.buyers and not row.net:
            continue
        kept.append(row)
        ranked.append(ids[figures.ranked] if row.until >= open_from else None)
    queries.keep_figures(work.since, kept, ranked, open_from)


@dataclass(frozen=True)
class Months:
    """Numbers months of instants, in the shop's zone; instants before the first count as in it."""

    first: int
    stop: int

    def numbers(self, at: np.ndarray) -> np.ndarray:
        """Return the month of each instant, in seconds since 1970."""
        starts = [
            start_of(first_day(number)).timestamp() for number in range(self.first, self.stop)
        ]
        return np.maximum(np.searchsorted(starts, at, "right") - 1, 0) + self.first


def _stored(figures: Figures) -> BuyerFigures:
    return BuyerFigures(
        until=first_day(figures.end),
        months=figures.span,
        everyone=figures.scope is None,
        segment_id=None if figures.scope is None else _key(figures.scope),
        buyers=len(figures.ranked),
        new_buyers=figures.new_buyers,
        orders=figures.orders,
        **{
            name: _money(getattr(figures, name)) for name in ("net", "new_net", "gross", "discount")
        },
        discount_error=figures.discount_error,
        top_shares=figures.top_shares[np.isfinite(figures.top_shares)].tolist(),
    )


def _product_figures(work: Work) -> Iterator[ProductFigures]:
    """Count the different products sold in every month and year, by category and by band."""
    sold = queries.products_sold(first_day(work.ends.start - max(SPANS) + 1))
    category_of = queries.categories_of_products()[sold["product_id"]]
    categories, category = np.unique(category_of, return_inverse=True)
    by_category = [{"category_id": _key(pk)} for pk in categories.tolist()]
    by_band = [{"band": band} for band in range(len(work.edges) + 1)]
    for group, of in ((category, by_category), (sold["band"], by_band)):
        for span in SPANS:
            counts = distinct_in_windows(sold["product_id"], group, sold["month"], span, work.ends)
            for row, end in zip(*np.nonzero(counts), strict=True):
                yield ProductFigures(
                    until=first_day(work.ends[end]),
                    months=span,
                    products=int(counts[row, end]),
                    **of[row],
                )


def _pulse(as_of: datetime, people: People) -> dict:
    """Take the pulse of everyone ("all"), of each segment, and of those in none ("none")."""
    orders = queries.late_orders(as_of, 2 * DAYS)
    last_day = as_of.astimezone(settings.SHOP_ZONE).toordinal() - EPOCH
    first_age = people.first_of(orders["customer_id"], last_day - people.bought["day"])
    segment = people.segment_of(orders["customer_id"])
    scopes = {"all": np.full(len(segment), True), "none": segment == NOBODY}
    scopes |= {
        str(each): segment == each for each in np.unique(people.members["segment_id"]).tolist()
    }
    return {
        name: _written(
            take_pulse(
                orders["age"][rows],
                orders["customer_id"][rows],
                orders["sold"][rows].astype(bool),
                orders["net"][rows],
                first_age[rows],
            )
        )
        for name, rows in scopes.items()
    }


def _written(pulse: Pulse) -> dict:
    return {
        "net": (pulse.net / queries.ONE).tolist(),
        "orders": pulse.orders.tolist(),
        "buyers": pulse.buyers,
        "new_buyers": pulse.new_buyers,
    }


def _money(ten_thousandths: float) -> Decimal:
    return Decimal(int(ten_thousandths)) / queries.ONE


def _key(number: int) -> int | None:
    return None if number == NOBODY else int(number)
