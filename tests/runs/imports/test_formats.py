import pytest
from django.core.management import CommandError, call_command

from customers.imports import order_formats
from customers.models import Customer, Order
from customers.services.orders import import_orders
from products.imports import FORMATS
from products.models import Product
from products.services import import_products
from runs.files import FileRefused
from runs.imports import Options, fold
from runs.imports.formats import candidates, recognise
from tests.shop_files import counts, write

ORDERS = order_formats({})


@pytest.mark.parametrize("name", ["Order ID", "order-id", " ORDER_ID ", "order id?"])
def test_headers_are_one_whatever_their_spelling(name):
    assert fold(name) == "order_id"


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("order_id,ordered_at,product_id,unit_price", "canonical"),
        ("transaction_id,event_date,item_id,price,quantity", "canonical"),
        (
            "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country",
            "uci-retail",
        ),
        ("InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice", "uci-retail"),
        ("Name,Email,Created at,Lineitem quantity,Lineitem name,Lineitem price", "shopify"),
    ],
)
def test_the_header_tells_the_format(header, name):
    assert recognise(ORDERS, header.split(",")).name == name


def test_an_unknown_header_is_refused_with_what_is_needed():
    with pytest.raises(FileRefused, match="canonical needs id, title"):
        recognise(FORMATS, ["a", "b"])


def test_a_chosen_format_is_the_only_one_tried():
    assert [form.name for form in candidates(ORDERS, "shopify", {})] == ["shopify"]
    assert [form.name for form in candidates(ORDERS, "auto", {"order_id": ("x",)})] == ["canonical"]


@pytest.mark.django_db
def test_a_file_of_any_header_is_read_by_a_map(tmp_path):
    file = write(
        tmp_path,
        "Day;Who;Article;Paid;Pieces\n1.2.2024;ada;M1;12,50;2\n13.2.2024;ben;M2;1.250,00;1",
    )
    mapping = {
        "order_id": ("Day", "Who"),
        "ordered_at": ("day",),
        "customer_id": ("Who",),
        "product_id": ("Article",),
        "unit_price": ("Paid",),
        "quantity": ("Pieces",),
    }
    assert counts(import_orders(file, Options(mapping=mapping))) == {"created": 2}

    orders = dict(Order.objects.values_list("external_id", "net"))
    assert orders == {"1.2.2024-ada": 25, "13.2.2024-ben": 1250}
    assert Order.objects.get(external_id="1.2.2024-ada").ordered_at.month == 2
    assert Customer.objects.count() == 2


@pytest.mark.django_db
def test_a_mapped_column_is_no_attribute_beside(tmp_path):
    file = write(tmp_path, "sku,what,stuff,price\n1,Mug,clay,3")
    import_products(
        file, Options(mapping={"id": ("sku",), "title": ("what",), "material": ("stuff",)})
    )

    assert Product.objects.get().attributes == {"material": "clay"}


@pytest.mark.django_db
def test_a_map_to_a_column_the_file_lacks_is_refused(tmp_path):
    with pytest.raises(FileRefused):
        import_products(write(tmp_path, "id,title\n1,Mug"), Options(mapping={"price": ("cost",)}))


@pytest.mark.parametrize("given", ["order_id", "=x", "nonsense=x"])
def test_a_wrong_map_is_a_wrong_option(given):
    with pytest.raises(CommandError, match="--map"):
        call_command("import_orders", "x.csv", f"--map={given}")
