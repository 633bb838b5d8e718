import re
from decimal import Decimal

import pytest

from customers.models import Customer, Order
from customers.services.orders import import_orders
from products.models import Product
from tests.shop_files import counts, write

pytestmark = pytest.mark.django_db
HEADER = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"
OLDER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"


def till(folder, *rows, header=HEADER):
    return import_orders(write(folder, header + "\n".join(rows)))


@pytest.mark.parametrize("header", [HEADER, OLDER])
def test_a_flat_file_makes_all_there_is(tmp_path, header):
    summary = till(
        tmp_path, "489434,85048,RED MUG,12,2009-12-01 07:45,6.95,13085.0,France", header=header
    )

    assert (summary.format, counts(summary)) == ("uci-retail", {"created": 1})
    customer, product = Customer.objects.get(), Product.objects.get()
    assert (customer.external_id, customer.country) == ("13085", "France")
    assert (product.title, product.visible, product.price) == ("RED MUG", True, Decimal("6.95"))
    assert Order.objects.get().currency == "GBP"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,POST,POSTAGE,1,2009-12-01,18,13085,France", "postage"),
        ("1,m,Manual,1,2009-12-01,18,13085,France", "manual entry"),
        ("A1,B,Adjust bad debt,1,2009-12-01,-53594.36,,UK", "adjustment"),
        ("1,gift_0001_20,Voucher,1,2009-12-01,20,,UK", "gift voucher"),
        ("1,85048,damaged,-9,2009-12-01,0,,UK", "stock correction without a price and a customer"),
        ("2,85048,RED MUG,1,2009-12-01,2,13085,UK", "exact repeat"),
    ],
)
def test_what_is_no_sale_of_goods_is_kept_out_and_counted(tmp_path, row, reason):
    summary = till(tmp_path, "2,85048,RED MUG,1,2009-12-01,2,13085,UK", row)

    assert counts(summary) == {"created": 1, "skipped": 1}
    assert summary.warnings[f"skipped: {reason}"] == 1


def test_a_cancelled_invoice_takes_its_value_off(tmp_path):
    till(
        tmp_path,
        "1,85048,RED MUG,12,2009-12-01,2,13085,UK",
        "C2,85048,RED MUG,-2,2009-12-05,2,13085,UK",
    )

    total = Customer.objects.get().total
    assert (total.order_count, total.gross, total.returned, total.net) == (1, 24, 4, 20)


def test_a_gift_without_a_price_stays_a_line(tmp_path):
    assert counts(till(tmp_path, "1,85048,RED MUG,1,2009-12-01,0,13085,UK")) == {"created": 1}


def test_what_is_no_goods_can_be_set(tmp_path, settings):
    settings.NOT_GOODS = {"wrapping": re.compile("WRAP.*")}
    rows = ["1,WRAP9,Wrapping,1,2009-12-01,2,1,UK", "1,POST,Stamps,1,2009-12-01,2,1,UK"]

    assert till(tmp_path, *rows).warnings["skipped: wrapping"] == 1
    assert Product.objects.get().external_id == "POST"
