"""The catalogue over HTTP."""

import pytest

from tests.api import storefront
from tests.factories import make_product

pytestmark = pytest.mark.django_db


def test_a_product_is_shown_by_the_names_of_its_columns():
    make_product(external_id="mug/1", title="Mug", price="12.5", currency="EUR")

    answer = storefront().get("/products/mug%2F1/")

    assert answer.status_code == 200
    assert answer.json() == {
        "id": "mug/1",
        "title": "Mug",
        "description": "",
        "product_type": "",
        "brand": "",
        "price": "12.50",
        "currency": "EUR",
        "availability": "in_stock",
        "link": "",
        "image_link": "",
        "item_group_id": "",
        "gtin": "",
        "visible": True,
        "attributes": {},
        "updated_at": answer.json()["updated_at"],
    }
