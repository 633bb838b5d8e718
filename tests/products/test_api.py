"""The catalogue over HTTP."""

import re

import pytest
from django.conf import settings

from products.models import Product
from tests.api import crm, storefront
from tests.factories import make_product

pytestmark = pytest.mark.django_db
MUG = {"id": "mug/1", "title": "Mug", "price": "12.5", "currency": "EUR", "colour": "blue"}


def post(rows, caller=None):
    return (caller or crm()).post("/products/", rows, content_type="application/json")


def test_a_product_is_shown_by_the_names_of_its_columns():
    make_product(external_id="mug/1", title="Mug", price="12.5", attributes={"colour": "blue"})

    answer = storefront().get("/products/mug%2F1/")

    assert answer.status_code == 200
    assert answer.json() == {
        "id": "mug/1",
        "title": "Mug",
        "description": "",
        "product_type": "",
        "brand": "",
        "price": "12.50",
        "currency": "",
        "availability": "in_stock",
        "link": "",
        "image_link": "",
        "item_group_id": "",
        "gtin": "",
        "visible": True,
        "attributes": {"colour": "blue"},
        "updated_at": answer.json()["updated_at"],
    }


def test_a_products_id_is_found_whatever_its_case():
    make_product(external_id="SKU-9")

    assert storefront().get("/products/sku-9/").json()["id"] == "SKU-9"


def test_a_product_without_a_price_says_so():
    make_product(external_id="p", price=None)

    assert storefront().get("/products/p/").json()["price"] is None


def test_an_unknown_product_is_404():
    assert storefront().get("/products/none/").status_code == 404


def test_one_product_costs_three_queries(django_assert_num_queries):
    make_product(external_id="p")
    caller = storefront()

    # Expect 3 queries: * the key * the catalogue's version * the product
    with django_assert_num_queries(3):
        caller.get("/products/p/")


def test_a_page_of_products_costs_three_queries(django_assert_num_queries):
    for _ in range(5):
        make_product()
    caller = storefront()

    # Expect 3 queries: * the key * the catalogue's version * the page
    with django_assert_num_queries(3):
        caller.get("/products/")


def test_products_are_written_and_then_shown():
    caller = crm()

    answer = post([MUG, {"id": "cup", "title": "Cup", "price": 3}], caller)

    assert answer.json() == {"accepted": 2, "rejected": []}
    shown = caller.get("/products/mug%2F1/").json()
    assert (shown["price"], shown["attributes"]) == ("12.50", {"colour": "blue"})


def test_a_written_product_is_in_the_very_next_answer():
    make_product(external_id="cup", title="Cup")
    caller = crm()
    tag = caller.get("/products/cup/")["ETag"]

    post([{"id": "cup", "title": "Cup", "availability": "out_of_stock"}], caller)

    answer = caller.get("/products/cup/", headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert answer.json()["availability"] == "out_of_stock"


def test_a_shown_product_can_be_sent_back():
    caller = crm()
    post([MUG], caller)
    shown = caller.get("/products/mug%2F1/").json()

    assert post([shown], caller).json() == {"accepted": 1, "rejected": []}

    assert caller.get("/products/mug%2F1/").json() == shown


def test_a_wrong_row_is_named_and_the_others_are_written():
    rows = [
        {"id": "a", "title": "A"},
        {"id": "b", "title": "B", "price": "dear"},
        7,
        {"title": "D"},
    ]

    answer = post(rows)

    assert answer.status_code == 200
    assert answer.json()["accepted"] == 1
    rejected = {row["index"]: row["errors"] for row in answer.json()["rejected"]}
    assert {index: errors[0]["field"] for index, errors in rejected.items()} == {
        1: "price",
        2: None,
        3: "id",
    }
    assert list(Product.objects.values_list("external_id", flat=True)) == ["a"]


@pytest.mark.parametrize("name", ["", "a\0b", "n" * 101])
def test_what_is_no_name_for_an_attribute_is_rejected(name):
    product = {"id": "a", "title": "A"}

    for row in (product | {name: 1}, product | {"attributes": {name: 1}}):
        rejected = post([row]).json()["rejected"]
        assert rejected[0]["errors"] == [{"field": name, "detail": "is no name for a field"}]


@pytest.mark.parametrize("value", [["a"], {"a": 1}, False])
def test_a_list_an_object_or_yes_and_no_where_text_belongs_is_rejected(value):
    rejected = post([{"id": value, "title": "A", "colours": ["red", "blue"]}]).json()["rejected"]

    assert rejected[0]["errors"] == [{"field": "id", "detail": "is neither text nor a number"}]


def test_rows_of_ever_new_fields_are_refused_before_they_take_all_memory():
    rows = [{"id": f"p{n}", "title": "P", f"field {n}": 1} for n in range(500)]

    answer = post(rows)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["detail"] == "At most 500 different fields in all rows."


@pytest.mark.parametrize("body", [{}, '"text"', 7, None, MUG])
def test_what_is_no_array_is_400(body):
    answer = post(body)

    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"field": None, "detail": "Send an array."}]


def test_an_empty_array_is_fine():
    assert post([]).json() == {"accepted": 0, "rejected": []}


def test_at_most_1000_rows_are_taken_at_once():
    rows = [{"id": f"p{n}", "title": "P"} for n in range(1001)]

    assert post(rows).status_code == 400
    assert post(rows[:1000]).json()["accepted"] == 1000


def test_at_most_5_megabytes_are_taken_at_once():
    rows = [{"id": "p", "title": "P", "description": "x" * (5 * 1024 * 1024)}]

    answer = post(rows)

    assert answer.status_code == 400
    assert answer.json()["detail"] == "The body is larger than 5 MB."


def test_a_deleted_product_is_gone_from_the_very_next_answer():
    make_product(external_id="cup")
    caller = crm()
    tag = caller.get("/products/cup/")["ETag"]

    assert caller.delete("/products/cup/").status_code == 204

    assert caller.get("/products/cup/", headers={"If-None-Match": tag}).status_code == 404
    assert caller.get("/products/").json()["results"] == []


def test_a_product_cannot_be_deleted_twice():
    make_product(external_id="cup")
    caller = crm()
    caller.delete("/products/cup/")

    assert caller.delete("/products/cup/").status_code == 404


@pytest.mark.parametrize("method", ["post", "delete"])
def test_a_storefront_key_writes_nothing(method):
    make_product(external_id="cup")
    path = {"post": "/products/", "delete": "/products/cup/"}[method]

    assert getattr(storefront(), method)(path).status_code == 403
    assert Product.objects.filter(deleted_at=None).count() == 1


def test_rows_may_be_named_as_files_may():
    caller = crm()

    post([{"product_id": "mug", "name": "Mug", "category": "Home > Mugs"}], caller)
    post([{"id": "cup", "title": "Cup", "name": "Tasse"}], caller)

    mug, cup = (caller.get(f"/products/{id}/").json() for id in ("mug", "cup"))
    assert (mug["title"], mug["product_type"], mug["attributes"]) == ("Mug", "Home > Mugs", {})
    assert (cup["title"], cup["attributes"]) == ("Cup", {"name": "Tasse"})


def test_every_key_reads_hidden_products_and_all_that_was_imported_of_them():
    make_product(external_id="mug", visible=False, attributes={"cost_price": "3.10"})

    answers = [caller.get("/products/mug/").json() for caller in (storefront(), crm())]

    assert answers[0] == answers[1]
    assert (answers[0]["visible"], answers[0]["attributes"]) == (False, {"cost_price": "3.10"})
    listed = storefront().get("/products/").json()["results"]
    assert listed == answers[:1]


@pytest.mark.parametrize("page", ["api.md", "importing.md", "security.md"])
def test_the_guides_warn_that_every_column_is_public(page):
    text = (settings.BASE_DIR / "docs" / page).read_text()

    assert re.search("[Ee]very column .{0,60}is public|reach the whole catalogue", text)
    assert "no shopper may know" in text


def test_characters_written_as_pairs_of_halves_are_taken():
    body = r'[{"id": "1", "title": "Mug \ud83d\ude00", "\uD83D\uDE00": "\ud83d\udc00"}]'

    assert post(body).json()["accepted"] == 1

    product = Product.objects.get()
    assert (product.title, product.attributes) == ("Mug 😀", {"😀": "🐀"})


@pytest.mark.parametrize("price", ["15.00 USD", "USD 15.00"])
def test_a_posted_price_may_name_its_currency(price):
    post([MUG | {"price": price, "currency": ""}, {"id": "b", "title": "B", "price": price}])
    post([{"id": "c", "title": "C", "price": 15}, {"id": "d", "title": "D", "price": None}])

    found = Product.objects.order_by("external_id").values_list("price", "currency")
    assert list(found) == [(15, "USD"), (15, ""), (None, ""), (15, "USD")]
