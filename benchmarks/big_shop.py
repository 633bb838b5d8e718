"""A big shop in a database of its own: customers of seven kinds, their orders, lines and totals."""

import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.catalogue import fashion
from benchmarks.simulator import N_CATEGORIES, PRODUCTS_A_CATEGORY, SEVEN, START, simulate

SIZES = {"small": 100_000, "big": 1_000_000}  # customers, with 3.3 orders and 10 lines each
PRODUCTS = 100_000
PACE = 0.29  # of the simulator's orders a year, for 3.3 orders a customer in two years
ARCHETYPES = tuple(replace(kind, orders_a_year=PACE * kind.orders_a_year) for kind in SEVEN)
AT_ONCE = 50_000
NUMBERED = ("products_category", "products_product", "customers_customer", "customers_order")
STAGED = ("customer", "ordered", "at", "product", "quantity", "unit_price", "discount")

_STAGING = """
    CREATE UNLOGGED TABLE bench_line (customer int, ordered bigint, at float8, product int,
        quantity int, unit_price float8, discount float8)"""
_CATALOGUE = """
    INSERT INTO customers_shop (id, currency, is_demo, key_mark) VALUES (1, 'EUR', false, '');
    INSERT INTO products_category (id, name)
        SELECT n, 'Category ' || n FROM generate_series(1, {categories}) AS n;
    INSERT INTO products_product (id, external_id, title, description, product_type, category_id,
            brand, currency, availability, link, image_link, item_group_id, gtin, visible,
            attributes, created_at, updated_at)
        SELECT n, 'p' || n, 'Product ' || n, '', 'Category ' || c, c,
            '', 'EUR', 'in_stock', '', '', '', '', true, '{{}}', now(), now()
        FROM generate_series(1, {products}) AS n,
            LATERAL (SELECT (n - 1) % {categories} + 1 AS c)"""
_CUSTOMERS = """
    INSERT INTO customers_customer (id, external_id, is_guest, email, first_name, last_name,
            country, region, marketing_consent, profiling_opt_out, attributes, updated_at)
        SELECT n, 'c' || n, false, '', '', '', '', '', true, false, '{}', now()
        FROM generate_series(1, %s) AS n"""
_ORDERS = """
    INSERT INTO customers_order (id, external_id, customer_id, ordered_at, status, currency, rate,
            units, gross, discount, returned, net)
        SELECT id, 'o' || id, customer, at, 'paid', 'EUR', 1, units, gross, discount, returned,
            gross - discount - returned
        FROM (SELECT ordered AS id, min(customer) AS customer, to_timestamp(min(at)) AS at,
            sum(greatest(quantity, 0)) AS units,
            sum(greatest(quantity, 0) * unit_price::numeric) AS gross,
            sum(discount::numeric) AS discount,
            sum(greatest(-quantity, 0) * unit_price::numeric) AS returned
            FROM bench_line GROUP BY ordered ORDER BY ordered) AS heads"""
_LINES = """
    INSERT INTO customers_orderline
            (order_id, line_no, product_id, quantity, unit_price, discount, net)
        SELECT ordered, row_number() OVER (PARTITION BY ordered), product, quantity,
            unit_price::numeric, discount::numeric,
            quantity * unit_price::numeric - discount::numeric
        FROM bench_line"""


def use_database(*, empty: bool = True) -> None:
    """Start or find servers of the benchmarks' own, with a shop in the newest schema."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "segrec_site.settings")
    var = Path(os.environ.setdefault("SEGREC_VAR", str(Path("var/bench").absolute())))
    from segrec_site import embedded

    embedded.ensure(var)
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    if empty:
        clear()


def clear() -> None:
    """Leave nothing of a shop."""
    execute(
        "TRUNCATE products_category, products_product, customers_customer, customers_order,"
        " customers_orderline, customers_segment, runs_run, customers_shop RESTART IDENTITY CASCADE"
    )


def load(
    n_customers: int, *, seed: int = 7, fold: int = 1, n_products: int = PRODUCTS
) -> dict[str, int]:
    """Fill the empty shop; return how many customers, orders and lines it has.

    With `fold` the same customers order so many times as often. Foreign keys are not checked
    while the rows are written; totals are summed at the end.
    """
    from customers.queries.totals import recompute_totals
    from runs.blocks import write_blocks

    execute("DROP TABLE IF EXISTS bench_line")
    execute(_STAGING)
    lines = write_blocks("bench_line", STAGED, _parts(n_customers, seed, fold, n_products))
    execute("ANALYZE bench_line")
    execute("SET session_replication_role = replica")
    products = _CATALOGUE.format(categories=N_CATEGORIES, products=n_products)
    for statement in (products, _CUSTOMERS.replace("%s", str(n_customers)), _ORDERS, _LINES):
        execute(statement)
    execute("SET session_replication_role = DEFAULT")
    for table in NUMBERED:
        execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
    execute("DROP TABLE bench_line")
    execute("ANALYZE")
    recompute_totals()
    execute("VACUUM ANALYZE")
    return {"customers": n_customers, "orders": count("customers_order"), "lines": lines}


def execute(sql: str) -> None:
    """Run statements."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)


def count(table: str) -> int:
    """Count rows."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


def category_of(product: int) -> str:
    """Return the category of a product by its number, from 1."""
    return f"Category {(product - 1) % N_CATEGORIES + 1}"


def describe_products(n_products: int) -> None:
    """Import texts and attributes of all products, each in its category."""
    from products.services import import_products

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "products.ndjson"
        with path.open("w") as file:
            for number, product in enumerate(fashion(n_products), 1):
                row = product | product["attributes"] | {"id": f"p{number}"}
                row["product_type"] = f"{category_of(number)} > {row['product_type']}"
                del row["attributes"]
                file.write(json.dumps(row) + "\n")
        import_products(path)


def _parts(
    n_customers: int, seed: int, fold: int, n_products: int
) -> Iterator[dict[str, np.ndarray]]:
    """Simulate so many customers at a time; ids go on from part to part."""
    orders = 0
    random = np.random.default_rng(seed)
    for number, first in enumerate(range(0, n_customers * fold, AT_ONCE)):
        size = min(AT_ONCE, n_customers * fold - first)
        lines = simulate(size, seed=seed + number, archetypes=ARCHETYPES).lines
        customer = lines["customer_id"].str.removeprefix("c").to_numpy().astype(np.int32)
        ordered = lines["order_id"].to_numpy().astype(np.int64) + orders + 1
        category = lines["product_id"].str.removeprefix("p").to_numpy().astype(np.int32)
        category //= PRODUCTS_A_CATEGORY
        within = random.integers(0, n_products // N_CATEGORIES, len(lines)).astype(np.int32)
        at = (lines["ordered_at"] - START).dt.total_seconds() + START.timestamp()
        yield {
            "customer": (customer + first) % n_customers + 1,
            "ordered": ordered,
            "at": at.to_numpy(),
            "product": within * N_CATEGORIES + category + 1,
            "quantity": lines["quantity"].to_numpy().astype(np.int32),
            "unit_price": lines["unit_price"].to_numpy(),
            "discount": lines["discount"].to_numpy(),
        }
        orders = int(ordered.max())
