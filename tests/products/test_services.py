from decimal import Decimal

import pytest

from customers.services.orders import import_orders
from products import queries
from products.models import Category, Product
from products.services import delete_products, import_products, upsert_products
from products.signals import catalogue_changed, categories_changed
from runs.files import FileRefused
from runs.imports import Options
from runs.stamps import Seen
from tests.shop_files import counts, write

pytestmark = pytest.mark.django_db
FILE = """
    id,title,price,product_type,colour
    A,Red mug,"£1,234.50",Home > Mugs,red
    b,Cup,,,
"""


@pytest.fixture
def heard():
    """What the catalogue's signals told."""
    told = []

    def hear(signal, **said):
        told.append((signal, said["product_ids"]))

    catalogue_changed.connect(hear)
    categories_changed.connect(hear)
    yield told
    catalogue_changed.disconnect(hear)
    categories_changed.disconnect(hear)


def test_a_file_fills_the_catalogue(tmp_path):
    summary = import_products(write(tmp_path, FILE))

    assert counts(summary) == {"created": 2}
    mug = Product.objects.get(external_id="A")
    assert (mug.price, mug.category.name, mug.availability) == (1234.5, "Home", "in_stock")
    assert mug.attributes == {"colour": "red"}
    assert mug.visible


def test_the_same_file_again_changes_nothing(tmp_path):
    import_products(write(tmp_path, FILE))
    version = queries.catalogue_state(Seen())

    assert counts(import_products(write(tmp_path, FILE))) == {"unchanged": 2}
    assert queries.catalogue_state(Seen()) == version


def test_an_absent_column_stays_and_an_empty_cell_clears(tmp_path):
    import_products(write(tmp_path, FILE))
    import_products(write(tmp_path, "id,title,price,colour\nA,Mug,,"))

    mug = Product.objects.get(external_id="A")
    assert (mug.title, mug.price, mug.attributes) == ("Mug", None, {})
    assert mug.product_type == "Home > Mugs"


def test_ids_are_one_whatever_their_case_and_the_first_spelling_stays(tmp_path):
    summary = import_products(write(tmp_path, "id,title\nSku-1,First\nSKU-1,Last"))

    assert counts(summary) == {"created": 1, "skipped": 1}
    assert list(Product.objects.values_list("external_id", "title")) == [("Sku-1", "Last")]
    assert counts(import_products(write(tmp_path, "id,title\nsku-1,Last"))) == {"unchanged": 1}


def test_what_a_complete_file_lacks_goes_off_sale_but_not_what_it_rejects(tmp_path):
    import_products(write(tmp_path, "id,title,price\na,A,1\nb,B,1\nc,C,1"))
    summary = import_products(
        write(tmp_path, "id,title,price\na,A,1\nb,B,-1"), Options(complete=True)
    )

    assert [p.external_id for p in Product.objects.exclude(deleted_at=None)] == ["c"]
    assert summary.warnings["products taken off sale"] == 1


def test_a_complete_file_without_rows_is_refused(tmp_path):
    import_products(write(tmp_path, "id,title\na,A"))

    with pytest.raises(FileRefused, match="no rows"):
        import_products(write(tmp_path, "id,title\n"), Options(complete=True))

    assert Product.objects.get().deleted_at is None


@pytest.mark.parametrize("row", ["b,Two, with a comma", 'B,"Two', '"b","Two', "b"])
def test_a_row_nobody_can_read_keeps_its_product_on_sale_in_a_complete_file(tmp_path, row):
    import_products(write(tmp_path, "id,title\na,A\nb,Two\nc,C"))
    summary = import_products(write(tmp_path, f"id,title\na,A\n{row}"), Options(complete=True))

    on_sale = Product.objects.filter(deleted_at=None).values_list("external_id", flat=True)
    assert {*on_sale} == {"a", "b"}
    assert summary.rejected == 1
    assert summary.warnings == {"products taken off sale": 1}


def test_an_id_as_a_spreadsheet_writes_it_is_found_in_a_row_nobody_can_read(tmp_path):
    import_products(write(tmp_path, "id,title\n1,A\n2,B"))
    import_products(write(tmp_path, "id,title\n1.0,A\n2.0,B,?"), Options(complete=True))

    assert not Product.objects.exclude(deleted_at=None).exists()


@pytest.mark.parametrize("id", ["2", '"2"', "2.0"])
def test_a_line_that_is_no_json_keeps_its_product_on_sale_in_a_complete_file(tmp_path, id):
    import_products(write(tmp_path, "id,title\n1,A\n2,B\n3,C"))
    broken = f'{{"id": 1, "title": "A"}}\n{{"id": {id}, "title": "B'
    import_products(write(tmp_path, broken, "a.ndjson"), Options(complete=True))

    on_sale = Product.objects.filter(deleted_at=None).values_list("external_id", flat=True)
    assert {*on_sale} == {"1", "2"}


def test_a_product_off_sale_comes_back_by_a_file(tmp_path):
    import_products(write(tmp_path, "id,title\na,A"))
    delete_products(["A"])

    assert counts(import_products(write(tmp_path, "id,title\na,A"))) == {"updated": 1}
    assert Product.objects.get().deleted_at is None


def test_a_product_hidden_by_its_file_stays_hidden_though_its_title_is_its_id(tmp_path):
    import_products(write(tmp_path, "id,title,price,visible\nA,A,1,no"))
    import_products(write(tmp_path, "id,title,price\na,a,2"))

    assert Product.objects.values_list("price", "visible").get() == (2, False)


def test_a_product_that_orders_named_is_shown_by_any_row_of_products(tmp_path):
    header = "order_id,ordered_at,product_id,unit_price\n"
    import_orders(write(tmp_path, header + "1,2024-05-05,a,1\n1,2024-05-05,b,1"))
    assert not Product.objects.filter(visible=True).exists()

    import_products(write(tmp_path, "id,title,visible\nb,b,no"))
    import_products(write(tmp_path, "id,title\na,a\nb,b"))

    assert dict(Product.objects.values_list("external_id", "visible")) == {"a": True, "b": False}


@pytest.mark.parametrize("price", ["15.00 USD", "15.00\xa0USD", "15,00USD", "USD 15", "USD15.00"])
def test_a_price_may_name_its_currency(tmp_path, price):
    import_products(write(tmp_path, f"id\ttitle\tprice\na\tA\t{price}"))

    assert Product.objects.values_list("price", "currency").get() == (Decimal(15), "USD")


@pytest.mark.parametrize(
    ("cells", "price"),
    [
        (["950.000", "1.250.000"], 950_000),
        (['"1,234"', '"1,250,000"'], 1234),
        (['"1,234"', "12.50", '"call, please"'], 1234),
    ],
)
def test_a_price_is_read_as_the_files_other_prices_say(tmp_path, cells, price):
    rows = "\n".join(f"{n},Mug,{cell}" for n, cell in enumerate(cells))
    import_products(write(tmp_path, f"id,title,price\n{rows}"))

    assert Product.objects.get(external_id="0").price == price


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("in stock", "in_stock"),
        ("", "in_stock"),
        ("https://schema.org/InStock", "in_stock"),
        ("preorder", "preorder"),
        ("backorder", "backorder"),
        ("sold out", "out_of_stock"),
    ],
)
def test_availability_is_out_of_stock_unless_a_word_says_otherwise(tmp_path, word, state):
    import_products(write(tmp_path, f"id,title,availability\na,A,{word}"))

    assert Product.objects.get().availability == state


def test_a_dry_run_counts_and_writes_nothing(tmp_path):
    summary = import_products(write(tmp_path, FILE), Options(dry_run=True))

    assert counts(summary) == {"created": 2}
    assert not Product.objects.exists()
    assert not Category.objects.exists()


def test_rejected_rows_are_named_in_a_file(tmp_path):
    rejects = tmp_path / "rejects.csv"
    import_products(
        write(tmp_path, "id,title,price\na,A,-1\nb,B,2\nc,C,3"), Options(rejects=rejects)
    )

    assert rejects.read_text().splitlines() == [
        "line,column,value,reason,row",
        '2,price,-1,is negative,"a,A,-1"',
    ]


def test_a_list_of_rejected_rows_is_not_left_to_a_file_without_any(tmp_path):
    rejects = tmp_path / "rejects.csv"
    import_products(write(tmp_path, "id,title,price\na,A,-1\nb,B,2"), Options(rejects=rejects))
    import_products(write(tmp_path, "id,title,price\na,A,1\nb,B,2"), Options(rejects=rejects))

    assert rejects.read_text().splitlines() == ["line,column,value,reason,row"]


def test_too_many_rejects_refuse_the_file(tmp_path):
    with pytest.raises(FileRefused, match="2 of 3 rows are rejected"):
        import_products(write(tmp_path, "id,title\n,A\n,B\nc,C"))
    assert not Product.objects.exists()


def test_listeners_hear_of_changes_on_commit_and_of_moves_within(
    tmp_path, heard, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        upsert_products([{"id": "a", "title": "A", "product_type": "Home"}])
    with django_capture_on_commit_callbacks(execute=True):
        upsert_products([{"id": "a", "title": "A", "product_type": "Garden > Pots"}])

    (key,) = Product.objects.values_list("pk", flat=True)
    assert heard == [
        (catalogue_changed, [key]),
        (categories_changed, [key]),
        (catalogue_changed, [key]),
    ]


def test_rows_of_the_api_are_checked_alike_and_all_errors_named():
    written = upsert_products(
        [
            {"id": "a", "title": "A", "price": 1.5, "attributes": {"colour": "red"}, "size": 40},
            {"id": "b", "price": "x"},
        ]
    )

    assert written.accepted == 1
    assert Product.objects.get().attributes == {"colour": "red", "size": "40"}
    assert written.rejected == [
        {
            "index": 1,
            "errors": [
                {"field": "title", "detail": "is missing"},
                {"field": "price", "detail": "is not a number"},
            ],
        }
    ]


def test_deleting_takes_off_sale_once():
    upsert_products([{"id": "a", "title": "A"}])

    assert delete_products(["A", "unknown"]) == 1
    assert delete_products(["A"]) == 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"id,title,gr\xf6\xdfe,\xc3\xa4\xc3\xb6\xc3\xbc\na,A,1,\n"),
        ("a.csv", b"id,title,a\0b\na,A,1\n"),
        ("a.ndjson", b'{"id": "a", "title": "A", "a\\u0000b": 1}'),
        ("a.ndjson", b'{"id": "a", "title": "A", "a\\ud800b": 1}'),
    ],
)
def test_a_column_whose_name_is_no_text_refuses_the_file(tmp_path, name, content):
    with pytest.raises(FileRefused, match=r"The name of the column \S+ contains char"):
        import_products(write(tmp_path, content, name))


def test_a_line_break_in_the_name_of_a_column_is_kept(tmp_path):
    import_products(write(tmp_path, b'id,title,"Weight\n(kg)"\na,A,1\n'))

    assert Product.objects.get().attributes == {"Weight\n(kg)": "1"}
