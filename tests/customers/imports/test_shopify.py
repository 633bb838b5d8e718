import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from customers.imports.shopify_orders import share_out
from customers.models import Customer, Order
from customers.services.orders import import_orders
from customers.services.people import import_customers
from products.models import Product
from tests.shop_files import counts, write

FILE = Path(__file__).parent / "files" / "shopify-orders.csv"


@pytest.mark.django_db
def test_the_export_is_imported_without_a_word(tmp_path):
    summary = import_orders(FILE)

    assert (summary.format, counts(summary)) == ("shopify", {"created": 5, "skipped": 1})
    first = Order.objects.get(external_id="#1001")
    assert first.ordered_at == datetime(2025, 10, 7, 7, 50, 26, tzinfo=UTC)
    assert (first.currency, first.gross, first.discount, first.net) == ("EUR", 30, 3, 27)
    assert list(first.lines.values_list("product__external_id", "discount")) == [
        ("MUG-R-L", 2),
        ("TOWEL", 1),
    ]
    assert counts(import_orders(FILE)) == {"unchanged": 5, "skipped": 1}


# The columns of the newest export that the small file does not have.
MORE_COLUMNS = (
    "Billing Address1,Billing Address2,Billing Company,Billing City,Shipping Name,Shipping Street,"
    "Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,"
    "Shipping Province,Shipping Phone,Tax 2 Name,Tax 2 Value,Tax 3 Name,Tax 3 Value,Tax 4 Name,"
    "Tax 4 Value,Tax 5 Name,Tax 5 Value,Billing Province Name,Shipping Province Name,"
    "Next Payment Due At,Payment References"
)


@pytest.mark.django_db
def test_the_newest_export_has_79_columns(tmp_path):
    rows = list(csv.reader(FILE.open(newline="")))
    whole = io.StringIO()
    more = MORE_COLUMNS.split(",")
    csv.writer(whole).writerows([rows[0] + more, *(row + [""] * len(more) for row in rows[1:])])
    assert len(rows[0] + more) == 79

    summary = import_orders(write(tmp_path, whole.getvalue().encode()))

    assert (summary.format, counts(summary)) == ("shopify", {"created": 5, "skipped": 1})
    assert counts(import_orders(FILE)) == {"unchanged": 5, "skipped": 1}


@pytest.mark.django_db
def test_refunds_and_cancellations_do_not_count_as_spend():
    import_orders(FILE)

    states = dict(Order.objects.values_list("external_id", "status"))
    assert states == {
        "#1001": "fulfilled",
        "#1002": "refunded",
        "#1003": "cancelled",
        "#1004": "paid",
    }
    ada = Customer.objects.get(email="ada@example.org")
    assert (ada.is_guest, ada.country, ada.total.order_count, ada.total.net) == (True, "DE", 2, 57)


@pytest.mark.django_db
def test_a_line_without_a_sku_goes_by_its_name():
    import_orders(FILE)

    wrap = Product.objects.get(external_id="Gift wrap")
    assert (wrap.title, wrap.visible, wrap.brand) == ("Gift wrap", True, "Potters")


@pytest.mark.django_db
def test_an_older_shorter_export_will_do(tmp_path):
    rows = [
        "Name,Email,Financial Status,Currency,Created at,Lineitem quantity,Lineitem name,"
        "Lineitem price,Lineitem sku",
        "#1,a@x.org,paid,USD,2019-01-01 10:00:00 -0500,1,Mug,5.00,M",
        "#1,,,,,2,Cup,2.50,C",
    ]
    import_orders(write(tmp_path, "\n".join(rows)))

    assert Order.objects.get().net == 10


@pytest.mark.django_db
def test_customers_take_over_the_guests_of_their_orders(tmp_path):
    import_orders(FILE)
    rows = [
        "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,"
        "Default Address Country Code,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Tags",
        "'7001,Ada,L,ada@example.org,yes,,DE,'+49,no,57.00,2,vip",
    ]
    summary = import_customers(write(tmp_path, "\n".join(rows)))

    assert (summary.format, counts(summary)) == ("shopify", {"created": 1})
    ada = Customer.objects.get(external_id="7001")
    assert (ada.is_guest, ada.marketing_consent, ada.total.net) == (False, True, 57)
    assert ada.attributes == {"tags": "vip"}


def test_a_discount_is_shared_out_to_the_cent():
    shares = share_out(Decimal("10.00"), [Decimal(1), Decimal(1), Decimal(1)])

    assert sum(shares) == 10
    assert share_out(Decimal(0), [Decimal(0)]) == [0]


@pytest.mark.django_db
def test_a_partial_refund_is_a_discount_and_counted(tmp_path):
    rows = [
        "Name,Financial Status,Currency,Subtotal,Refunded Amount,Created at,Lineitem quantity,"
        "Lineitem name,Lineitem price",
        "#1,partially_refunded,EUR,100,50,2019-01-01,1,Mug,60",
        "#1,,,,,,1,Cup,40",
        "#2,paid,EUR,40,0,2019-01-01,1,Cup,40",
    ]
    summary = import_orders(write(tmp_path, "\n".join(rows)))

    assert summary.warnings["a partial refund, taken as a discount"] == 2
    order = Order.objects.get(external_id="#1")
    assert (order.gross, order.discount, order.net) == (100, 50, 50)
