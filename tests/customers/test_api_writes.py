"""Customers and orders written over HTTP; customers erased."""

import pytest

from customers.models import Customer, CustomerTotal, Order
from products.models import Product
from tests.api import crm, storefront
from tests.factories import make_customer

pytestmark = pytest.mark.django_db
ADA = {"customer_id": "ada", "email": "ada@example.com", "marketing_consent": True, "shoe": "38"}
LINE = {
    "order_id": "o1",
    "ordered_at": "2026-06-01T10:00:00Z",
    "customer_id": "ada",
    "product_id": "mug",
    "quantity": 2,
    "unit_price": "12.50",
    "currency": "EUR",
}


def post(path: str, rows, caller=None):
    return (caller or crm()).post(path, rows, content_type="application/json")


def test_customers_are_written_and_then_shown():
    caller = crm()

    assert post("/customers/", [ADA], caller).json() == {"accepted": 1, "rejected": []}

    shown = caller.get("/customers/ada/").json()
    assert (shown["email"], shown["marketing_consent"]) == ("ada@example.com", True)
    assert shown["attributes"] == {"shoe": "38"}


def test_a_shown_customer_can_be_sent_back():
    caller = crm()
    post("/customers/", [ADA], caller)
    shown = caller.get("/customers/ada/").json()
    known = ("customer_id", "email", "country", "created_at", "profiling_opt_out", "attributes")

    post("/customers/", [{name: shown[name] for name in known}], caller)

    assert caller.get("/customers/ada/").json() == shown


def test_a_customer_without_an_id_is_rejected_by_index():
    answer = post("/customers/", [ADA, {"email": "x@example.com"}]).json()

    assert answer["accepted"] == 1
    assert [row["index"] for row in answer["rejected"]] == [1]
    assert answer["rejected"][0]["errors"][0]["field"] == "customer_id"


def test_orders_are_written_with_their_customers_and_products():
    caller = crm()

    assert post("/orders/", [LINE], caller).json() == {"accepted": 1, "rejected": []}

    shown = caller.get("/customers/ada/").json()
    assert (shown["orders"], shown["total_spent"]) == (1, "25.00")
    assert shown["last_order_at"] == "2026-06-01T10:00:00Z"
    assert caller.get("/products/mug/").json()["visible"] is False


def test_an_order_written_again_counts_once():
    post("/orders/", [LINE])
    post("/orders/", [LINE | {"quantity": 3}])

    assert Order.objects.count() == 1
    assert str(CustomerTotal.objects.get().net) == "37.5000"


def test_a_wrong_line_is_rejected_by_index():
    answer = post("/orders/", [LINE | {"quantity": 0}, LINE, LINE | {"ordered_at": "soon"}]).json()

    assert answer["accepted"] == 1
    assert {row["index"]: row["errors"][0]["field"] for row in answer["rejected"]} == {
        0: "quantity",
        2: "ordered_at",
    }


@pytest.mark.parametrize("path", ["/customers/", "/orders/"])
def test_what_is_no_array_is_400(path):
    assert post(path, {"customer_id": "x"}).status_code == 400


@pytest.mark.parametrize("path", ["/customers/", "/orders/"])
def test_a_storefront_key_writes_nothing(path):
    assert post(path, [ADA | LINE], storefront()).status_code == 403
    assert not Customer.objects.exists()
    assert not Product.objects.exists()


def test_an_erased_customer_is_gone_and_stays_gone():
    caller = crm()
    post("/customers/", [ADA], caller)
    post("/orders/", [LINE], caller)

    assert caller.delete("/customers/ada/").status_code == 204

    assert caller.get("/customers/ada/").status_code == 404
    assert caller.delete("/customers/ada/").status_code == 404
    assert post("/customers/", [ADA], caller).json() == {"accepted": 1, "rejected": []}
    assert caller.get("/customers/ada/").status_code == 404


def test_an_unknown_customer_cannot_be_erased():
    make_customer(external_id="ada")

    assert crm().delete("/customers/ben/").status_code == 404
    assert crm().get("/customers/ada/").status_code == 200


def test_rows_may_be_named_as_analytics_name_them():
    caller = crm()
    line = {"transaction_id": "o1", "event_timestamp": 1_780_308_000_000_000, "user_id": "ada"}
    line |= {"event_date": "20260601", "item_id": "mug", "item_name": "Mug", "item_brand": "Acme"}
    line |= {"item_category": "Home > Mugs", "price": 12.5, "quantity": 2, "currency": "EUR"}

    assert post("/orders/", [line], caller).json() == {"accepted": 1, "rejected": []}
    assert post("/customers/", [{"user_id": "ada", "email": "a@x.org"}], caller).json()["accepted"]

    shown = caller.get("/customers/ada/").json()
    assert (shown["total_spent"], shown["last_order_at"]) == ("25.00", "2026-06-01T10:00:00Z")
    assert (shown["email"], shown["attributes"]) == ("a@x.org", {})
    product = caller.get("/products/mug/").json()
    assert (product["title"], product["product_type"]) == ("Mug", "Home > Mugs")
    assert (product["brand"], product["price"]) == ("Acme", "12.50")


def test_errors_name_fields_as_they_were_sent():
    line = {"transaction_id": "o1", "ordered_at": "2026-06-01", "item_id": ["mug"], "price": "dear"}

    rejected = post("/orders/", [line, line | {"item_id": "mug"}]).json()["rejected"]

    assert [error["field"] for row in rejected for error in row["errors"]] == ["item_id", "price"]


@pytest.mark.parametrize(
    ("path", "row"), [("/customers/", ADA), ("/orders/", LINE)], ids=["customers", "orders"]
)
def test_at_most_1000_rows_and_5_megabytes_are_taken_at_once(path, row):
    assert post(path, [row] * 1001).status_code == 400
    assert post(path, [row] * 1000).status_code == 200

    answer = post(path, [row | {"region": "x" * (5 * 1024 * 1024)}])

    assert (answer.status_code, answer.json()["detail"]) == (400, "The body is larger than 5 MB.")
