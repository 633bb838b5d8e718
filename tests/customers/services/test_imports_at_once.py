"""Imports at the same time end as one after the other."""

import threading
from pathlib import Path

import pytest
from django.db import connection

from customers.models import Customer, Order, OrderLine, Shop
from customers.services.orders import import_orders, upsert_orders
from customers.services.people import upsert_customers
from products.models import Product
from runs import queries
from runs.imports import Options
from runs.models import Import
from tests.api import crm
from tests.factories import make_customer, make_product
from tests.shop_files import assert_totals_are_true, counts, state, write

pytestmark = pytest.mark.django_db(transaction=True)
HEADER = "order_id,ordered_at,customer_id,email,product_id,quantity,unit_price"


def orders(folder: Path, name: str, first: int, last: int, price: int) -> Path:
    """Write orders of two lines each, by customers and guests, of products that recur."""
    rows = [
        f"{n},2024-01-{n % 28 + 1:02},{customer},{n % 5}@x.org,p{m % 11},1,{price}"
        for n in range(first, last)
        for customer in [f"c{n % 7}" if n % 3 else ""]
        for m in (n, n + 1)
    ]
    return write(folder, "\n".join([HEADER, *rows]), name)


def at_once(*works) -> list:
    """Do all of it at the same time, each on a connection of its own; return what came of it."""
    came = [None] * len(works)
    start = threading.Barrier(len(works))

    def run(place: int) -> None:
        start.wait()
        try:
            came[place] = works[place]()
        except Exception as problem:
            came[place] = problem
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came


def forget_all() -> None:
    for model in (Import, OrderLine, Order, Customer, Product, Shop):
        model.objects.all().delete()


def test_the_same_file_twice_at_once_has_one_effect(tmp_path):
    file = orders(tmp_path, "orders.csv", 1, 400, 10)

    summaries = at_once(*[lambda: import_orders(file)] * 2)

    assert sorted(map(str, map(counts, summaries))) == ["{'created': 798}", "{'unchanged': 798}"]
    assert (Order.objects.count(), OrderLine.objects.count()) == (399, 798)
    assert Import.objects.filter(status="done").count() == 2
    assert_totals_are_true()


def test_files_that_contradict_each_other_end_as_one_after_the_other(tmp_path):
    files = orders(tmp_path, "a.csv", 1, 300, 10), orders(tmp_path, "b.csv", 200, 500, 12)
    either = []
    for order in (files, files[::-1]):
        for file in order:
            import_orders(file)
        either.append(state())
        forget_all()

    at_once(*[lambda file=file: import_orders(file) for file in files])

    assert state() in either
    assert either[0] != either[1]
    assert_totals_are_true()


def test_rows_of_the_api_wait_for_an_import(tmp_path):
    file = orders(tmp_path, "orders.csv", 1, 400, 10)
    row = {"order_id": "1", "ordered_at": "2024-05-05", "product_id": "new", "unit_price": "3"}

    summary, written = at_once(
        lambda: import_orders(file, Options(max_reject_share=0)), lambda: upsert_orders([row])
    )

    assert (summary.rejected, written.accepted, written.rejected) == (0, 1, [])
    assert Order.objects.count() == 399
    assert_totals_are_true()


def test_a_request_waits_for_an_import_only_so_long(monkeypatch):
    monkeypatch.setattr("runs.imports.given.PATIENCE_SECONDS", 1)
    row = {"order_id": "1", "ordered_at": "2024-05-05", "product_id": "new", "unit_price": "3"}
    ada = make_customer()

    with queries.session_lock(queries.IMPORT_LOCK, wait=True):
        answers = at_once(
            lambda: crm().post("/orders/", [row], content_type="application/json"),
            lambda: crm().delete(f"/customers/{ada.external_id}/"),
        )

    for answer in answers:
        assert answer.status_code == 503
        assert (
            answer.json()["detail"]
            == "An import or a publication is being written just now; try again soon."
        )
        assert answer["Retry-After"] == "5"
    assert not Order.objects.exists()
    assert Customer.objects.get().erased_at is None


def test_staff_are_told_that_an_import_is_being_written(monkeypatch, admin_client):
    monkeypatch.setattr("runs.imports.given.PATIENCE_SECONDS", 1)
    mug = make_product(title="Blue mug")
    sent = {"title": "Green mug", "availability": "in_stock", "visible": "on"}

    with queries.session_lock(queries.IMPORT_LOCK, wait=True):
        page = f"/admin/products/product/{mug.pk}/change/"
        answers = at_once(lambda: admin_client.post(page, sent))

    form = answers[0].context["adminform"].form
    assert form.errors == {
        "__all__": ["An import or a publication is being written just now; try again soon."]
    }
    assert form["title"].value() == "Green mug"
    assert Product.objects.get().title == "Blue mug"


def test_who_opts_somebody_out_waits_for_a_publication_and_others_do_not(monkeypatch):
    monkeypatch.setattr("runs.imports.given.PATIENCE_SECONDS", 1)
    rows = [{"customer_id": name, "profiling_opt_out": name == "ben"} for name in ("ada", "ben")]
    upsert_customers([{"customer_id": "ben"}])

    with queries.session_lock(queries.PUBLISH_LOCK, wait=True):
        answers = [
            at_once(lambda row=row: crm().post("/customers/", [row], "application/json"))[0]
            for row in rows
        ]

    assert [answer.status_code for answer in answers] == [200, 503]
    assert not Customer.objects.filter(profiling_opt_out=True).exists()
