import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from customers.identities import email_digest, guest_id, id_digest
from customers.models import Customer, CustomerTotal, ErasedIdentity, Order, OrderLine, Shop
from customers.services.orders import import_orders, upsert_orders
from customers.services.people import import_customers
from customers.services.privacy import erase_customer
from customers.signals import orders_changed
from products.models import Product
from products.services import upsert_products
from runs.files import FileRefused
from runs.imports import Options
from runs.models import Import
from tests.factories import make_run, make_segment
from tests.shop_files import assert_totals_are_true, counts, state, write

pytestmark = pytest.mark.django_db
FILE = """
    order_id,ordered_at,customer_id,product_id,quantity,unit_price,discount
    1,2024-01-05T10:00:00Z,ada,mug,2,10,1
    1,2024-01-05T10:00:00Z,ada,cup,1,5,
    2,2024-02-05,ben,mug,1,10,0
    1,2024-01-05T10:00:00Z,ada,cup,-1,5,0
    3,2024-02-06,,mug,1,10,0
"""


def test_a_file_makes_orders_lines_customers_and_products(tmp_path):
    summary = import_orders(write(tmp_path, FILE))

    assert counts(summary) == {"created": 5}
    order = Order.objects.get(external_id="1")
    assert (order.units, order.gross, order.discount) == (3, 25, 1)
    assert (order.returned, order.net, order.rate) == (5, 19, 1)
    assert list(order.lines.values_list("line_no", "net")) == [(1, 19), (2, 5), (3, -5)]
    assert not Product.objects.filter(visible=True).exists()
    assert Customer.objects.count() == 2


def test_totals_are_kept_in_the_same_transaction(tmp_path):
    import_orders(write(tmp_path, FILE))

    ada = CustomerTotal.objects.get(customer__external_id="ada")
    assert (ada.order_count, ada.units, ada.gross, ada.net) == (1, 3, 25, 19)
    assert ada.last_order_at == datetime(2024, 1, 5, 10, tzinfo=UTC)
    assert_totals_are_true()


def test_the_same_file_again_changes_nothing(tmp_path):
    import_orders(write(tmp_path, FILE))
    before = state()

    assert counts(import_orders(write(tmp_path, FILE))) == {"unchanged": 5}
    assert state() == before


def test_an_absent_column_leaves_the_value_and_an_empty_cell_the_default(tmp_path):
    import_orders(write(tmp_path, FILE))
    short = "order_id,ordered_at,product_id,unit_price,quantity\n2,2024-02-05,mug,10,1"
    assert counts(import_orders(write(tmp_path, short))) == {"unchanged": 1}

    cleared = "order_id,ordered_at,customer_id,product_id,unit_price\n2,2024-02-05,,mug,10"
    assert counts(import_orders(write(tmp_path, cleared))) == {"updated": 1}
    assert Order.objects.get(external_id="2").customer is None
    assert_totals_are_true()


def test_a_changed_order_is_counted_anew(tmp_path):
    import_orders(write(tmp_path, FILE))
    import_orders(
        write(
            tmp_path,
            """
            order_id,ordered_at,customer_id,status,product_id,quantity,unit_price
            1,2024-01-05T10:00:00Z,ben,paid,mug,3,10
            2,2024-02-05,ben,refunded,mug,1,10
            """,
        )
    )

    totals = {t.customer.external_id: t for t in CustomerTotal.objects.select_related("customer")}
    assert totals.keys() == {"ben"}
    ben = totals["ben"]
    assert (ben.order_count, ben.units, ben.net) == (1, 3, 29)
    assert (ben.gross, ben.discount, ben.returned) == (40, 1, 10)
    assert_totals_are_true()


def test_an_order_without_line_numbers_is_taken_as_whole(tmp_path):
    import_orders(write(tmp_path, FILE))
    summary = import_orders(
        write(tmp_path, "order_id,ordered_at,product_id,unit_price\n1,2024-01-05T10:00:00Z,mug,10")
    )

    assert OrderLine.objects.filter(order__external_id="1").count() == 1
    assert summary.warnings["lines removed from orders that have them no more"] == 2
    assert_totals_are_true()


def test_numbered_lines_are_written_one_by_one(tmp_path):
    header = "order_id,line_no,ordered_at,product_id,unit_price\n"
    import_orders(write(tmp_path, header + "1,1,2024-01-05,mug,10\n1,2,2024-01-05,cup,5"))
    import_orders(write(tmp_path, header + "1,2,2024-01-05,cup,6"))

    assert list(OrderLine.objects.values_list("line_no", "net")) == [(1, 10), (2, 6)]
    assert Order.objects.get().net == 16


def test_lines_of_one_order_may_be_scattered(tmp_path):
    header = "order_id,ordered_at,product_id,unit_price\n"
    rows = ["1,2024-01-05,a,1", "2,2024-01-05,b,2", "1,2024-01-05,c,4", "2,2024-01-05,d,8"]
    import_orders(write(tmp_path, header + "\n".join(rows)))

    assert list(Order.objects.order_by("external_id").values_list("external_id", "net")) == [
        ("1", 5),
        ("2", 10),
    ]
    assert list(OrderLine.objects.values_list("line_no", flat=True)) == [1, 2, 1, 2]


def test_a_line_number_given_twice_counts_once(tmp_path):
    header = "order_id,line_no,ordered_at,product_id,unit_price\n"
    rows = ["1,1,2024-01-05,a,1", "1,1,2024-01-05,b,2", "1,2,2024-01-05,c,4"]
    summary = import_orders(write(tmp_path, header + "\n".join(rows)))

    assert counts(summary) == {"created": 2, "skipped": 1}
    assert Order.objects.get().net == 5


def test_what_contradicts_the_first_line_is_taken_with_it_and_counted(tmp_path):
    rows = ["1,2024-01-05,ada,a,1", "1,2024-01-06,ben,b,2", "1,2024-01-05,,c,4"]
    summary = import_orders(
        write(tmp_path, "order_id,ordered_at,customer_id,product_id,unit_price\n" + "\n".join(rows))
    )

    assert counts(summary) == {"created": 3}
    assert Order.objects.get().customer.external_id == "ada"
    assert summary.warnings["customer_id differs from the order's first line"] == 1
    assert summary.warnings["ordered_at differs from the order's first line"] == 1


def test_a_discount_larger_than_its_line_is_taken_and_counted(tmp_path):
    header = "order_id,ordered_at,product_id,quantity,unit_price,discount\n"
    rows = ["1,2024-01-05,a,2,10,30", "1,2024-01-05,b,2,10,20", "2,2024-01-05,a,-1,10,30"]
    summary = import_orders(write(tmp_path, header + "\n".join(rows)))

    assert counts(summary) == {"created": 3}
    assert summary.warnings["a discount larger than its line's price"] == 1


def test_orders_dated_in_the_future_are_taken_and_counted(tmp_path):
    header = "order_id,ordered_at,product_id,unit_price\n"
    rows = ["1,2024-01-05,a,10", "2,2199-01-05,a,10", "2,2199-01-05,b,10", "3,2199-01-06,a,10"]
    summary = import_orders(write(tmp_path, header + "\n".join(rows)))

    assert counts(summary) == {"created": 4}
    assert summary.warnings["orders dated in the future"] == 2


def test_a_discount_that_a_total_is_after_is_not_doubtful(tmp_path):
    header = "order_id,ordered_at,product_id,quantity,line_total,discount\n"
    summary = import_orders(write(tmp_path, header + "1,2024-01-05,a,1,4.00,6.00"))

    assert OrderLine.objects.values_list("unit_price", "net").get() == (10, 4)
    assert not summary.warnings["a discount larger than its line's price"]


def test_a_total_stands_for_a_price_and_stays_exact(tmp_path):
    header = "order_id,ordered_at,product_id,quantity,line_total,discount\n"
    import_orders(write(tmp_path, header + "1,2024-01-05,a,3,10,2\n1,2024-01-05,b,-1,-4,0"))

    assert list(OrderLine.objects.values_list("unit_price", "net")) == [(4, 10), (4, -4)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,2024-01-05,a,0,5,", "is zero"),
        ("1,2024-01-05,a,1.5,5,", "is not a whole number"),
        ("1,2024-01-05,a,1,-5,", "is negative"),
        ("1,2024-01-05,a,1,,", "is missing, as is a line_total"),
        ("1,2024-01-05,a,-1,,5", "has not the quantity's sign"),
        ("1,0001-01-01,a,1,5,", "is not in a year"),
        ("1,2024-01-05,a,10000000,9999999999,", "makes the line worth 1,000,000,000,000 or more"),
        ("1,2024-01-05,a,-1000,1000000000,", "makes the line worth 1,000,000,000,000 or more"),
        (f"1,2024-01-05,a,{2**100},5,", "is not from"),
        (f"{'x' * 101},2024-01-05,a,1,5,", "longer than 100"),
    ],
)
def test_a_wrong_line_is_rejected_by_name(tmp_path, row, reason):
    rejects = tmp_path / "rejects.csv"
    header = "order_id,ordered_at,product_id,quantity,unit_price,line_total\n"
    good = "2,2024-01-05,a,1,5,"
    import_orders(write(tmp_path, f"{header}{row}\n{good}"), Options(rejects=rejects))

    assert reason in rejects.read_text()
    assert [order.external_id for order in Order.objects.all()] == ["2"]


def test_dates_are_decided_once_for_the_file(tmp_path):
    header = "order_id,ordered_at,product_id,unit_price\n"
    import_orders(write(tmp_path, header + "1,01/02/2024,a,1\n2,2024-05-01,a,1\n3,13/02/2024,a,1"))

    months = Order.objects.order_by("external_id").values_list("ordered_at__month", flat=True)
    assert list(months) == [2, 5, 2]


def test_what_is_no_date_decides_nothing(tmp_path):
    header = "order_id,ordered_at,product_id,unit_price\n"
    rows = ["1,01/02/2024,a,1", "2,02/13/2024,a,1", "3,99/12/2024,a,1"]
    summary = import_orders(write(tmp_path, header + "\n".join(rows)))

    assert counts(summary) == {"created": 2, "rejected": 1}
    assert Order.objects.get(external_id="1").ordered_at.month == 1


def test_dates_that_decide_nothing_or_both_are_rejected_unless_told(tmp_path):
    header = "order_id,ordered_at,product_id,unit_price\n"
    both = write(tmp_path, header + "1,01/02/2024,a,1\n2,13/02/2024,a,1\n3,02/13/2024,a,1")
    with pytest.raises(FileRefused, match="3 of 3"):
        import_orders(both)

    assert counts(import_orders(both, Options(dates="dmy"))) == {"created": 2, "rejected": 1}


def test_the_shops_currency_is_that_of_most_orders_and_stays(tmp_path):
    header = "order_id,ordered_at,product_id,unit_price,currency\n"
    import_orders(
        write(tmp_path, header + "1,2024-01-05,a,1,GBP\n2,2024-01-05,a,1,GBP\n3,2024-01-05,a,1,EUR")
    )
    import_orders(write(tmp_path, header + "4,2024-01-05,a,1,EUR\n5,2024-01-05,a,1,"))

    assert Shop.objects.get().currency == "GBP"
    rates = Order.objects.order_by("external_id").values_list("currency", "rate")
    assert list(rates)[2:] == [("EUR", None), ("EUR", None), ("GBP", 1)]


def test_another_currency_than_the_one_settled_is_refused(tmp_path, settings):
    import_orders(write(tmp_path, FILE))
    settings.SHOP_CURRENCY = "USD"

    with pytest.raises(FileRefused, match="SHOP_CURRENCY is USD"):
        import_orders(write(tmp_path, FILE))


@pytest.mark.parametrize("columns", ["customer_id,email", "email"])
def test_a_guest_is_a_customer_by_e_mail(tmp_path, settings, columns):
    nobody = "," if "customer_id" in columns else ""
    header = f"order_id,ordered_at,{columns},product_id,unit_price\n"
    rows = f"1,2024-01-05,{nobody}Ada@x.org,a,1\n2,2024-01-06,{nobody}ada@x.org,a,1"
    import_orders(write(tmp_path, header + rows))

    guest = Customer.objects.get()
    assert guest.is_guest
    assert guest.external_id == guest_id("ada@x.org", settings.ERASURE_KEY)
    assert "ada" not in guest.external_id
    assert guest.total.order_count == 2


def test_a_file_without_customers_has_guests(tmp_path):
    import_orders(
        write(
            tmp_path,
            """order_id,ordered_at,email,product_id,unit_price
            1,2024-01-05,ada@x.org,mug,10
            2,2024-01-06,ben@x.org,mug,10""",
        )
    )

    assert list(Customer.objects.values_list("is_guest", "total__order_count")) == [(True, 1)] * 2


@pytest.mark.parametrize("is_known", [False, True])
def test_a_guest_is_taken_over_by_an_id_of_that_e_mail(tmp_path, is_known):
    header = "order_id,ordered_at,customer_id,email,product_id,unit_price\n"
    if is_known:
        import_customers(write(tmp_path, "customer_id\n7"))
    first = write(tmp_path, header + "1,2024-01-05,,ada@x.org,a,1")
    import_orders(first)
    import_orders(write(tmp_path, header + "2,2024-01-06,7,ADA@x.org,a,1\n", "2.csv"))

    customer = Customer.objects.get()
    assert (customer.external_id, customer.is_guest, customer.total.order_count) == ("7", False, 2)
    assert counts(import_orders(first)) == {"unchanged": 1}
    assert_totals_are_true()


@pytest.mark.parametrize("column", [",", ""], ids=["an empty id", "no ids"])
def test_a_guests_order_stays_with_who_took_it_over_though_the_e_mail_changed(tmp_path, column):
    ids = "customer_id," if column else ""
    import_customers(write(tmp_path, "customer_id\n7"))
    header = f"order_id,ordered_at,{ids}email,product_id,unit_price\n"
    first = write(tmp_path, header + f"1,2024-01-05,{column}ada@x.org,a,1")
    import_orders(first)
    import_customers(write(tmp_path, "customer_id,email\n7,ada@x.org", "2.csv"))
    import_customers(write(tmp_path, "customer_id,email\n7,new@x.org", "3.csv"))

    assert counts(import_orders(first)) == {"unchanged": 1}

    assert Customer.objects.values_list("external_id", "total__order_count").get() == ("7", 1)
    assert_totals_are_true()


def test_a_file_is_known_to_name_an_erased_person_whose_e_mail_an_older_order_has(tmp_path):
    first = write(
        tmp_path, "order_id,ordered_at,email,product_id,unit_price\n1,2024-01-05,ada@x.org,a,1"
    )
    import_orders(first)
    for name, row in [("2.csv", "7,ada@x.org"), ("3.csv", "7,new@x.org"), ("4.csv", "8,ada@x.org")]:
        import_customers(write(tmp_path, f"customer_id,email\n{row}", name))
    erase_customer("8")

    summary = import_orders(first)

    assert summary.names_erased
    assert Order.objects.get().customer.external_id == "7"


def test_another_order_of_an_e_mail_nobody_has_any_more_is_a_guests(tmp_path):
    header = "order_id,ordered_at,email,product_id,unit_price\n"
    old = "1,2024-01-05,ada@x.org,a,1\n"
    import_orders(write(tmp_path, header + old))
    import_customers(write(tmp_path, "customer_id,email\n7,ada@x.org", "2.csv"))
    import_customers(write(tmp_path, "customer_id,email\n7,new@x.org", "3.csv"))

    both = write(tmp_path, header + old + "2,2024-02-05,ada@x.org,a,1\n")
    assert counts(import_orders(both)) == {"created": 1, "unchanged": 1}
    assert counts(import_orders(both)) == {"unchanged": 2}

    owners = Order.objects.order_by("external_id").values_list("customer__is_guest", flat=True)
    assert list(owners) == [False, True]
    assert_totals_are_true()


def test_a_guest_with_a_segment_history_keeps_no_sums_when_taken_over(tmp_path):
    header = "order_id,ordered_at,customer_id,email,product_id,unit_price\n"
    import_customers(write(tmp_path, "customer_id\n7"))
    import_orders(write(tmp_path, header + "1,2024-01-05,,ada@x.org,a,10"))
    make_segment(make_run(), Customer.objects.get(is_guest=True))

    import_orders(write(tmp_path, header + "2,2024-01-06,7,ada@x.org,a,10"))

    totals = CustomerTotal.objects.values_list("customer__external_id", "order_count", "net")
    assert list(totals) == [("7", 2, 20)]
    assert_totals_are_true()


def test_two_ids_with_one_e_mail_stay_two(tmp_path):
    header = "order_id,ordered_at,customer_id,email,product_id,unit_price\n"
    rows = ["1,2024-01-05,,a@x.org,a,1", "2,2024-01-05,7,a@x.org,a,1", "3,2024-01-05,8,a@x.org,a,1"]
    import_orders(write(tmp_path, header + "\n".join(rows)))

    owners = Order.objects.order_by("external_id").values_list("customer__external_id", flat=True)
    assert list(owners) == ["7", "7", "8"]


def test_the_erased_are_not_brought_back(tmp_path, settings):
    surrogate = Customer.objects.create(external_id="erased-1")
    for digest in (
        id_digest("7", settings.ERASURE_KEY),
        email_digest("A@x.org", settings.ERASURE_KEY),
    ):
        ErasedIdentity.objects.create(digest=digest, customer=surrogate)
    header = "order_id,ordered_at,customer_id,email,product_id,unit_price\n"
    import_orders(write(tmp_path, header + "1,2024-01-05,7,,a,1\n2,2024-01-05,,a@x.org,a,1"))

    assert Customer.objects.get() == surrogate
    assert Customer.objects.values_list("email", flat=True).get() == ""
    assert surrogate.total.order_count == 2


def test_lines_may_describe_their_products_the_latest_dated_wins(tmp_path):
    header = "order_id,ordered_at,product_id,unit_price,title,product_type\n"
    rows = [
        "1,2024-03-05,mug,4,New mug,Home",
        "2,2024-01-05,MUG,3,Old mug,Old",
        "3,2024-04-01,mug,5,,",
    ]
    import_orders(write(tmp_path, header + "\n".join(rows)))

    mug = Product.objects.get()
    assert (mug.external_id, mug.title, mug.price, mug.visible) == ("mug", "New mug", 4, True)
    assert mug.category.name == "Home"


def test_a_described_product_keeps_its_own_title(tmp_path):
    upsert_products([{"id": "mug", "title": "Written with care"}])
    import_orders(
        write(tmp_path, "order_id,ordered_at,product_id,unit_price,title\n1,2024-03-05,mug,4,MUG")
    )

    assert Product.objects.get().title == "Written with care"


def test_an_import_is_recorded_with_its_hash(tmp_path):
    import_orders(write(tmp_path, FILE))

    record = Import.objects.get()
    assert (record.kind, record.status, record.created) == ("orders", "done", 5)
    assert len(record.sha256) == 64


def test_a_dry_run_writes_nothing(tmp_path):
    assert counts(import_orders(write(tmp_path, FILE), Options(dry_run=True))) == {"created": 5}
    assert not any(m.objects.exists() for m in (Order, Customer, Product, Import, Shop))


@pytest.fixture
def heard():
    """What listeners were told of orders."""
    told = []

    def hear(product_ids, **_):
        told.append(product_ids)

    orders_changed.connect(hear)
    yield told
    orders_changed.disconnect(hear)


def named(products: list[int]) -> set[str]:
    return {*Product.objects.filter(pk__in=products).values_list("external_id", flat=True)}


def test_listeners_hear_which_products_were_ordered(
    tmp_path, heard, django_capture_on_commit_callbacks
):
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            import_orders(write(tmp_path, FILE))

    assert [sorted(ids) for ids in heard] == [sorted(Product.objects.values_list("pk", flat=True))]


def test_listeners_hear_of_products_that_an_order_has_no_more(
    heard, django_capture_on_commit_callbacks
):
    line = {"order_id": "1", "ordered_at": "2024-01-05", "unit_price": 1}
    upsert_orders([line | {"product_id": "mug"}])
    with django_capture_on_commit_callbacks(execute=True):
        upsert_orders([line | {"product_id": "cup"}])

    assert [named(ids) for ids in heard] == [{"mug", "cup"}]


def test_listeners_hear_of_all_products_where_the_clock_moves(
    heard, django_capture_on_commit_callbacks
):
    line = {"order_id": "1", "ordered_at": "2024-01-05", "product_id": "mug", "unit_price": 1}
    upsert_orders([line])
    for day in ("2024-01-05", "2024-01-06"):
        with django_capture_on_commit_callbacks(execute=True):
            upsert_orders([line | {"order_id": day, "ordered_at": day}])

    assert [ids and named(ids) for ids in heard] == [{"mug"}, None]


def test_rows_of_the_api_are_written_and_unknown_fields_named():
    line = {"order_id": "1", "ordered_at": "2024-01-05T10:00:00+01:00", "product_id": "mug"}
    written = upsert_orders([line | {"unit_price": 2.5}, line, line | {"unit_price": 1, "qty": 2}])

    assert written.accepted == 1
    assert [row["index"] for row in written.rejected] == [1, 2]
    assert written.rejected[1]["errors"] == [{"field": "qty", "detail": "is not a known field"}]
    assert Order.objects.get().net == Decimal("2.5")


def test_a_dear_line_that_does_not_say_its_quantity_is_of_one_piece(tmp_path):
    line = {"order_id": "1", "ordered_at": "2024-01-05", "product_id": "a"}
    line |= {"unit_price": 9_999_999_999}
    rows = map(json.dumps, [line, line | {"order_id": "2", "quantity": 101}])
    summary = import_orders(write(tmp_path, "\n".join(rows), "a.ndjson"))

    assert (summary.created, summary.rejected) == (1, 1)
    assert OrderLine.objects.get().net == 9_999_999_999
