"""Lists in pages."""

import pytest

from tests.api import storefront
from tests.factories import make_product

pytestmark = pytest.mark.django_db


def ids(page: dict) -> list[str]:
    return [row["id"] for row in page["results"]]


def walk(caller, url: str | None, link: str) -> list[str]:
    found = []
    while url:
        page = caller.get(url).json()
        found += ids(page)
        url = page[link]
    return found


def test_pages_follow_one_another_to_the_end():
    made = [make_product().external_id for _ in range(7)]

    assert walk(storefront(), "/products/?page_size=3", "next") == made


def test_previous_pages_lead_back_to_the_start():
    made = [make_product().external_id for _ in range(7)]
    caller = storefront()
    second = caller.get(caller.get("/products/?page_size=3").json()["next"]).json()

    first = caller.get(second["previous"]).json()

    assert ids(second) == made[3:6]
    assert ids(first) == made[:3]
    assert first["previous"] is None
    assert ids(caller.get(first["next"]).json()) == made[3:6]


def test_rows_that_come_and_go_shift_no_page():
    products = [make_product() for _ in range(6)]
    caller = storefront()
    following = caller.get("/products/?page_size=3").json()["next"]

    products[0].delete()

    assert ids(caller.get(following).json()) == [product.external_id for product in products[3:]]


def test_a_page_has_50_rows_unless_asked_otherwise():
    for _ in range(51):
        make_product()

    page = storefront().get("/products/").json()

    assert len(page["results"]) == 50
    assert page["next"]
    assert page["previous"] is None


def test_an_empty_list_is_a_page():
    assert storefront().get("/products/").json() == {"results": [], "next": None, "previous": None}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page_size=0", "page_size"),
        ("page_size=501", "page_size"),
        ("page_size=many", "page_size"),
        ("cursor=%21", "cursor"),
        ("cursor=PmFiYw==", "cursor"),
        ("cursor=é", "cursor"),
        ("page=2", "page"),
    ],
)
def test_what_is_no_page_is_refused_by_name(query, field):
    answer = storefront().get(f"/products/?{query}")

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
