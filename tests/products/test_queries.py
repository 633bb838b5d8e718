"""Products by id, category and brand, in letters that Python and PostgreSQL fold differently."""

import pytest
from django.db import connection

from products.models import Product
from products.queries import in_category, of_brand, product_by_external_id
from tests.api import storefront
from tests.factories import make_product

pytestmark = pytest.mark.django_db
PRODUCTS = Product.objects.all()
WAYS = {
    "product_by_external_id": product_by_external_id,
    "product_by_category": lambda path: in_category(PRODUCTS, path),
    "product_by_brand": lambda brand: of_brand(PRODUCTS, brand),
}


@pytest.mark.parametrize("name", ["ΚΑΦΕΣ", "καφεσ", "İZMİR", "Straße", "50%_\\"])
@pytest.mark.parametrize("way", WAYS)
def test_a_product_is_found_by_a_name_in_any_letters(way, name):
    product = make_product(external_id=name, brand=name, product_type=f"{name} > Mugs")
    make_product(external_id="other", brand="other", product_type="other")

    assert list(WAYS[way](name)) == [product]


def test_a_product_is_shown_by_an_id_in_any_letters():
    make_product(external_id="ΚΑΦΕΣ")

    assert storefront().get("/products/ΚΑΦΕΣ/").status_code == 200


@pytest.mark.parametrize(
    ("way", "index"),
    [
        ("product_by_external_id", "product_id_once_case_blind"),
        ("product_by_category", "product_by_category"),
        ("product_by_brand", "product_by_brand"),
    ],
)
def test_products_are_found_by_an_index(way, index):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")

    assert index in WAYS[way]("mug").order_by().explain()
