"""Pages of other origins call what a publishable key may, nothing else."""

import pytest

from tests.api import Caller, storefront

pytestmark = pytest.mark.django_db
PREFLIGHT = {
    "Origin": "https://shop.example",
    "Access-Control-Request-Method": "GET",
    "Access-Control-Request-Headers": "authorization, if-none-match",
}


@pytest.mark.parametrize(
    "path",
    [
        *("/products/", "/products/mug/similar/", "/popular/", "/recommendations/basket/"),
        *("/events/", "/fragments/products/mug/similar/"),
    ],
)
def test_a_preflight_needs_no_key(path):
    answer = Caller().options(path, headers=PREFLIGHT)

    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "authorization" in answer["Access-Control-Allow-Headers"]
    assert "if-none-match" in answer["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("path", ["/customers/", "/segments/", "/orders/", "/runs/"])
def test_secret_paths_answer_no_preflight(path):
    answer = Caller().options(path, headers=PREFLIGHT)

    assert "Access-Control-Allow-Origin" not in answer


def test_a_page_may_read_the_answer_and_its_etag():
    answer = storefront().get("/products/", headers={"Origin": "https://shop.example"})

    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "etag" in answer["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer
    assert answer["Vary"] == "Authorization, Origin"


def test_a_page_may_read_why_it_was_refused():
    answer = storefront(origins=["https://mine.example"]).get(
        "/products/", headers={"Origin": "https://shop.example"}
    )

    assert answer.status_code == 403
    assert answer["Access-Control-Allow-Origin"] == "*"
