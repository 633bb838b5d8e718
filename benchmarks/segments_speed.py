"""How fast segments of a big shop are refreshed, beside the way of notebooks.

The notebook reads all order lines into pandas, groups them, fits K-Means on recency, frequency and
money, and writes a label for each customer. segrec starts from the totals that imports keep, and
writes who moved.
"""

import argparse
import os
import time
from datetime import timedelta
from pathlib import Path

os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

import numpy as np

from benchmarks import apart, big_shop
from benchmarks.apart import Took, measure
from benchmarks.report import Report

# Customers, with 3.3 orders and 10 lines each.
SIZES = {"tiny": 4_000, "small": 20_000, "big": 1_000_000}
NEW_ORDERS = 0.01
COLUMNS = ["what", "lines", *apart.COLUMNS, "customers moved"]
# Of the big shop; of smaller ones the start of a process is the most, and a notebook has no gates.
TIMES_FASTER = {"big": {"frozen": 10, "refit": 2}, "small": {"frozen": 1}, "tiny": {}}
SHARE_OF_MEMORY, MOST_MB = {("big", "frozen"): 0.1}, 1_000
HISTORY = ("customers_order", "customers_orderline")
K = 6


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", choices=list(SIZES), default="small")
    size = parser.parse_args().size
    report = Report(
        "segments_speed",
        "Segments: speed",
        f"make bench ONLY=segments_speed SIZE={size}",
        COLUMNS,
        why="decisions/segments.md",
    )
    big_shop.use_database()
    shop = big_shop.load(SIZES[size])
    report.notes.append(
        f"{shop['customers']:,} customers, {shop['orders']:,} orders, {shop['lines']:,} lines."
    )
    found = whole_shop(report, shop["lines"])
    new_orders(report, shop)
    judge(report, found, size)
    report.publish()
    raise SystemExit(1 if report.broken else 0)


def whole_shop(report: Report, lines: int) -> dict[str, Took]:
    """Refresh as notebooks do, and as segrec does: first, a week later, and with a new model."""
    ways = {
        "notebook": ("notebook: lines to pandas, K-Means, a label each", notebook),
        "sums": ("floor: one SQL aggregate over the lines", aggregate_lines),
        "totals": ("floor: reading the kept totals", read_totals),
        "first": ("segrec, first run, a week ago: totals summed for then", refresh_a_week_ago),
        "frozen": ("segrec, model frozen", refresh),
        "refit": ("segrec, new model: number, stability, gates", refit),
    }
    found = {}
    for name, (what, work) in ways.items():
        moved, found[name] = measure(work)
        report.add(what, lines, *found[name], moved)
    return found


def new_orders(report: Report, shop: dict[str, int]) -> None:
    """Import 1 % more orders, refresh, and count which rows of the history that reads."""
    count = round(NEW_ORDERS * shop["orders"])
    added, took = measure(import_orders, count, shop["customers"])
    report.add(f"segrec, import of {count:,} new orders, totals kept", added, *took, None)
    before = rows_read()
    moved, took = measure(refresh)
    report.add("segrec, model frozen, after these", shop["lines"] + added, *took, moved)
    orders, lines = (now - then for now, then in zip(rows_read(), before, strict=True))
    late = recent_orders()
    report.notes.append(
        f"After the new orders a refresh read {orders:,} rows of orders, of which {late:,} of the"
        f" last twelve weeks for the alarm, and {lines:,} of {shop['lines'] + added:,} lines."
    )
    if lines > 0 or orders > 3 * late + 1_000:
        report.broken.append("a refresh went over the history")


def judge(report: Report, found: dict[str, Took], size: str) -> None:
    """Say how segrec compares with the notebook, and what was promised of that at this size."""
    peer = found["notebook"]
    for name in ("frozen", "refit"):
        took, times = found[name], TIMES_FASTER[size].get(name, 0)
        faster, cpu = peer[0] / took[0], sum(peer[1:3]) / sum(took[1:3])
        report.notes.append(
            f"{name.capitalize()}: {faster:.1f} times as fast as the notebook by the clock,"
            f" {cpu:.1f} times by CPU seconds, with {took[3] / peer[3]:.0%} of its memory."
        )
        share = SHARE_OF_MEMORY.get((size, name))
        most = share * peer[3] if share else MOST_MB
        if max(faster, cpu) < times:
            report.broken.append(f"{name}: {faster:.1f} times as fast, promised {times}")
        if took[3] > most:
            report.broken.append(f"{name}: {took[3]:,} MB, promised {most:,.0f}")


def notebook() -> None:
    """Segment as a notebook would."""
    import pandas as pd
    from django.db import connection
    from sklearn.cluster import KMeans
    from sklearn.preprocessing import StandardScaler

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.id, o.customer_id, o.ordered_at, l.quantity * l.unit_price - l.discount"
            " FROM customers_orderline AS l JOIN customers_order AS o ON o.id = l.order_id"
        )
        lines = pd.DataFrame(cursor.fetchall(), columns=["order", "customer", "at", "net"])
        lines["net"] = lines["net"].astype(float)
        as_of = lines["at"].max()
        sums = lines.groupby("customer").agg(
            recency=("at", lambda at: (as_of - at.max()).days),
            frequency=("order", "nunique"),
            money=("net", "sum"),
        )
        scaled = StandardScaler().fit_transform(sums)
        labels = KMeans(K, n_init=10, random_state=1).fit_predict(scaled)
        cursor.execute("CREATE TEMP TABLE bench_label (customer int PRIMARY KEY, label int)")
        rows = zip(sums.index.tolist(), labels.tolist(), strict=True)
        cursor.executemany("INSERT INTO bench_label VALUES (%s, %s)", list(rows))


def aggregate_lines() -> None:
    """Sum all lines by customer in SQL, and read the sums."""
    _fetch(
        "SELECT o.customer_id, max(o.ordered_at), count(DISTINCT o.id), sum(l.net)"
        " FROM customers_orderline AS l JOIN customers_order AS o ON o.id = l.order_id GROUP BY 1"
    )


def read_totals() -> None:
    """Read the kept totals of all customers as a refresh does."""
    from customers.queries.clock import data_clock
    from customers.queries.frames import customer_totals

    customer_totals(data_clock())


def refresh_a_week_ago() -> int:
    """Refresh for the first time, as of a week before the newest order."""
    from customers.queries.clock import data_clock

    return _refreshed(as_of=(data_clock() - timedelta(weeks=1)).date())


def refresh() -> int:
    """Refresh with the model there is."""
    return _refreshed(refitted=False)


def refit() -> int:
    """Refresh with a new model."""
    return _refreshed(refit=True)


def _refreshed(refitted: bool = True, **asked) -> int:
    from customers.services.segments.refreshing import refresh_segments

    run = refresh_segments(**asked)
    if run.status != "published" or run.metrics["refitted"] != refitted:
        raise SystemExit(f"{run} is {run.status}: {run.reasons} {run.error}")
    return run.metrics["moved"]


def import_orders(count: int, customers: int, products: int = big_shop.PRODUCTS) -> int:
    """Import a file of so many new orders of known customers, all of the newest day."""
    import csv
    import tempfile

    from customers.queries.clock import data_clock
    from customers.services import orders

    random = np.random.default_rng(1)
    day = data_clock().date().isoformat()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "more.csv"
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["order_id", "ordered_at", "customer_id", "product_id", "unit_price"])
            for number in range(count):
                who, what = random.integers(1, [customers + 1, products - 1])
                for line in range(3):
                    writer.writerow([f"new{number}", day, f"c{who}", f"p{what + line}", 19.9])
        orders.import_orders(path)
    return 3 * count


def rows_read() -> tuple[int, ...]:
    """Return how many rows of orders and of lines the server has read so far."""
    time.sleep(2)  # until the statistics of processes that have ended are in
    read = dict(
        _fetch(
            "SELECT relname, seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables"
            " WHERE relname = ANY(%s)",
            [list(HISTORY)],
        )
    )
    return tuple(int(read[table]) for table in HISTORY)


def recent_orders() -> int:
    """Return how many orders are of the last twelve weeks."""
    from customers.queries.clock import data_clock

    since = data_clock() - timedelta(days=84)
    return _fetch("SELECT count(*) FROM customers_order WHERE ordered_at > %s", [since])[0][0]


def _fetch(sql: str, params: list | None = None) -> list[tuple]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


if __name__ == "__main__":
    main()
