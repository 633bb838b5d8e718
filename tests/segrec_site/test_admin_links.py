"""Every link of the admin leads somewhere, with data and without."""

import re
from html import unescape
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest

from customers.models import CustomerScore, CustomerTotal, Move, Shop
from runs.models import Import, Run
from tests.factories import NOW, make_customer, make_order, make_product, make_run, make_segment

pytestmark = pytest.mark.django_db

LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"')
DEPTH = 4


def shape(url: str) -> tuple:
    """Links that differ only in the values they filter by are one."""
    parts = urlsplit(url)
    return parts.path, *sorted(parse_qs(parts.query, keep_blank_values=True))


def broken_links(client, start: str) -> tuple[list, int]:
    """Follow all links from a page; return those that fail with where they stood, and how many."""
    seen, wave, broken = {shape(start)}, [(start, "")], []
    for _ in range(DEPTH):
        following = []
        for url, source in wave:
            response = client.get(url, follow=True)
            if response.status_code >= 400:
                broken.append((response.status_code, url, source))
            for link in LINK.findall(response.content.decode(errors="replace")):
                found = urljoin(url, unescape(link)).split("#")[0]
                if found.startswith("/") and shape(found) not in seen:
                    seen.add(shape(found))
                    following.append((found, url))
        wave = following
    return broken, len(seen)


@pytest.fixture
def shop():
    """A shop with one of everything."""
    Shop.objects.create(currency="EUR")
    before, run = make_run(status="superseded"), make_run(metrics={"customers": 1})
    for status in {*Run.Status.values} - {"published", "superseded", "running"}:
        make_run("similar", status, reasons=[{"code": "few", "text": "Too few."}])
    ada, product = make_customer(first_name="Ada", country="DE"), make_product(product_type="Mugs")
    make_order(ada, product)
    CustomerTotal.objects.create(customer=ada, order_count=1, net=10, last_order_at=NOW)
    CustomerScore.objects.create(
        customer=ada, rfm_code="555", rfm_name="Champions", value_tier="high", from_run=run
    )
    gone = make_segment(before, retired_run=run)
    segment = make_segment(run, ada)
    Move.objects.create(
        run=run, customer=ada, from_segment=gone, to_segment=segment, cause="model", at=NOW
    )
    Import.objects.create(kind="orders", status="done", file_name="orders.csv")


def test_no_link_of_a_filled_admin_is_broken(admin_client, shop):
    broken, followed = broken_links(admin_client, "/admin/")

    assert broken == []
    assert followed > 40


def test_no_link_of_an_empty_admin_is_broken(admin_client):
    broken, followed = broken_links(admin_client, "/admin/")

    assert broken == []
    assert followed > 10
