"""How fast a file of order lines is imported, beside COPY and SQL that look at nothing.

The floor copies the same file as it is and upserts the same rows into the same tables, with their
constraints, by the same server; it checks no cell, counts no row, keeps no totals.
"""

import argparse
import tempfile
from pathlib import Path

from benchmarks import apart
from benchmarks.report import Report

SIZES = {"tiny": 1_000, "small": 100_000, "big": 3_300_000}  # orders, of three lines each
LINES_AN_ORDER = 3.03
LEAST_SHARE, MOST_MB = 0.6, 200
AT_ONCE = 100_000
COLUMNS = ["who", "lines", "lines a second", *apart.COLUMNS]
TABLES = (
    "customers_order, customers_orderline, customers_customer, products_product, customers_shop"
)
COPIED = """
    CREATE TEMP TABLE copied (order_id text, line_no int, ordered_at timestamptz, customer_id text,
        status text, currency text, product_id text, quantity int, unit_price numeric,
        discount numeric)"""
UPSERTS = """
    ANALYZE copied;
    INSERT INTO products_product (external_id, title, description, product_type, brand, currency,
            availability, link, image_link, item_group_id, gtin, visible, attributes, created_at,
            updated_at)
        SELECT DISTINCT product_id, product_id, '', '', '', '', 'in_stock', '', '', '', '', false,
            '{}'::jsonb, now(), now() FROM copied ON CONFLICT DO NOTHING;
    INSERT INTO customers_customer (external_id, is_guest, email, first_name, last_name, country,
            region, marketing_consent, profiling_opt_out, attributes, updated_at)
        SELECT DISTINCT customer_id, false, '', '', '', '', '', false, false, '{}'::jsonb, now()
        FROM copied ON CONFLICT DO NOTHING;
    ANALYZE customers_customer, products_product;
    INSERT INTO customers_order AS o (external_id, customer_id, ordered_at, status, currency, rate,
            units, gross, discount, returned, net)
        SELECT l.order_id, min(c.id), min(ordered_at), min(status), min(currency), 1,
            sum(quantity), sum(quantity * unit_price), sum(discount), 0,
            sum(quantity * unit_price - discount)
        FROM copied AS l JOIN customers_customer AS c ON c.external_id = l.customer_id
        GROUP BY l.order_id
        ON CONFLICT (external_id) DO UPDATE SET customer_id = excluded.customer_id,
            ordered_at = excluded.ordered_at, status = excluded.status, units = excluded.units,
            gross = excluded.gross, discount = excluded.discount, net = excluded.net;
    ANALYZE customers_order;
    INSERT INTO customers_orderline
            (order_id, line_no, product_id, quantity, unit_price, discount, net)
        SELECT o.id, l.line_no, p.id, l.quantity, l.unit_price, l.discount,
            l.quantity * l.unit_price - l.discount
        FROM copied AS l JOIN customers_order AS o ON o.external_id = l.order_id
        JOIN products_product AS p ON lower(p.external_id) = lower(l.product_id)
        ON CONFLICT (order_id, line_no) DO UPDATE SET product_id = excluded.product_id,
            quantity = excluded.quantity, unit_price = excluded.unit_price,
            discount = excluded.discount, net = excluded.net"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", choices=list(SIZES), default="small")
    size = parser.parse_args().size
    from benchmarks import big_shop  # pandas with it, which the measured processes do without

    report = Report(
        "import_speed",
        "Import of order lines: speed",
        f"make bench ONLY=import_speed SIZE={size}",
        COLUMNS,
    )
    big_shop.use_database()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "orders.csv"
        lines = write_orders(file, 0, SIZES[size])
        found = []
        for who, work in (
            ("raw COPY into a bare table", copy_alone),
            ("floor: raw COPY and upsert in SQL", copy_and_upsert),
            ("segrec, import_orders", import_file),
        ):
            big_shop.execute(f"TRUNCATE {TABLES} CASCADE")
            _, took = apart.measure(work, file)
            found.append(took)
            report.add(who, lines, round(lines / took[0]), *took)
    _, floor, segrec = found
    wall, cpu = floor[0] / segrec[0], (floor[1] + floor[2]) / (segrec[1] + segrec[2])
    report.notes.append(
        f"Against the floor: {wall:.0%} of its speed by the clock, {cpu:.0%} by CPU seconds."
        " Totals, counts and checks are in segrec's figures and not in the floor's."
    )
    if size != "tiny" and max(wall, cpu) < LEAST_SHARE:
        report.broken.append(f"speed: {wall:.0%} of the floor")
    if segrec[3] > MOST_MB:
        report.broken.append(f"memory: {segrec[3]:.0f} MB")
    report.publish()
    raise SystemExit(1 if report.broken else 0)


def write_orders(path: Path, first: int, count: int) -> int:
    """Write a canonical file of so many orders; return its lines."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import csv

    random, lines = np.random.default_rng(first), 0
    with path.open("wb") as file:
        for begin in range(first, first + count, AT_ONCE):
            orders = np.arange(begin, min(begin + AT_ONCE, first + count))
            of = np.repeat(orders, random.poisson(LINES_AN_ORDER - 1, len(orders)) + 1)
            at = np.datetime64("2023-01-01T00:00:00") + (orders * 10).astype("timedelta64[s]")
            buyers = (random.random(len(orders)) ** 2 * count * 0.3).astype(int)
            row = of - begin
            table = {
                "order_id": [f"o{order}" for order in of],
                "line_no": np.arange(len(of)) - np.searchsorted(of, of) + 1,
                "ordered_at": np.datetime_as_string(at)[row],
                "customer_id": [f"c{buyer}" for buyer in buyers[row]],
                "status": ["paid"] * len(of),
                "currency": ["EUR"] * len(of),
                "product_id": [f"p{n}" for n in random.zipf(1.3, len(of)) % 100_000],
                "quantity": random.integers(1, 4, len(of)),
                "unit_price": np.round(random.gamma(2, 8, len(of)) + 1, 2),
                "discount": np.round(random.random(len(of)) * (random.random(len(of)) < 0.2), 2),
            }
            options = csv.WriteOptions(include_header=begin == first, quoting_style="none")
            csv.write_csv(pa.table(table), file, options)
            lines += len(of)
    return lines


def copy_alone(path: Path) -> None:
    """Copy the file into a table without constraints."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(COPIED)
        with (
            path.open("rb") as file,
            cursor.copy("COPY copied FROM STDIN (FORMAT csv, HEADER)") as copy,
        ):
            while block := file.read(1 << 20):
                copy.write(block)


def copy_and_upsert(path: Path) -> None:
    """Copy the file, then write its rows into the shop's tables by set."""
    from django.db import connection, transaction

    with transaction.atomic():
        copy_alone(path)
        with connection.cursor() as cursor:
            cursor.execute(UPSERTS)


def import_file(path: Path) -> None:
    """Import the file as `import_orders` does."""
    from customers.services.orders import import_orders

    import_orders(path)


if __name__ == "__main__":
    main()
