from pathlib import Path

import pytest

from products.models import Product
from products.services import import_products
from tests.shop_files import counts, write

pytestmark = pytest.mark.django_db
FILES = Path(__file__).parent / "files"


def imported(name: str) -> tuple[str, dict, dict[str, Product]]:
    summary = import_products(FILES / name)
    products = {product.external_id: product for product in Product.objects.all()}
    assert counts(import_products(FILES / name)).keys() <= {"unchanged", "skipped"}
    return summary.format, counts(summary), products


def test_shopifys_old_export():
    form, rows, products = imported("shopify-old.csv")

    assert (form, rows) == ("shopify", {"created": 3, "skipped": 1})
    large, small, towel = (products[id_] for id_ in ("MUG-R-L", "MUG-R-S", "towel"))
    assert (large.title, large.brand, large.price) == ("Red mug - Large", "Potters", 10)
    assert large.description == "Hand made.\nHolds tea"
    assert (large.category.name, large.gtin) == ("Home & Garden", "4006381333931")
    assert large.attributes == {"Size": "Large", "tags": "red, mug"}
    assert (small.item_group_id, small.availability) == ("red-mug", "out_of_stock")
    assert small.image_link == "https://cdn.example.org/s.jpg"
    assert (towel.title, towel.visible, towel.availability) == ("Towel", False, "backorder")


def test_shopifys_new_export():
    form, rows, products = imported("shopify-new.csv")

    assert (form, rows) == ("shopify", {"created": 2})
    small = products["MUG-R-S"]
    assert (small.title, small.price, small.description) == ("Red mug - Small", 8, "Hand made")
    assert (small.availability, small.visible) == ("out_of_stock", True)
    assert small.link == "/products/red-mug"


def test_woocommerces_export():
    form, rows, products = imported("woocommerce.csv")

    assert (form, rows) == ("woocommerce", {"created": 4, "skipped": 1})
    blue, green = products["hoodie-blue"], products["hoodie-green"]
    assert (blue.price, blue.product_type, blue.brand) == (35, "Clothing > Hoodies", "Woolies")
    assert (blue.description, blue.image_link) == ("Very warm", "https://example.org/h.jpg")
    assert blue.attributes == {"Colour": "Blue", "tags": "warm"}
    assert blue.item_group_id == green.item_group_id == "hoodie"
    assert (green.availability, green.image_link) == ("out_of_stock", "https://example.org/g.jpg")
    assert (products["47"].visible, products["47"].gtin) == (False, "4006381333931")
    assert not products["draft"].visible


@pytest.mark.parametrize(
    ("stock", "state"),
    [
        ("0", "out_of_stock"),
        ("0.0", "out_of_stock"),
        ("-2.0", "out_of_stock"),
        ("3.0", "in_stock"),
        ("--5", "in_stock"),
        ("", "in_stock"),
    ],
)
def test_stock_in_shopifys_export_may_be_written_as_a_decimal(tmp_path, stock, state):
    header = "Handle,Title,Vendor,Variant SKU,Variant Price,Variant Inventory Qty\n"
    import_products(write(tmp_path, f"{header}mug,Mug,Potters,M,5,{stock}"))

    assert Product.objects.get().availability == state


WOOCOMMERCE = (
    "ID,Type,SKU,Name,Regular price,Parent,Tax class,Attribute 1 name,Attribute 1 value(s)"
)


def test_a_variation_without_a_parent_takes_nothing_from_another_one(tmp_path):
    rows = ["1,variable,,Hoodie,,,,,", "2,variation,v,,5,,,,", "3,variation,w,,5,id:1,,,"]
    summary = import_products(write(tmp_path, "\n".join([WOOCOMMERCE, *rows])))

    assert list(Product.objects.values_list("external_id", "title")) == [("w", "Hoodie")]
    assert (summary.skipped, summary.rejected) == (1, 1)


def test_a_row_is_rejected_whose_attribute_has_a_name_that_is_no_text(tmp_path):
    rows = ["1,simple,a,A,5,,,Size,L", "2,simple,b,B,5,,,Si\0ze,L"]
    summary = import_products(write(tmp_path, "\n".join([WOOCOMMERCE, *rows])))

    assert Product.objects.get().attributes == {"Size": "L"}
    assert summary.notes[1] == "Rejected line 3: Si?ze 'L' has a name that is not text"
