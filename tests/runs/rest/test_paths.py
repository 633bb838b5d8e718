"""Ids of a shop in paths."""

import pytest

from runs.rest import path_to
from tests.api import storefront
from tests.factories import make_product

pytestmark = pytest.mark.django_db


def product_at(path: str):
    """Ask as a server does that hands on the path as it came, beside the decoded one."""
    return storefront().get(path, RAW_URI=f"/api/v1{path}")


@pytest.mark.parametrize(
    "id",
    ["a/b", "/", "a b", "a%2Fb", "100%", "ä€😀", "a.b", "a?b#c", "a+b&c=d", "x" * 100, "'\"<>"],
)
def test_any_id_is_reached_percent_encoded(id):
    make_product(external_id=id)

    answer = product_at(path_to("product", id=id).removeprefix("/api/v1"))

    assert answer.json()["id"] == id


def test_an_encoded_slash_does_not_part_the_path():
    make_product(external_id="a/similar")

    assert product_at("/products/a%2Fsimilar/").json()["id"] == "a/similar"


def test_a_server_that_decodes_slashes_serves_them_too():
    make_product(external_id="a/b")

    assert storefront().get("/products/a%2Fb/").json()["id"] == "a/b"


@pytest.mark.parametrize("path", ["/products/a%00b/", "/products/a%0Ab/", "/products/%FF/"])
def test_what_cannot_be_an_id_leads_nowhere(path):
    assert product_at(path).status_code == 404


def test_an_id_of_more_than_100_characters_leads_nowhere():
    assert product_at(f"/products/{'x' * 101}/").status_code == 404
