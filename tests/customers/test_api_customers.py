"""Customers over HTTP."""

import pytest

from tests.api import crm, storefront
from tests.customers.segmented import make_member, make_run, make_segment
from tests.factories import make_customer

pytestmark = pytest.mark.django_db


def test_a_customer_is_shown_with_what_is_known_from_the_orders():
    run = make_run()
    make_member(make_segment(run), run, external_id="c/1", email="ada@example.com", country="FR")

    answer = crm().get("/customers/c%2F1/")

    assert answer.status_code == 200
    assert answer.json() == {
        "customer_id": "c/1",
        "email": "ada@example.com",
        "first_name": "",
        "last_name": "",
        "country": "FR",
        "region": "",
        "created_at": None,
        "marketing_consent": False,
        "profiling_opt_out": False,
        "attributes": {},
        "segment": "loyal",
        "rfm": {"code": "543", "name": "Loyal"},
        "value_tier": "high",
        "orders": 2,
        "total_spent": "30.50",
        "last_order_at": "2026-06-30T12:00:00Z",
    }


def test_a_customer_who_never_bought_has_every_key():
    make_customer(external_id="cy")

    shown = crm().get("/customers/cy/").json()

    from_orders = ("segment", "rfm", "value_tier", "orders", "total_spent", "last_order_at")
    assert [shown[name] for name in from_orders] == [None, None, None, 0, "0.00", None]


def test_an_erased_customer_is_gone():
    make_customer(external_id="x", erased_at="2026-01-01T00:00Z")
    caller = crm()

    assert caller.get("/customers/x/").status_code == 404
    assert caller.get("/customers/").json()["results"] == []


def test_answers_about_customers_are_kept_by_nobody():
    make_customer(external_id="cy")

    for path in ("/customers/", "/customers/cy/"):
        answer = crm().get(path)
        assert answer["Cache-Control"] == "private, no-store"
        assert "ETag" not in answer


def test_customers_come_in_pages():
    made = [make_customer().external_id for _ in range(3)]
    caller = crm()

    first = caller.get("/customers/?page_size=2").json()
    second = caller.get(first["next"]).json()

    assert [row["customer_id"] for row in first["results"] + second["results"]] == made
    assert second["next"] is None


def test_a_page_of_customers_costs_four_queries(django_assert_num_queries):
    run = make_run()
    segment = make_segment(run)
    for _ in range(5):
        make_member(segment, run)
    caller = crm()

    # Expect 4 queries: * the key * customers with totals * their segments * their scores
    with django_assert_num_queries(4):
        caller.get("/customers/")


@pytest.mark.parametrize("path", ["/customers/", "/customers/cy/", "/segments/", "/segments/a/"])
def test_customers_and_segments_are_for_secret_keys(path):
    assert storefront().get(path).status_code == 403
