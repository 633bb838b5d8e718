"""How soon staff see something on the big shop: first paint of pages, beside plain Django admin.

Chromium opens each page of a gunicorn on loopback in turn, some times; a part that a page fetches
afterwards is timed by itself. Statements are those of one answer, the session's and user's with it.
The peers are the lists Django makes of the same tables when nothing is said of them: they count
all rows, and show fewer columns.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from urllib.request import urlopen

from benchmarks import big_shop
from benchmarks.ports import free_port
from benchmarks.report import Report

SIZES = {"tiny": 1_000, "small": 20_000, "big": 1_000_000}  # customers
ROUNDS = {"tiny": 1, "small": 5, "big": 5}
MOST_SECONDS = 1.0
PART = "(a part)"  # fetched when the page is there
COLUMNS = ["page", "first paint ms", "answered ms", "SQL", "plain Django admin: first paint ms"]
COLUMNS += ["its SQL"]
CUSTOMERS, ORDERS, MOVES = "customers/customer/", "customers/order/", "customers/move/"
PRODUCTS = "products/product/"


@dataclass
class Page:
    """A page of the admin, and its like in the plain one."""

    name: str
    path: str
    peer: str | None = None


def pages() -> list[Page]:
    """Return every page measured."""
    from customers.models import Audience, Customer, Membership, Segment
    from customers.queries.insights.reading import last_build
    from segrec_site.dashboard.choice import choose

    segment = Segment.objects.filter(retired_run=None).first()
    customer = Membership.objects.filter(segment=segment, to_run=None).first().customer_id
    criteria = {"segments": [segment.key], "tiers": ["high"], "active_days": 90}
    audience, _ = Audience.objects.update_or_create(
        name="Measured", defaults={"criteria": criteria}
    )
    middle = Customer.objects.count() // 2
    window = choose({}, last_build(), [segment]).window
    day = f"{last_build().as_of - timedelta(days=7):%Y-%m-%d}"
    own, one = f"customers/segment/{segment.pk}/", f"{CUSTOMERS}{customer}/"
    return [
        Page("dashboard", ""),
        Page("customers", CUSTOMERS, CUSTOMERS),
        Page(
            "customers, half-way down",
            f"{CUSTOMERS}?p={middle // 50}",
            f"{CUSTOMERS}?p={middle // 100}",
        ),
        Page("customers who spent most", f"{CUSTOMERS}?o=-3"),
        Page("customers who ordered last", f"{CUSTOMERS}?o=-4"),
        Page("customers of a segment", f"{CUSTOMERS}?segment={segment.key}"),
        Page("customers by RFM group", f"{CUSTOMERS}?rfm=Champions"),
        Page("customers by last order", f"{CUSTOMERS}?last_order=180"),
        Page("customers by id", f"{CUSTOMERS}?q=c1000"),
        Page("customers of an audience", f"{CUSTOMERS}?audience={audience.pk}"),
        Page("customers who bought", f"{CUSTOMERS}?bought={window}.all"),
        Page("customers who bought most", f"{CUSTOMERS}?bought={window}.top10"),
        Page("customers of a segment who bought", f"{CUSTOMERS}?bought={window}.all.{segment.key}"),
        Page("orders", ORDERS, ORDERS),
        Page("orders of a day", f"{ORDERS}?counted={day}.all"),
        Page("orders of a day, of a segment", f"{ORDERS}?counted={day}.all.{segment.key}"),
        Page("moves", MOVES, MOVES),
        Page("moves into a segment", f"{MOVES}?to={segment.key}"),
        Page("segments", "customers/segment/"),
        Page("a segment", f"{own}change/"),
        Page(f"its map {PART}", f"{own}map/"),
        Page(f"what it buys {PART}", f"{own}products/"),
        Page("a customer", f"{one}change/"),
        Page("audiences", "customers/audience/"),
        Page("an audience", f"customers/audience/{audience.pk}/change/"),
        Page(
            "its count while choosing",
            f"customers/audience/count/?segments={segment.key}&tiers=high",
        ),
        Page("products", PRODUCTS),
        Page("products that sold", f"{PRODUCTS}?sold={window}"),
        Page("runs", "runs/run/"),
    ]


def measure(size: str, *, again: bool) -> Report:
    """Fill a shop, find its segments twice, open its pages."""
    big_shop.use_database(empty=not again)
    if not again:
        big_shop.load(SIZES[size])
        find_segments()
    cookie = log_in()
    customers, orders = big_shop.count("customers_customer"), big_shop.count("customers_order")
    report = Report(
        "admin_speed",
        f"Admin: {customers:,} customers, {orders:,} orders",
        f"make bench ONLY=admin_speed SIZE={size}",
        COLUMNS,
    )
    with served() as url, chromium(url, cookie) as window:
        for page in pages():
            painted, answered = opened(window, f"/admin/{page.path}", ROUNDS[size])
            row = [page.name, painted, answered, statements(f"/admin/{page.path}", cookie)]
            peer = page.peer and f"/plain/{page.peer}"
            if peer:
                row += [opened(window, peer, ROUNDS[size])[0], statements(peer, cookie)]
            report.add(*row, *[None] * (len(COLUMNS) - len(row)))
            if size != "tiny" and painted > 1000 * MOST_SECONDS and PART not in page.name:
                report.broken.append(f"{page.name}: first paint after {painted} ms")
    report.notes.append(
        f"First paint and answer: the quickest of {ROUNDS[size]}. Parts are fetched after the page"
        " is painted; they are kept for a day, and timed here with nothing kept. Plain Django admin"
        " shows the same tables' rows with one column each, and counts them all."
    )
    return report


def find_segments() -> None:
    """Publish segments as of two weeks before the data's end, and as of its end."""
    from customers.queries.clock import data_clock
    from customers.services.insights import refresh_insights
    from customers.services.segments.refreshing import refresh_segments

    refresh_segments(as_of=data_clock().date() - timedelta(weeks=2))
    run = refresh_segments()
    refresh_insights()
    big_shop.execute("VACUUM ANALYZE customers_membership, customers_move, customers_customerscore")
    print(run.status, run.metrics.get("moved"), "moved", flush=True)


def log_in() -> str:
    """Make an administrator; return the session's cookie."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    people = get_user_model().objects
    people.filter(username="measurer").delete()
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(people.create_superuser("measurer"))
    return client.cookies["sessionid"].value


@contextmanager
def served() -> Iterator[str]:
    """Serve the site and its peers as `up` does; give the address."""
    url = f"http://127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "gunicorn", "--bind", url.removeprefix("http://")]
    command += ["--worker-class", "gthread", "--workers", "1", "--threads", "4", "--preload"]
    command += ["--no-control-socket", "benchmarks.admin_served"]
    environment = os.environ | {"SEGREC_PROCESS": "web", "OMP_NUM_THREADS": "1"}
    server = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"{url}/health/ready", server)
        yield url
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def wait_for(url: str, server: subprocess.Popen) -> None:
    """Wait until the server answers."""
    for _ in range(300):
        if server.poll() is not None:
            break
        try:
            urlopen(url).close()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("gunicorn does not answer.")


@contextmanager
def chromium(url: str, cookie: str) -> Iterator:
    """Open a browser window of a laptop, logged in."""
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    path = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        context = browser.new_context(base_url=url, viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": url}])
        yield context.new_page()
        browser.close()


def opened(page, path: str, rounds: int) -> tuple[int, int]:
    """Open a page some times with nothing kept; return the quickest paint and answer."""
    from django.core.cache import cache

    painted, answered = [], []
    for _ in range(rounds):
        cache.clear()
        response = page.goto(path, timeout=120_000)
        if response.status != 200:
            raise SystemExit(f"{path} answered {response.status}")
        page.wait_for_load_state("networkidle")  # its parts are there, and disturb no other
        timing = page.evaluate(
            "[performance.getEntriesByType('paint')[0]?.startTime ?? 0,"
            " performance.getEntriesByType('navigation')[0].responseEnd]"
        )
        painted.append(timing[0] or timing[1])
        answered.append(timing[1])
    return round(min(painted)), round(min(answered))


def statements(path: str, cookie: str) -> int:
    """Count the statements of one answer."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(SERVER_NAME="127.0.0.1")
    client.cookies["sessionid"] = cookie
    settings.ROOT_URLCONF = "benchmarks.admin_peers"
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return len(captured)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="small")
    parser.add_argument("--again", action="store_true", help="use the shop of the last time")
    asked = parser.parse_args()
    report = measure(asked.size, again=asked.again)
    report.publish()
    for promise in report.broken:
        print(f"Not kept: {promise}", file=sys.stderr)
    return 1 if report.broken else 0


if __name__ == "__main__":
    sys.exit(main())
