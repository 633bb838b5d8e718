"""Keep the sums that insights are read from in line with orders, segments and the catalogue.

months whose orders were written -> their sales by product, category, segment and price band
all counted orders -> buyers of each month and year, the last days
moves since an earlier run -> flows between segments
"""

import time
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

import numpy as np
from django.conf import settings
from django.utils import timezone

from customers.insights.buyers import NOBODY, Figures, Purchases, buyer_figures
from customers.insights.months import first_day, number_of, numbers_of
from customers.insights.prices import price_edges
from customers.insights.pulse import take_pulse
from customers.models import BuyerFigures, InsightBuild, MonthlyOrders
from customers.queries.clock import data_clock
from customers.queries.insights import summing as queries
from customers.queries.segments import open_memberships, shop_currency
from customers.services.segments.published import look_up
from runs.queries import published_run, session_lock

# Of so many last months the buyers are kept one by one, for lists to open.
MONTHS_OPEN = 24
# Sums that an older version kept are made anew.
VERSION = 1
EPOCH = date(1970, 1, 1).toordinal()


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
    marks = dict(MonthlyOrders.objects.values_list("month", "mark"))
    written = [month.month for month in months if marks.pop(month.month, None) != month.mark]
    rested_on = kept.rests_on if kept else {}
    rests_on = _rests_on(rested_on, as_of)
    if rested_on == rests_on and not written and not marks:
        return kept
    _sum_months(rested_on, rests_on, [month.month for month in months], written, as_of)
    queries.keep_months(months)
    build = kept or InsightBuild()
    build.as_of, build.currency, build.rests_on = as_of, shop_currency(), rests_on
    _count_buyers(build)
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


def _sum_months(
    rested_on: dict,
    rests_on: dict,
    months: Iterable[date],
    written: Iterable[date],
    as_of: datetime,
) -> None:
    """Sum anew the months that were written, or all where what they rest on has changed."""
    bands = ("version", "zone", "edges")
    same_bands = all(rested_on.get(name) == rests_on[name] for name in bands)
    for month in written if same_bands else months:
        queries.write_product_sales(month, as_of, rests_on["edges"])
    for month in written if rested_on == rests_on else months:
        queries.write_monthly_sales(month, as_of)


def _count_buyers(build: InsightBuild) -> None:
    """Count buyers of every month and year, and take the pulse of the last days."""
    orders = queries.counted_orders(build.as_of)
    known = orders["customer_id"] >= 0
    ids, rows = np.unique(orders["customer_id"][known], return_inverse=True)
    buyer = np.full(len(known), NOBODY)
    buyer[known] = rows
    members = open_memberships()
    segment = look_up(ids, members["customer_id"], members["segment_id"], missing=NOBODY)
    build.first_day = date.fromordinal(EPOCH + int(orders["day"].min()))
    build.pulse = _pulse(orders, buyer, segment, build.as_of)
    month = numbers_of(orders["day"]) - number_of(build.first_day)
    purchases = Purchases(
        buyer[known],
        month[known],
        orders["sold"][known].astype(bool),
        *(orders[name][known] for name in ("net", "gross", "discount")),
    )
    kept, ranked = [], []
    for figures in buyer_figures(purchases, segment) if len(rows) else ():
        is_open = figures.end > int(month.max()) - MONTHS_OPEN
        kept.append(_stored(figures, number_of(build.first_day)))
        ranked.append(ids[figures.ranked].astype(np.int32) if is_open else None)
    queries.keep_figures(kept, ranked)


def _stored(figures: Figures, first_month: int) -> BuyerFigures:
    return BuyerFigures(
        until=first_day(first_month + figures.end),
        months=figures.span,
        everyone=figures.scope is None,
        segment_id=None if figures.scope in (None, NOBODY) else figures.scope,
        buyers=len(figures.ranked),
        new_buyers=figures.new_buyers,
        orders=figures.orders,
        **{
            name: Decimal(getattr(figures, name)) / queries.ONE
            for name in ("net", "new_net", "gross", "discount")
        },
        discount_error=figures.discount_error,
        top_shares=figures.top_shares[np.isfinite(figures.top_shares)].tolist(),
    )


def _pulse(
    orders: dict[str, np.ndarray], buyer: np.ndarray, segment: np.ndarray, as_of: datetime
) -> dict:
    """Take the pulse of everyone ("all"), of each segment, and of those in none ("none")."""
    last = as_of.astimezone(settings.SHOP_ZONE).toordinal() - EPOCH
    age, sold = last - orders["day"], orders["sold"].astype(bool)
    first_age = np.full(len(segment), NOBODY)
    bought = sold & (buyer >= 0)
    np.maximum.at(first_age, buyer[bought], age[bought])
    scope = np.where(buyer >= 0, np.append(segment, NOBODY)[buyer], NOBODY)
    chosen = {"all": np.full(len(age), True), "none": scope == NOBODY}
    chosen |= {str(each): scope == each for each in np.unique(segment[segment >= 0]).tolist()}
    return {
        name: _written(
            take_pulse(age[rows], buyer[rows], sold[rows], orders["net"][rows], first_age)
        )
        for name, rows in chosen.items()
    }


def _written(pulse) -> dict:
    return {
        "net": (pulse.net / queries.ONE).tolist(),
        "orders": pulse.orders.tolist(),
        "buyers": pulse.buyers,
        "new_buyers": pulse.new_buyers,
    }
