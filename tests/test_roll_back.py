"""A roll-back returns the previous answers of the API, byte for byte but for `run`.

A customer's history is a ledger, which a roll-back adds to.
"""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from customers.models import Customer
from customers.queries.totals import recompute_totals
from customers.services.segments.refreshing import refresh_segments
from products.models import Product
from products.services import upsert_products
from recommendations.services.freshness import refresh_neighbours
from runs.services import request_run, roll_back, work_on
from tests.api import Caller, crm
from tests.customers.services.segments.shops import LAST_DAY, load_shop
from tests.factories import make_order, make_product
from tests.recommendations.test_personal import two_tastes

pytestmark = pytest.mark.django_db
NOT_COMPARED = re.compile(rb'"run":\{[^}]*\}|"history":\[.*?\]')
WORDS = ["red", "blue", "wool", "silk", "tall", "short", "round", "old", "new", "fine"]
LAST_EVENING = datetime(2023, 12, 31, 20, tzinfo=UTC)  # of the simulated shop
SIMILAR = ("", "?limit=3&explain=true", "?min_score=0.1&one_per_group=false&limit=40")


def answers(caller: Caller, paths: list[str]) -> dict[str, tuple]:
    """Return what each path answers, without what may differ."""
    found = {path: caller.get(path) for path in paths}
    assert {answer.status_code for answer in found.values()} == {200}
    return {
        path: (NOT_COMPARED.sub(b"", answer.content), answer.get("Content-Type"))
        for path, answer in found.items()
    }


def test_similar_products_are_those_of_the_run_before():
    caller = crm()
    for n in range(24):
        title = " ".join(WORDS[(n * k + n // 7) % 10] for k in (1, 3, 7))
        make_product(external_id=f"p/{n}", title=title, price=n % 9 + 1)
    paths = [
        f"/products/{quote(product, safe='')}/similar/{query}"
        for product in Product.objects.values_list("external_id", flat=True)
        for query in SIMILAR
    ]
    work_on(request_run("similar"), to_the_end=True)
    upsert_products([{"id": f"p/{n}", "title": f"Rare thing {n % 4}"} for n in range(8)])
    refresh_neighbours()
    before = answers(caller, paths)

    work_on(request_run("similar"), to_the_end=True)  # weighs the changed words anew
    between = answers(caller, paths)
    roll_back("similar")

    assert answers(caller, paths) == before
    assert sum(between[path] != before[path] for path in paths) > len(paths) / 2


def test_segments_and_their_members_are_those_of_the_run_before():
    load_shop(n_customers=200)
    caller = crm()
    refresh_segments(as_of=LAST_DAY - timedelta(weeks=8), k=5)
    keys = [segment["key"] for segment in caller.get("/segments/").json()["results"]]
    ids = Customer.objects.order_by("pk").values_list("external_id", flat=True)[:20]
    paths = ["/segments/"]
    paths += [f"/customers/{id_}/{part}" for id_ in ids for part in ("", "segment/")]
    paths += [f"/segments/{key}/" for key in keys]
    paths += [f"/segments/{key}/customers/?page_size=500" for key in keys]
    before = answers(caller, paths)

    refresh_segments(k=4)
    between = answers(caller, paths[:21])
    roll_back("segments")

    assert answers(caller, paths) == before
    assert any(between[path] != before[path] for path in between)


def test_what_is_bought_together_is_that_of_the_run_before():
    load_shop(n_customers=200)
    caller = crm()
    products = [*Product.objects.order_by("pk")]
    paths = [
        f"/products/{product.external_id}/bought-together/?explain=true" for product in products
    ]
    work_on(request_run("bought-together"), to_the_end=True)
    for customer in Customer.objects.order_by("pk")[:20]:
        make_order(customer, *products[-6:], ordered_at=LAST_EVENING)
    recompute_totals()
    before = answers(caller, paths)

    work_on(request_run("bought-together"), to_the_end=True)  # counts what was bought since
    between = answers(caller, paths)
    roll_back("bought-together")

    assert answers(caller, paths) == before
    assert between != before


def test_lists_for_a_customer_are_those_of_the_run_before():
    teas, coffees, people = two_tastes()
    caller = crm()
    paths = [
        f"/customers/{who.external_id}/recommendations/?limit=3&explain=true" for who in people
    ]
    work_on(request_run("personal"), to_the_end=True)
    for customer in people[:10]:
        make_order(customer, *teas[:2], *coffees[:2], days_ago=0)
    recompute_totals()
    before = answers(caller, paths)

    work_on(request_run("personal"), to_the_end=True)  # learns from what was bought since
    between = answers(caller, paths)
    roll_back("personal")

    assert answers(caller, paths) == before
    assert between != before
