"""Orders summed by month, to be kept."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Min

from customers.insights.months import first_day, number_of
from customers.insights.sales import ProductSums
from customers.models import (
    BuyerFigures,
    InsightBuild,
    MonthlyOrders,
    MonthlySales,
    Order,
    ProductFigures,
    ProductSales,
    RankedBuyers,
    SegmentFlow,
)
from customers.queries.clock import start_of
from customers.queries.totals import COUNTED, SOLD
from runs.arrays import read_arrays
from runs.blocks import write_blocks
from runs.copying import execute, fetch
from runs.models import Run
from runs.queries import published_run

LOCK = 20  # of the session that builds
ONE = 10_000  # money is read in ten-thousandths, the smallest there are
PRICES_SAMPLED = 100_000
MOVES_OVER = timedelta(days=28)

# Money in whole ten-thousandths of the shop's currency; most shops know one currency, and to
# multiply by 1 takes as long as by anything.
_SCALED = (
    "CASE o.rate WHEN 1 THEN ({0} * 10000)::bigint ELSE round({0} * o.rate * 10000)::bigint END"
)


@contextmanager
def one_state() -> Iterator[None]:
    """Read all from one state of the database, and write in the same transaction."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def months_of_orders(as_of: datetime) -> list[MonthlyOrders]:
    """Count the orders of every month; `mark` is of all rows as they were last written."""
    first = Order.objects.aggregate(at=Min("ordered_at"))["at"]
    months = _months(first, as_of)
    rows = fetch(
        f"""SELECT width_bucket(o.ordered_at, %(starts)s::timestamptz[]) AS number,
            bit_xor(hashint8extended(o.id, o.xmin::text::bigint)),
            count(*) FILTER (WHERE {SOLD}),
            count(*) FILTER (WHERE {SOLD} AND o.customer_id IS NULL),
            coalesce(sum({_SCALED.format("o.net")}) FILTER
                (WHERE {COUNTED} AND o.customer_id IS NULL), 0) / {ONE}.0,
            count(*) FILTER (WHERE o.status IN ('paid', 'fulfilled') AND o.rate IS NULL),
            count(*) FILTER (WHERE o.status = 'pending'),
            count(*) FILTER (WHERE o.status = 'cancelled'),
            count(*) FILTER (WHERE o.status = 'refunded')
        FROM customers_order AS o WHERE o.ordered_at <= %(as_of)s GROUP BY 1 ORDER BY 1""",
        {"starts": [start for _, start in months], "as_of": as_of},
    )
    return [MonthlyOrders(months[number - 1][0], *counts) for number, *counts in rows]


def first_counted_day() -> date:
    """The shop's day of its first counted order."""
    first = Order.objects.filter(status__in=Order.COUNTED, rate__isnull=False)
    at = first.aggregate(at=Min("ordered_at"))["at"]
    return at.astimezone(settings.SHOP_ZONE).date()


def line_prices(as_of: datetime) -> np.ndarray:
    """Read unit prices of what was sold in the last year; of a large shop, a fixed sample."""
    few = 2 * PRICES_SAMPLED
    ((lines, known),) = fetch(
        "SELECT (SELECT count(*) FROM (SELECT FROM customers_orderline LIMIT %s) AS few),"
        " (SELECT reltuples FROM pg_class WHERE oid = 'customers_orderline'::regclass)",
        [few],
    )
    lines = lines if lines < few else max(lines, known)
    return read_arrays(
        f"""SELECT l.unit_price * o.rate AS price
        FROM customers_orderline AS l TABLESAMPLE SYSTEM (%(percent)s) REPEATABLE (1)
        JOIN customers_order AS o ON o.id = l.order_id
        WHERE {COUNTED} AND l.quantity > 0 AND o.ordered_at <= %(as_of)s
            AND o.ordered_at > %(as_of)s - interval '1 year'""",
        {"as_of": as_of, "percent": 100 if lines < few else 100 * PRICES_SAMPLED / lines},
        price="f8",
    )["price"]


def lines_of(month: date, as_of: datetime) -> dict[str, np.ndarray]:
    """Read a month's counted lines: their customer (−1 for none), product, and money."""
    money = {"price": "l.unit_price", "net": "l.net", "discount": "l.discount"}
    return read_arrays(
        f"""SELECT coalesce(o.customer_id, -1) AS customer_id, l.product_id, l.quantity,
            {", ".join(f"{_SCALED.format(column)} AS {name}" for name, column in money.items())}
        FROM customers_order AS o JOIN customers_orderline AS l ON l.order_id = o.id
        WHERE o.ordered_at >= %(start)s AND o.ordered_at < %(end)s AND o.ordered_at <= %(as_of)s
            AND {COUNTED}""",
        {"start": start_of(month), "end": start_of(_next(month)), "as_of": as_of},
        **dict.fromkeys(("customer_id", "product_id", "quantity"), "i4"),
        **dict.fromkeys(money, "i8"),
    )


def categories_of_products() -> np.ndarray:
    """Read each product's category by its key; −1 for none."""
    read = read_arrays(
        "SELECT id, coalesce(category_id, -1) AS category_id FROM products_product",
        id="i4",
        category_id="i4",
    )
    found = np.full(int(read["id"].max(initial=0)) + 1, -1, dtype=np.int32)
    found[read["id"]] = read["category_id"]
    return found


def keep_product_sales(month: date, sums: ProductSums) -> None:
    """Put a month's sums by product in the place of what is kept."""
    execute("DELETE FROM customers_productsales WHERE month = %s", [month])
    columns = {"product_id": "i4", "band": "i2", "sold": "i8", "units": "i8", "net": "i8"}
    values = (sums.product, sums.band, sums.sold, sums.units, sums.net)
    block = {
        name: array.astype(kind)
        for (name, kind), array in zip(columns.items(), values, strict=True)
    }
    execute("DROP TABLE IF EXISTS month_product")
    execute(
        "CREATE TEMP TABLE month_product (product_id int, band smallint, sold bigint,"
        " units bigint, net bigint)"
    )
    write_blocks("month_product", list(columns), [block])
    execute(
        "INSERT INTO customers_productsales (month, product_id, band, sold, units, net)"
        f" SELECT %s, product_id, band, sold, units, net / {ONE}.0 FROM month_product",
        [month],
    )


def keep_monthly_sales(month: date, rows: Iterable[MonthlySales]) -> None:
    """Put a month's sums by category, segment and band in the place of what is kept."""
    MonthlySales.objects.filter(month=month).delete()
    MonthlySales.objects.bulk_create(rows)


def products_sold(since: date) -> dict[str, np.ndarray]:
    """Read which products sold in which months from one on; months as numbers."""
    return read_arrays(
        """SELECT product_id, band,
            extract(year FROM month) * 12 + extract(month FROM month) - 1 AS month
        FROM customers_productsales WHERE sold > 0 AND month >= %s""",
        [since],
        product_id="i4",
        band="i2",
        month="i4",
    )


def keep_product_figures(since: date, figures: Iterable[ProductFigures]) -> None:
    """Put counts of windows that end in this month or later in the place of those there are."""
    ProductFigures.objects.filter(until__gte=since).delete()
    ProductFigures.objects.bulk_create(figures)


def keep_months(months: list[MonthlyOrders]) -> None:
    """Put the counts of these months in the place of those there are; drop all other months."""
    others = {"month__in": [month.month for month in months]}
    for model in (MonthlySales, ProductSales):
        model.objects.exclude(**others).delete()
    MonthlyOrders.objects.all().delete()
    MonthlyOrders.objects.bulk_create(months)


def forget_all() -> None:
    """Drop everything kept."""
    for model in (
        InsightBuild,
        MonthlyOrders,
        MonthlySales,
        ProductFigures,
        ProductSales,
        RankedBuyers,
        BuyerFigures,
        SegmentFlow,
    ):
        model.objects.all().delete()


def forget_what_months_rest_on() -> None:
    """Have every month summed anew at the next refresh, in the same price bands."""
    execute("UPDATE customers_insightbuild SET rests_on = rests_on - 'members'")


def seconds_of_last_build() -> float:
    """How long the last refresh of what is kept took."""
    return InsightBuild.objects.values_list("seconds", flat=True).first() or 0.0


def first_purchases() -> dict[str, np.ndarray]:
    """Read when each customer who ever bought did first: seconds, and days, since 1970.

    By rising customer id.
    """
    return read_arrays(
        """SELECT customer_id, extract(epoch FROM first_order_at) AS at,
            (first_order_at AT TIME ZONE %(zone)s)::date - '1970-01-01'::date AS day
        FROM customers_customertotal WHERE first_order_at IS NOT NULL ORDER BY customer_id""",
        {"zone": settings.SHOP_TIME_ZONE},
        customer_id="i4",
        at="f8",
        day="i4",
    )


def purchases(since: datetime, as_of: datetime) -> dict[str, np.ndarray]:
    """Read counted orders of known customers from one instant on to another, with their time."""
    money = ", ".join(
        f"{_SCALED.format(f'o.{name}')} AS {name}" for name in ("net", "gross", "discount")
    )
    return read_arrays(
        f"""SELECT o.customer_id, extract(epoch FROM o.ordered_at) AS at,
            (o.units > 0)::int AS sold, {money}
        FROM customers_order AS o
        WHERE {COUNTED} AND o.customer_id IS NOT NULL
            AND o.ordered_at >= %(since)s AND o.ordered_at <= %(as_of)s""",
        {"since": since, "as_of": as_of},
        customer_id="i4",
        at="f8",
        sold="i2",
        **dict.fromkeys(("net", "gross", "discount"), "i8"),
    )


def late_orders(as_of: datetime, days: int) -> dict[str, np.ndarray]:
    """Read counted orders of the last days: their customer (−1 for none), age in days, and net."""
    return read_arrays(
        f"""SELECT coalesce(o.customer_id, -1) AS customer_id, (o.units > 0)::int AS sold,
            %(last)s::date - (o.ordered_at AT TIME ZONE %(zone)s)::date AS age,
            {_SCALED.format("o.net")} AS net
        FROM customers_order AS o
        WHERE {COUNTED} AND o.ordered_at > %(since)s AND o.ordered_at <= %(as_of)s""",
        {
            "zone": settings.SHOP_TIME_ZONE,
            "last": as_of.astimezone(settings.SHOP_ZONE).date(),
            "since": as_of - timedelta(days=days + 1),  # a day may have 25 hours
            "as_of": as_of,
        },
        customer_id="i4",
        sold="i2",
        age="i4",
        net="i8",
    )


def keep_figures(
    since: date, figures: list[BuyerFigures], ranked: list[np.ndarray | None], open_from: date
) -> None:
    """Put figures of windows that end in this month or later in the place of those there are.

    Buyers are kept one by one where they are given, and of no window that ends before `open_from`.
    """
    RankedBuyers.objects.filter(figures__until__gte=since).delete()
    RankedBuyers.objects.filter(figures__until__lt=open_from).delete()
    BuyerFigures.objects.filter(until__gte=since).delete()
    BuyerFigures.objects.bulk_create(figures)
    blocks = (
        {"figures_id": np.array([row.pk]), "customers": customers[None, :]}
        for row, customers in zip(figures, ranked, strict=True)
        if customers is not None
    )
    write_blocks(RankedBuyers._meta.db_table, ["figures_id", "customers"], blocks)


def run_to_compare_with(current: Run | None) -> Run | None:
    """The published run of four weeks before this one; of younger ones, the oldest."""
    if not current:
        return None
    past = Run.objects.filter(kind="segments", published_at__isnull=False, pk__lt=current.pk)
    past = past.exclude(status=Run.Status.DISCARDED)
    long_ago = past.filter(as_of__lte=current.as_of - MOVES_OVER).order_by("-as_of", "-pk")
    return long_ago.first() or past.order_by("pk").first()


def keep_flows(since: Run | None) -> None:
    """Put who moved since this run in the place of what is kept: from where, to where."""
    SegmentFlow.objects.all().delete()
    if not since:
        return
    execute(
        """INSERT INTO customers_segmentflow (from_segment_id, to_segment_id, customers)
        SELECT was.from_segment_id, now.to_segment_id,
            array_agg(was.customer_id ORDER BY was.customer_id)
        FROM (SELECT customer_id, min(id) AS first, max(id) AS last FROM customers_move
            WHERE run_id > %s GROUP BY customer_id) AS moved
        JOIN customers_move AS was ON was.id = moved.first
        JOIN customers_move AS now ON now.id = moved.last
        WHERE was.from_segment_id IS DISTINCT FROM now.to_segment_id
        GROUP BY 1, 2""",
        [since.pk],
    )


def membership_state() -> list:
    """Tell states of the open memberships apart: the published run, how many, the newest."""
    run = published_run("segments")
    found = fetch("SELECT count(*), max(id) FROM customers_membership WHERE to_run_id IS NULL")[0]
    return [run and run.pk, *found]


def _next(month: date) -> date:
    return first_day(number_of(month) + 1)


def _months(first: datetime, as_of: datetime) -> list[tuple[date, datetime]]:
    """Every month between two instants, each with its own first instant."""
    ends = [number_of(at.astimezone(settings.SHOP_ZONE).date()) for at in (first, as_of)]
    months = [first_day(number) for number in range(ends[0], ends[1] + 1)]
    return [(month, start_of(month)) for month in months]
