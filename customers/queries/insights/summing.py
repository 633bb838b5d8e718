"""Orders summed by month, to be kept."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import numpy as np
from django.conf import settings
from django.db import connection, transaction

from customers.models import (
    BuyerFigures,
    InsightBuild,
    MonthlyOrders,
    MonthlySales,
    ProductSales,
    RankedBuyers,
    SegmentFlow,
)
from runs.arrays import read_arrays
from runs.blocks import write_blocks
from runs.copying import execute, fetch
from runs.models import Run
from runs.queries import published_run

LOCK = 20  # of the session that builds
ONE = 10_000  # money is read in ten-thousandths, the smallest there are
PRICES_SAMPLED = 100_000
MOVES_OVER = timedelta(days=28)

COUNTED = "o.status IN ('paid', 'fulfilled') AND o.rate IS NOT NULL"
_MONTH = "date_trunc('month', o.ordered_at AT TIME ZONE %(zone)s)::date"
# Most shops know one currency, and to multiply by 1 takes as long as by anything.
_IN_SHOPS = "CASE o.rate WHEN 1 THEN {0} ELSE round({0} * o.rate, 4) END"
_WITHIN = f"""
    o.ordered_at >= (%(month)s::date)::timestamp AT TIME ZONE %(zone)s
    AND o.ordered_at < (%(month)s::date + interval '1 month') AT TIME ZONE %(zone)s
    AND o.ordered_at <= %(as_of)s AND {COUNTED}"""


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
    rows = fetch(
        f"""SELECT {_MONTH}, bit_xor(hashint8extended(o.id, o.xmin::text::bigint)),
            count(*) FILTER (WHERE {COUNTED} AND o.units > 0),
            count(*) FILTER (WHERE {COUNTED} AND o.units > 0 AND o.customer_id IS NULL),
            coalesce(sum({_IN_SHOPS.format("o.net")}) FILTER
                (WHERE {COUNTED} AND o.customer_id IS NULL), 0),
            count(*) FILTER (WHERE o.status IN ('paid', 'fulfilled') AND o.rate IS NULL),
            count(*) FILTER (WHERE o.status = 'pending'),
            count(*) FILTER (WHERE o.status = 'cancelled'),
            count(*) FILTER (WHERE o.status = 'refunded')
        FROM customers_order AS o WHERE o.ordered_at <= %(as_of)s GROUP BY 1 ORDER BY 1""",
        {"zone": settings.SHOP_TIME_ZONE, "as_of": as_of},
    )
    return [MonthlyOrders(*row) for row in rows]


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


def write_product_sales(month: date, as_of: datetime, edges: Sequence[float]) -> None:
    """Sum a month by product anew; its price band is that of its mean price before discounts."""
    execute("DELETE FROM customers_productsales WHERE month = %s", [month])
    execute(
        f"""INSERT INTO customers_productsales (month, product_id, band, sold, units, net)
        SELECT %(month)s, product_id,
            width_bucket((price / pieces)::float8, %(edges)s::float8[]), sold, units, net
        FROM (
            SELECT l.product_id,
                sum(abs(l.quantity) * l.unit_price * o.rate) AS price,
                sum(abs(l.quantity)) AS pieces,
                coalesce(sum(l.quantity) FILTER (WHERE l.quantity > 0), 0) AS sold,
                sum(l.quantity) AS units,
                sum({_IN_SHOPS.format("l.net")}) AS net
            FROM customers_order AS o JOIN customers_orderline AS l ON l.order_id = o.id
            WHERE {_WITHIN} GROUP BY l.product_id
        ) AS sums""",
        _of_month(month, as_of) | {"edges": list(edges)},
    )


def write_monthly_sales(month: date, as_of: datetime) -> None:
    """Sum a month by category, segment and price band anew; its product sales know the bands."""
    execute("DELETE FROM customers_monthlysales WHERE month = %s", [month])
    execute(
        f"""INSERT INTO customers_monthlysales (month, category_id, segment_id, band, lines,
            reduced_lines, sold, units, gross, discount, returned, net)
        SELECT %(month)s, p.category_id, m.segment_id, s.band,
            count(*) FILTER (WHERE l.quantity > 0),
            count(*) FILTER (WHERE l.quantity > 0 AND l.discount > 0),
            coalesce(sum(l.quantity) FILTER (WHERE l.quantity > 0), 0),
            sum(l.quantity),
            coalesce(sum(shop.net + shop.discount) FILTER (WHERE l.quantity > 0), 0),
            coalesce(sum(shop.discount) FILTER (WHERE l.quantity > 0), 0),
            coalesce(-sum(shop.net) FILTER (WHERE l.quantity < 0), 0),
            sum(shop.net)
        FROM customers_order AS o
        JOIN customers_orderline AS l ON l.order_id = o.id
        JOIN products_product AS p ON p.id = l.product_id
        JOIN customers_productsales AS s
            ON s.month = %(month)s AND s.product_id = l.product_id
        LEFT JOIN customers_membership AS m
            ON m.customer_id = o.customer_id AND m.to_run_id IS NULL
        CROSS JOIN LATERAL (
            SELECT {_IN_SHOPS.format("l.net")} AS net, {_IN_SHOPS.format("l.discount")} AS discount
        ) AS shop
        WHERE {_WITHIN} GROUP BY p.category_id, m.segment_id, s.band""",
        _of_month(month, as_of),
    )


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


def counted_orders(as_of: datetime) -> dict[str, np.ndarray]:
    """Read every counted order: its customer (−1 for none), day since 1970, and money."""
    money = ", ".join(
        f"({_IN_SHOPS.format(f'o.{name}')} * {ONE})::bigint AS {name}"
        for name in ("net", "gross", "discount")
    )
    return read_arrays(
        f"""SELECT coalesce(o.customer_id, -1) AS customer_id,
            (o.ordered_at AT TIME ZONE %(zone)s)::date - '1970-01-01'::date AS day,
            (o.units > 0)::int AS sold, {money}
        FROM customers_order AS o WHERE {COUNTED} AND o.ordered_at <= %(as_of)s""",
        {"zone": settings.SHOP_TIME_ZONE, "as_of": as_of},
        customer_id="i4",
        day="i4",
        sold="i2",
        net="i8",
        gross="i8",
        discount="i8",
    )


def keep_figures(figures: list[BuyerFigures], ranked: list[np.ndarray | None]) -> None:
    """Put figures in the place of those there are, with their buyers where these are given."""
    RankedBuyers.objects.all().delete()
    BuyerFigures.objects.all().delete()
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


def _of_month(month: date, as_of: datetime) -> dict:
    return {"month": month, "as_of": as_of, "zone": settings.SHOP_TIME_ZONE}
