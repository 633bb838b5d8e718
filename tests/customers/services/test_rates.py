from decimal import Decimal

import pytest

from customers.models import CurrencyRate, CustomerTotal, Order
from customers.services.orders import import_orders
from customers.services.rates import import_rates
from tests.shop_files import assert_totals_are_true, counts, write

pytestmark = pytest.mark.django_db
ORDERS = """
    order_id,ordered_at,customer_id,currency,product_id,unit_price
    1,2024-01-05,ada,EUR,a,10
    2,2024-02-05,ada,EUR,a,10
    3,2024-03-05,ada,GBP,a,10
"""


def rates(folder, *rows):
    return import_rates(write(folder, "date,currency,rate\n" + "\n".join(rows), "rates.csv"))


def test_orders_without_a_rate_are_left_out_until_one_comes(tmp_path):
    summary = import_orders(write(tmp_path, ORDERS))
    assert summary.warnings["orders without a rate to the shop's currency"] == 1
    assert CustomerTotal.objects.get().net == 20

    assert counts(rates(tmp_path, "2024-03-01,GBP,1.17")) == {"created": 1}
    assert CustomerTotal.objects.get().net == Decimal("31.7")
    assert_totals_are_true()


def test_an_order_takes_the_latest_rate_up_to_its_day(tmp_path):
    import_orders(write(tmp_path, ORDERS))
    rates(tmp_path, "2024-03-01,GBP,1.1", "2024-03-05,GBP,1.2", "2024-03-06,GBP,1.3")

    assert Order.objects.get(external_id="3").rate == Decimal("1.2")


def test_the_same_rates_again_change_nothing(tmp_path):
    rates(tmp_path, "2024-03-01,GBP,1.1")

    assert counts(rates(tmp_path, "2024-03-01,GBP,1.1")) == {"unchanged": 1}
    assert counts(rates(tmp_path, "2024-03-01,GBP,1.2", "2024-03-01,GBP,1.3")) == {
        "updated": 1,
        "skipped": 1,
    }
    assert CurrencyRate.objects.get().rate == Decimal("1.3")


def test_a_rate_is_above_zero(tmp_path):
    assert counts(rates(tmp_path, "2024-03-01,GBP,0", "2024-03-01,GBP,1")) == {
        "created": 1,
        "rejected": 1,
    }
