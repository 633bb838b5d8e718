"""How work grows with the shop: CPU, memory, disk of every job, at sizes each twice the last.

CPU seconds are those of the job's process and of its server process. The power says how they grow:
1 is in step with the shop. What a larger shop takes is told from the largest measured and the
power, as docs/scaling.md does.
"""

import argparse
import math
from collections import defaultdict
from collections.abc import Callable

from benchmarks import apart, big_shop, segments_speed
from benchmarks.report import Report

# Customers, with 3.3 orders and 11 lines each, and products of the catalogue.
SIZES = {
    "tiny": [(1_000, 480), (2_000, 960)],
    "small": [(4_000, 2_000), (8_000, 4_000), (16_000, 8_000)],
    "big": [(50_000, 25_000), (100_000, 50_000), (200_000, 100_000)],
}
COLUMNS = ["job", "customers", "products", "lines", "CPU seconds", "peak MB", "power of CPU"]
# A job's CPU may grow so much: in step with the shop, and some noise.
MOST_POWER = 1.6
TABLES = {
    "an order line": ("customers_orderline", "customers_orderline"),
    "an order": ("customers_order", "customers_order"),
    "a customer, with totals, scores and segments": (
        "customers_customer",
        "customers_customer, customers_customertotal, customers_customercategorytotal,"
        " customers_customerscore, customers_membership, customers_move",
    ),
    "a product": ("products_product", "products_product"),
    "a product's lists, a run": (
        "products_product",
        "recommendations_similarlist, recommendations_togetherlist, recommendations_itemweight",
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", choices=list(SIZES), default="small")
    size = parser.parse_args().size
    report = Report(
        "scaling", "How work grows with the shop", f"make bench ONLY=scaling SIZE={size}", COLUMNS
    )
    found = defaultdict(list)
    for customers, products in SIZES[size]:
        big_shop.use_database()
        shop = big_shop.load(customers, n_products=products)
        for job, work in JOBS.items():
            _, took = apart.measure(work, products)
            found[job].append((customers, products, shop["lines"], took[1] + took[2], took[3]))
            is_last = customers == SIZES[size][-1][0]
            report.add(job, *found[job][-1], _power(found[job]) if is_last else None)
    report.rows.sort(key=lambda row: [*JOBS].index(row[0]))
    for job, rows in found.items():
        power = _power(rows)
        if size != "tiny" and power > MOST_POWER:
            report.broken.append(f"{job} grows with the shop to the power {power:.2f}")
    report.notes.append(bytes_on_disk())
    report.publish()
    raise SystemExit(1 if report.broken else 0)


def first_segments(products: int) -> int:
    """Find segments for the first time, as of a week ago."""
    return segments_speed.refresh_a_week_ago()


def next_segments(products: int) -> int:
    """Move customers between the segments there are."""
    return segments_speed.refresh()


def sums(products: int) -> None:
    """Bring the dashboard's sums up to date, from nothing."""
    from django.core.management import call_command

    call_command("refresh_insights")


def similar(products: int) -> None:
    """Find what is like each product."""
    _refresh("similar")


def together(products: int) -> None:
    """Find what is bought with each product."""
    _refresh("bought-together")


def personal(products: int) -> None:
    """Learn what a purchase says of others."""
    _refresh("personal")


def orders(products: int) -> int:
    """Import a file with one more order of each customer, of three lines."""
    customers = big_shop.count("customers_customer")
    return segments_speed.import_orders(customers, customers, products)


JOBS: dict[str, Callable] = {
    "products: import with texts": big_shop.describe_products,
    "segments: a new model": first_segments,
    "segments: the nightly run": next_segments,
    "dashboard: all sums": sums,
    "similar products": similar,
    "bought together": together,
    "for a customer: item weights": personal,
    "orders: import of one a customer": orders,
}


def bytes_on_disk() -> str:
    """Say what a row of each kind takes on disk, with its indexes."""
    from django.db import connection

    parts = []
    with connection.cursor() as cursor:
        for what, (counted, tables) in TABLES.items():
            sizes = " + ".join(
                f"pg_total_relation_size('{name.strip()}')" for name in tables.split(",")
            )
            cursor.execute(f"SELECT ({sizes}) / greatest(count(*), 1) FROM {counted}")
            parts.append(f"{what} {cursor.fetchone()[0]:,}")
    return f"Bytes on disk, with indexes: {'; '.join(parts)}."


def _refresh(kind: str) -> None:
    from django.core.management import call_command

    call_command("refresh_recommendations", only=kind)


def _power(rows: list[tuple]) -> float:
    first, last = rows[0], rows[-1]
    return math.log(last[3] / first[3]) / math.log(last[0] / first[0])


if __name__ == "__main__":
    main()
