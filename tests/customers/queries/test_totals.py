import json
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from customers.models import Customer, CustomerCategoryTotal, CustomerTotal, Order, OrderLine
from customers.queries.clock import data_clock
from customers.queries.frames import category_totals, customer_totals
from customers.queries.totals import DECAY_REFERENCE
from customers.services.orders import import_orders, upsert_orders
from customers.services.people import upsert_customers
from customers.services.privacy import UnknownCustomer, erase_customer
from customers.services.rates import import_rates
from products.services import delete_products, upsert_products
from tests.shop_files import assert_totals_are_true, write

pytestmark = pytest.mark.django_db


def line(order_id: str, at: str = "2024-01-05", **over) -> dict:
    return {"order_id": order_id, "ordered_at": at, "product_id": "mug", "unit_price": "10"} | over


def test_spend_halves_every_ninety_days():
    upsert_orders([line("1", DECAY_REFERENCE, customer_id="ada")])
    ninety_days_on = datetime.fromisoformat(DECAY_REFERENCE) + timedelta(days=90)

    assert CustomerTotal.objects.get().decayed_spend == pytest.approx(10)
    assert customer_totals(ninety_days_on)["decayed_spend"].item() == pytest.approx(5)


def test_the_gift_season_is_in_the_shops_zone(settings):
    settings.SHOP_TIME_ZONE = "America/New_York"
    days = ["2023-11-15T04:59Z", "2023-11-15T05:00Z", "2024-01-01T04:59Z", "2024-01-01T05:00Z"]
    upsert_orders([line(day, day, customer_id="ada") for day in days])

    assert CustomerTotal.objects.get().season_orders == 2


def test_pending_and_cancelled_orders_count_nothing():
    upsert_orders(
        [line(status, customer_id="ada", status=status) for status in ("pending", "cancelled")]
    )

    assert not CustomerTotal.objects.exists()


def test_an_order_of_returns_alone_is_no_order():
    upsert_orders([line("1", customer_id="ada", quantity=-2)])

    ada = CustomerTotal.objects.get()
    assert (ada.order_count, ada.returned, ada.net) == (0, 20, -20)
    assert (ada.first_order_at, ada.last_order_at) == (None, None)


def test_categories_follow_a_product_to_another():
    upsert_products([{"id": "mug", "title": "Mug", "product_type": "Home"}])
    upsert_orders([line("1", customer_id="ada", quantity=2)])
    upsert_products([{"id": "mug", "title": "Mug", "product_type": "Garden"}])

    kept = CustomerCategoryTotal.objects.get()
    assert (kept.category.name, kept.lines, kept.units, kept.net) == ("Garden", 1, 2, 20)
    assert_totals_are_true()


@pytest.mark.parametrize("next_day", ["2024-01-07", "2024-02-05"])
def test_totals_of_an_earlier_day_are_those_it_had(next_day):
    for name, kind in (("mug", "Home"), ("pot", "Kitchen")):
        upsert_products([{"id": name, "title": name, "product_type": kind}])
    upsert_orders(
        [
            line("1", "2024-01-01", customer_id="ada"),
            line("2", "2024-01-05", customer_id="ada", discount="1"),
            line("3", "2024-01-05", customer_id="bob", quantity=-1),
        ]
    )
    then = data_clock()
    before = customer_totals(then), category_totals(then)
    upsert_orders(
        [
            line("4", next_day, customer_id="ada", product_id="pot"),
            line("5", next_day, customer_id="ada", status="refunded"),
            line("6", next_day, customer_id="bob"),
            line("7", next_day, customer_id="eve"),
        ]
    )

    for was, now in zip(before, (customer_totals(then), category_totals(then)), strict=True):
        now = now.sort_values(["customer_id"], ignore_index=True)
        assert_frame_equal(was.sort_values(["customer_id"], ignore_index=True), now)
    assert sorted(customer_totals(data_clock())["order_count"]) == [1, 1, 3]


@pytest.mark.parametrize("next_day", ["2024-01-07", "2024-02-05"])
def test_totals_of_a_few_customers_are_theirs(next_day):
    upsert_products([{"id": "mug", "title": "Mug", "product_type": "Home"}])
    upsert_orders([line(who, f"2024-01-0{n}", customer_id=who) for n, who in enumerate("abc", 1)])
    then = data_clock()
    upsert_orders([line(f"{who}2", next_day, customer_id=who) for who in "abc"])
    known = Customer.objects.get(external_id="b").pk

    assert customer_totals(then, [known])["order_count"].tolist() == [1]
    assert category_totals(then, [known])["lines"].tolist() == [1]
    assert customer_totals(data_clock(), [known])["order_count"].tolist() == [2]
    assert not len(customer_totals(then, []))


def test_a_product_that_a_later_order_describes_counts_in_its_category_from_the_first(tmp_path):
    header = "order_id,ordered_at,customer_id,product_id,quantity,unit_price"
    import_orders(write(tmp_path, f"{header}\n1,2024-01-05,ada,mug,2,10", "first.csv"))
    told = f"{header},title,product_type\n2,2024-02-05,ada,mug,1,10,Mug,Home > Mugs"
    import_orders(write(tmp_path, told, "second.csv"))

    kept = CustomerCategoryTotal.objects.get()
    assert (kept.category.name, kept.lines, kept.units) == ("Home", 2, 3)
    assert_totals_are_true()


def test_the_clock_is_the_end_of_the_newest_orders_day_and_never_ahead():
    assert data_clock() is None
    tomorrow = timezone.now() + timedelta(days=1)
    upsert_orders([line("1", "2024-01-05T10:00Z"), line("2", tomorrow.isoformat())])

    assert data_clock() == datetime(2024, 1, 5, 23, 59, 59, 999999, tzinfo=UTC)
    assert data_clock(date(2024, 3, 1)).day == 1


def test_a_new_order_is_added_without_reading_the_others():
    upsert_orders([line("1", customer_id="ada")])
    Order.objects.update(gross=999, net=999)
    upsert_orders([line("2", customer_id="ada")])

    assert CustomerTotal.objects.get().net == 20


IDS = st.sampled_from(["1", "2", "3", "4"])
PRODUCTS = st.sampled_from(["mug", "cup", "pot"])
LINES = st.fixed_dictionaries(
    {
        "order_id": IDS,
        "ordered_at": st.sampled_from(["2023-11-20", "2024-01-05", "2024-02-05T23:30:00Z"]),
        "product_id": PRODUCTS,
        "unit_price": st.decimals(0, 99, places=4).map(str),
    },
    optional={
        "line_no": st.integers(1, 3),
        "quantity": st.integers(-3, 5).filter(bool),
        "discount": st.decimals(0, 5, places=2).map(str),
        "customer_id": st.sampled_from(["ada", "ben", ""]),
        "email": st.sampled_from(["ada@x.org", "cy@x.org", ""]),
        "status": st.sampled_from(["paid", "fulfilled", "pending", "cancelled", "refunded"]),
        "currency": st.sampled_from(["EUR", "GBP"]),
    },
)
STEPS = st.one_of(
    st.tuples(st.just(upsert_orders), st.lists(LINES, min_size=1, max_size=6)),
    st.tuples(st.just("file"), st.lists(LINES, min_size=1, max_size=6)),
    st.tuples(st.just(delete_products), st.lists(PRODUCTS, max_size=1)),
    st.tuples(
        st.just(upsert_products),
        st.tuples(PRODUCTS, st.sampled_from(["Home > Mugs", "Garden", ""])).map(
            lambda found: [{"id": found[0], "title": "T", "product_type": found[1]}]
        ),
    ),
    st.tuples(
        st.just(upsert_customers),
        st.just([{"customer_id": "cy", "email": "cy@x.org"}]),
    ),
    st.tuples(st.just("erase"), st.sampled_from(["ada", "cy"])),
    st.tuples(st.just("rate"), st.decimals("0.5", 2, places=3).map(str)),
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(STEPS, min_size=2, max_size=7))
def test_kept_totals_are_the_recomputed_after_any_steps(steps, tmp_path):
    with transaction.atomic():
        for do, what in steps:
            if do == "file":
                import_orders(write(tmp_path, "\n".join(map(json.dumps, what))))
            elif do == "erase":
                with suppress(UnknownCustomer):
                    erase_customer(what)
            elif do == "rate":
                import_rates(write(tmp_path, f"date,currency,rate\n2024-01-01,GBP,{what}"))
            else:
                do(what)
        assert_orders_add_up()
        assert_totals_are_true()
        transaction.set_rollback(True)


def assert_orders_add_up() -> None:
    for order in Order.objects.all():
        nets = [one.net for one in OrderLine.objects.filter(order=order)]
        assert sum(nets, Decimal()) == order.net == order.gross - order.discount - order.returned
