"""Every link of the admin leads somewhere, with data and without."""

import re
from html import unescape
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from django.db import connection

from customers.services.insights import refresh_insights
from customers.services.orders import upsert_orders
from customers.services.segments.refreshing import refresh_segments
from tests.staff import fill_shop

pytestmark = pytest.mark.django_db

LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"')
FIRST_ID, ID_AS_A_NUMBER = 12_001, re.compile(r"\b12,0\d\d\b")
DEPTH = 4


@pytest.fixture(autouse=True)
def ids_of_an_old_site(db) -> None:
    """Begin all ids where a number would be written with a comma."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER SEQUENCE "{name}" RESTART {FIRST_ID}')


def shape(url: str) -> tuple:
    """Links that differ only in the values they filter by are one."""
    parts = urlsplit(url)
    return parts.path, *sorted(parse_qs(parts.query, keep_blank_values=True))


def broken_links(client, start: str) -> tuple[list, int]:
    """Follow all links of the pages below one; return those that fail, and how many there are.

    A page that writes an id as if it were a number fails too.
    """
    seen, wave, broken = {shape(start)}, [(start, "")], []
    for _ in range(DEPTH):
        following = []
        for url, source in wave:
            response = client.get(url, follow=True)
            if response.status_code >= 400:
                broken.append((response.status_code, url, source))
            text = response.content.decode() if url.startswith(start) else ""
            if ID_AS_A_NUMBER.search(text):
                broken.append((ID_AS_A_NUMBER.findall(text), url, source))
            for link in LINK.findall(text):
                found = urljoin(url, unescape(link)).split("#")[0]
                if found.startswith("/") and shape(found) not in seen:
                    seen.add(shape(found))
                    following.append((found, url))
        wave = following
    return broken, len(seen)


def order(name: str, **over) -> dict:
    """Return an order of a customer of its own."""
    at = over.pop("ordered_at", "2025-02-03")
    line = {"order_id": name, "line_no": 1, "ordered_at": at, "customer_id": f"of-{name}"}
    return line | {"product_id": "p1", "unit_price": "9.50"} | over


def test_no_link_of_a_filled_admin_is_broken(admin_client):
    fill_shop()

    broken, followed = broken_links(admin_client, "/admin/")

    assert broken == []
    assert followed > 40


def test_no_link_of_an_empty_admin_is_broken(admin_client):
    broken, followed = broken_links(admin_client, "/admin/")

    assert broken == []
    assert followed > 10


SMALL_SHOPS = {
    "one order": [order("a")],
    "three currencies": [order("a"), order("b", currency="GBP"), order("c", currency="SEK")],
    "a month": [order(f"o{n}", ordered_at=f"2025-02-{n:02}") for n in range(1, 26)],
    "only returns": [order("a", quantity=-1)],
}


@pytest.mark.slow
@pytest.mark.parametrize("orders", SMALL_SHOPS.values(), ids=SMALL_SHOPS)
def test_no_page_of_a_small_shop_breaks(admin_client, orders):
    upsert_orders(orders)
    refresh_segments()
    refresh_insights()

    broken, followed = broken_links(admin_client, "/admin/")

    assert broken == []
    assert followed > 30
