import pytest
from django.core.management import CommandError, call_command

from customers.imports import order_formats
from customers.models import Customer, Order
from customers.services.orders import import_orders
from products.imports import FORMATS
from products.models import Product
from products.services import import_products
from runs.files import FileRefused, inspect_file
from runs.imports import Options, Unrecognised, fold
from runs.imports.formats import candidates, open_recognised
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
def test_the_header_tells_the_format(tmp_path, header, name):
    table, form = open_recognised(inspect_file(write(tmp_path, f"Junk\n{header}\n1")), ORDERS)

    assert (form.name, table.header) == (name, header.split(","))


@pytest.mark.parametrize(
    ("content", "mapping", "sentence"),
    [
        (
            "Name;Nr.\nMug;1",
            {},
            "file.csv lacks id, which canonical files have; its columns are Name, Nr.",
        ),
        (
            "Report of May\nsku,price\n1,2\n2,3",
            {"id": ("SKU",), "title": ("What",)},
            "file.csv has no column What, which is to be title; its columns are sku, price.",
        ),
        (
            "Handle,Title,Body (HTML),Variant SKU,Variant Price\na,b,c,d,1",
            {},
            "file.csv lacks vendor, which shopify files have; its columns are Handle, Title,"
            " Body (HTML), Variant SKU, Variant Price.",
        ),
        (
            '{"sku": 1}',
            {},
            "file.csv lacks id, title, which canonical files have; its columns are sku.",
        ),
        ("x", {}, "file.csv lacks id, title, which canonical files have; its columns are x."),
    ],
)
def test_an_unknown_header_is_refused_with_what_it_lacks(tmp_path, content, mapping, sentence):
    fitting = candidates(FORMATS, "auto", mapping)
    with pytest.raises(Unrecognised) as refusal:
        open_recognised(inspect_file(write(tmp_path, content)), fitting)

    assert str(refusal.value) == sentence


def test_a_file_like_none_is_told_what_the_plainest_format_needs(tmp_path):
    content = "Order Number,Order Date,SKU,Quantity,Price\n1,2024-01-05,a,1,2"
    with pytest.raises(Unrecognised, match="lacks order_id, ordered_at, product_id, which canon"):
        open_recognised(inspect_file(write(tmp_path, content)), ORDERS)


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
def test_a_column_joined_with_others_keeps_its_own_meaning(tmp_path):
    file = write(tmp_path, "Date,Customer ID,item_id,price\n2024-01-05,ada,mug,2")
    mapping = {"order_id": ("Date", "Customer ID")}

    assert counts(import_orders(file, Options(mapping=mapping))) == {"created": 1}

    order = Order.objects.get()
    assert (order.external_id, order.customer.external_id) == ("2024-01-05-ada", "ada")
    assert order.ordered_at.day == 5


@pytest.mark.django_db
def test_joined_cells_are_taken_without_blanks_and_fillers(tmp_path):
    rows = ["2024-01-05 ,ada ,mug,2", "2024-01-05,ada,cup,2", "2024-01-06,NULL,mug,2", r",\N,mug,2"]
    file = write(tmp_path, "\n".join(["Day,Who,item_id,price", *rows]))
    mapping = {"order_id": ("Who", "Day"), "ordered_at": ("Day",)}

    assert counts(import_orders(file, Options(mapping=mapping))) == {"created": 3, "rejected": 1}
    assert {*Order.objects.values_list("external_id", flat=True)} == {
        "ada-2024-01-05",
        "-2024-01-06",
    }


@pytest.mark.django_db
def test_a_map_to_a_column_the_file_lacks_is_refused(tmp_path):
    with pytest.raises(FileRefused):
        import_products(write(tmp_path, "id,title\n1,Mug"), Options(mapping={"price": ("cost",)}))


def test_a_refusal_says_how_to_name_columns(tmp_path):
    file = write(tmp_path, "Nr;Artikel;Preis\n1;Mug;2")

    with pytest.raises(CommandError) as refusal:
        call_command("import_orders", file)

    assert str(refusal.value) == (
        "file.csv lacks order_id, ordered_at, product_id, unit_price or line_total, which canonical"
        " files have; its columns are Nr, Artikel, Preis; name them by --map, as in"
        " --map order_id=COLUMN."
    )


@pytest.mark.django_db
def test_a_map_to_nothing_leaves_a_column_out(tmp_path):
    file = write(tmp_path, "order_id,ordered_at,product_id,price,status\n1,2024-01-05,mug,3,Odd")

    assert counts(import_orders(file, Options(mapping={"status": ()}))) == {"created": 1}


@pytest.mark.django_db
def test_a_column_that_is_mapped_past_is_no_attribute_of_that_name(tmp_path):
    file = write(tmp_path, "sku,name,product_type,categories\n1,Mug,simple,Home > Mugs")
    import_products(file, Options(mapping={"id": ("sku",), "product_type": ("categories",)}))

    mug = Product.objects.get()
    assert (mug.product_type, mug.attributes) == ("Home > Mugs", {})


@pytest.mark.django_db
def test_attributes_may_be_spelled_alike_and_columns_of_ours_not(tmp_path):
    import_products(
        write(tmp_path, "id,title,Price (net),Price (gross),größe,große\n1,Mug,1,2,a,b")
    )

    assert Product.objects.get().attributes["große"] == "b"
    for header in ("id,title,Title", "id,title,colour,colour"):
        with pytest.raises(FileRefused, match="is there twice"):
            import_products(write(tmp_path, f"{header}\n1,Mug,x,y"))


@pytest.mark.parametrize("given", ["order_id", "=x", "nonsense=x"])
def test_a_wrong_map_is_a_wrong_option(given):
    with pytest.raises(CommandError, match="--map"):
        call_command("import_orders", "x.csv", f"--map={given}")
