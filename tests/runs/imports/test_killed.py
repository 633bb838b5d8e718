"""A killed import leaves nothing behind; the next one ends as if it had not been."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from benchmarks.import_speed import write_orders
from runs.models import Import
from segrec_site import embedded

pytestmark = pytest.mark.django_db(transaction=True)
PROJECT = Path(__file__).parents[3]
# All that an import writes, by the shop's own ids: one line of text a table, whatever our keys.
WRITTEN = {
    "products": "SELECT external_id, title, visible FROM products_product",
    "customers": "SELECT external_id, is_guest FROM customers_customer",
    "orders": "SELECT o.external_id, c.external_id, ordered_at, status, units, gross, net"
    " FROM customers_order AS o JOIN customers_customer AS c ON c.id = o.customer_id",
    "lines": "SELECT o.external_id, line_no, p.external_id, quantity, unit_price, l.net"
    " FROM customers_orderline AS l JOIN customers_order AS o ON o.id = l.order_id"
    " JOIN products_product AS p ON p.id = l.product_id",
    "totals": "SELECT c.external_id, order_count, t.units, t.gross, t.net, season_orders,"
    " round(decayed_spend::numeric, 6) FROM customers_customertotal AS t"
    " JOIN customers_customer AS c ON c.id = t.customer_id",
}


def digests() -> dict[str, tuple]:
    """Return how many rows each table has, and a sum of their hashes."""
    found = {}
    with connection.cursor() as cursor:
        for name, query in WRITTEN.items():
            hashes = "coalesce(sum(hashtextextended(r::text, 0)), 0)"
            cursor.execute(f"SELECT count(*), {hashes} FROM ({query}) AS r")
            found[name] = cursor.fetchone()
    return found


def forget_all() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE customers_order, customers_orderline, customers_customer, products_product,"
            " products_category, customers_shop, runs_import CASCADE"
        )


def start_import(file: Path) -> subprocess.Popen:
    """Import by command, in a process of its own, into this test's database."""
    servers = embedded.urls(settings.SEGREC_VAR)
    database = urlsplit(settings.DATABASE_URL or servers.database)
    environment = os.environ | {
        "DATABASE_URL": database._replace(path=f"/{connection.settings_dict['NAME']}").geturl(),
        "REDIS_URL": settings.REDIS_URL or servers.redis,
    }
    command = [sys.executable, PROJECT / "manage.py", "import_orders", file]
    return subprocess.Popen(command, env=environment)


def wait_for_servers() -> None:
    """Wait until the server has let go of killed clients; a statement under way ends first."""
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    with connection.cursor() as cursor:
        for _ in range(600):
            cursor.execute(
                f"{others} AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            if not cursor.fetchone()[0]:
                return
            time.sleep(0.5)
    raise TimeoutError("a killed import goes on")


@pytest.mark.slow
def test_an_import_killed_ten_times_is_as_if_it_had_not_been(tmp_path):
    file = tmp_path / "orders.csv"
    lines = write_orders(file, 0, 330_000)
    began = time.monotonic()
    assert start_import(file).wait() == 0
    seconds = time.monotonic() - began
    undisturbed = digests()
    forget_all()
    nothing = digests()

    for _ in range(10):
        doomed = start_import(file)
        time.sleep(random.random() * seconds)
        doomed.kill()
        doomed.wait()
        wait_for_servers()
        assert digests() in (nothing, undisturbed)
    assert start_import(file).wait() == 0

    assert digests() == undisturbed
    assert undisturbed["lines"][0] == lines > 990_000
    assert Import.objects.filter(status="done").exists()
