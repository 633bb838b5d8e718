"""Staff pages of segments, customers and orders."""

from datetime import timedelta

import pytest
from django.core.paginator import Paginator
from django.db import connection
from django.utils import timezone

from customers.models import Customer, CustomerScore, CustomerTotal, Segment, Shop
from customers.queries import pages
from runs.paging import EstimatedPaginator, UnknownLast
from tests.customers.trading import take_stock
from tests.factories import NOW, make_customer, make_order, make_product, make_run, make_segment

pytestmark = pytest.mark.django_db

CUSTOMERS = "/admin/customers/customer/"
# Session, user, notices; filters: run, segments, audiences, countries; estimate, count, page,
# segments, scores.
CUSTOMER_LIST_QUERIES = 12


def listed(client, url: str, **filters) -> list:
    response = client.get(url, filters)
    assert response.status_code == 200
    return list(response.context["cl"].result_list)


@pytest.fixture
def run():
    Shop.objects.create(currency="EUR")
    return make_run(metrics={"customers": 2})


@pytest.fixture
def ada(run) -> Customer:
    ada = make_customer(first_name="Ada", last_name="Abel", email="ada@example.com", country="DE")
    CustomerTotal.objects.create(customer=ada, order_count=9, net=90, last_order_at=NOW)
    CustomerScore.objects.create(
        customer=ada, rfm_code="555", rfm_name="Champions", value_tier="high", from_run=run
    )
    make_segment(run, ada, key="loyal", name="Loyal")
    make_order(ada, make_product(title="Blue mug"), external_id="o-ada")
    return ada


@pytest.fixture
def ben(run) -> Customer:
    return make_customer(first_name="Ben", last_name="Brandt", country="FR")


@pytest.mark.parametrize(
    "filters",
    [
        {"q": "ada"},
        {"q": "Abel ad"},
        {"q": "ADA@exam"},
        {"segment": "loyal"},
        {"rfm": "Champions"},
        {"tier": "high"},
        {"last_order": "30"},
        {"country": "DE"},
    ],
    ids=str,
)
def test_customers_are_found_by(admin_client, ada, ben, filters):
    assert listed(admin_client, CUSTOMERS, **filters) == [ada]


@pytest.mark.parametrize(
    "filters", [{"segment": "none"}, {"last_order": "never"}, {"q": "brandt"}], ids=str
)
def test_customers_without_segment_or_order_are_found_by(admin_client, ada, ben, filters):
    assert listed(admin_client, CUSTOMERS, **filters) == [ben]


@pytest.mark.parametrize("asked", [{"audience": "9"}, {"segment": "loyal"}, {"country": "DE"}])
def test_a_filter_with_nothing_to_choose_from_lists_nobody(admin_client, asked):
    make_customer()

    assert listed(admin_client, CUSTOMERS, **asked) == []


def test_days_since_the_last_order_count_from_the_data_not_from_today(admin_client, ada, ben):
    CustomerTotal.objects.create(customer=ben, last_order_at=NOW - timedelta(days=100))

    assert listed(admin_client, CUSTOMERS, last_order="180") == [ben]


def test_an_order_dated_after_the_datas_last_day_is_in_no_days_before_it(admin_client, ada):
    later = timezone.now() + timedelta(days=9_000)
    make_order(ada, make_product(), ordered_at=later)
    CustomerTotal.objects.update(last_order_at=later)

    assert listed(admin_client, CUSTOMERS, last_order="30") == []
    found = listed(admin_client, "/admin/customers/order/", ordered="7")
    assert [order.external_id for order in found] == ["o-ada"]


def test_a_time_of_the_last_order_that_there_is_not_lists_nobody(admin_client, ada):
    assert listed(admin_client, CUSTOMERS, last_order="bogus") == []


def test_who_only_gave_back_never_ordered(admin_client, ada):
    CustomerTotal.objects.update(order_count=0, last_order_at=None)

    assert ">never<" in admin_client.get(CUSTOMERS).content.decode()


def test_a_customer_is_found_by_id_alone(admin_client, ada, ben):
    assert listed(admin_client, CUSTOMERS, q=ben.external_id) == [ben]


@pytest.mark.parametrize("customers", [1, 30])
def test_the_list_of_customers_takes_the_same_queries_however_long(
    admin_client, run, django_assert_num_queries, customers
):
    make_segment(run, *(make_customer(country="DE") for _ in range(customers)))

    with django_assert_num_queries(CUSTOMER_LIST_QUERIES):
        admin_client.get(CUSTOMERS)


def test_a_large_table_is_counted_by_estimate_and_a_filtered_one_exactly(ada, ben, monkeypatch):
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE customers_customer")
    monkeypatch.setattr(EstimatedPaginator, "EXACT_BELOW", 1)

    assert EstimatedPaginator(Customer.objects.all(), 50).estimate == 2
    assert EstimatedPaginator(Customer.objects.filter(country="DE"), 50).estimate is None


@pytest.mark.parametrize("large", [{"DEEP": 2}, {"EXACT_BELOW": 1}], ids=["deep", "many"])
def test_a_page_whose_keys_are_found_first_is_the_page_it_would_be_otherwise(
    run, monkeypatch, large, django_assert_num_queries
):
    for spent in (3, 1, 2, 5, 4):
        CustomerTotal.objects.create(customer=make_customer(), order_count=1, net=spent)
    sorted_list = pages.customers_with_segment().order_by(UnknownLast("total__net").desc(), "pk")
    plain = [[*Paginator(sorted_list, 2).page(number)] for number in (1, 2, 3)]

    for name, value in large.items():
        monkeypatch.setattr(EstimatedPaginator, name, value)
    take_stock()

    by_keys = EstimatedPaginator(sorted_list, 2)
    assert by_keys.count == 5
    assert [[*by_keys.page(number)] for number in (1, 2, 3)] == plain
    with django_assert_num_queries(2):
        list(by_keys.page(2).object_list.prefetch_related(None))


@pytest.mark.parametrize("column", [2, 3, 4], ids=["orders", "spent", "last order"])
@pytest.mark.parametrize("way", ["", "-"], ids=["rising", "falling"])
def test_who_never_ordered_stands_below_all_others(admin_client, ada, ben, column, way):
    assert listed(admin_client, CUSTOMERS, o=f"{way}{column}") == [ada, ben]


def test_the_page_of_a_customer_shows_segment_score_sums_and_orders(admin_client, ada):
    page = admin_client.get(f"{CUSTOMERS}{ada.pk}/change/").content.decode()

    for shown in ("Ada Abel", "Loyal", "Champions", "€90.00", "o-ada"):
        assert shown in page


def test_the_page_of_a_customer_without_orders_says_so(admin_client, ben):
    page = admin_client.get(f"{CUSTOMERS}{ben.pk}/change/").content.decode()

    assert "Nothing bought yet." in page
    assert "never" in page


def test_the_page_of_an_order_shows_its_lines_in_its_own_currency(admin_client, ada):
    order = make_order(ada, make_product(title="Oak bowl"), currency="GBP", rate=None)

    page = admin_client.get(f"/admin/customers/order/{order.pk}/change/").content.decode()

    assert "Oak bowl" in page
    assert "£10.00" in page
    assert "no rate for GBP" in page


@pytest.mark.parametrize("orders", [1, 20])
def test_the_list_of_orders_takes_the_same_queries_however_long(
    admin_client, ada, django_assert_num_queries, orders
):
    product = make_product()
    for _ in range(orders):
        make_order(ada, product)

    with django_assert_num_queries(6):  # session, user, notices, estimate, count, page
        admin_client.get("/admin/customers/order/")


@pytest.mark.parametrize("typed", ["A 17", " a 17 ", "jo 7"])
def test_an_order_is_found_by_an_id_with_a_blank(admin_client, typed):
    order = make_order(make_customer(external_id="jo 7"), make_product(), external_id="A 17")

    assert listed(admin_client, "/admin/customers/order/", q=typed) == [order]


def test_orders_of_late_are_those_before_the_datas_last_day(admin_client, ada):
    make_order(ada, make_product(), days_ago=40)

    (order,) = listed(admin_client, "/admin/customers/order/", ordered="30")

    assert order.external_id == "o-ada"


def test_segments_are_listed_by_position_with_retired_ones_last(admin_client, run):
    gone = make_segment(make_run(status="superseded"), retired_run=run)
    first, second = make_segment(run), make_segment(run)

    assert listed(admin_client, "/admin/customers/segment/") == [first, second, gone]


def test_a_segment_is_compared_with_the_shop(admin_client, run, ada):
    segment = Segment.objects.get(key="loyal")

    response = admin_client.get(f"/admin/customers/segment/{segment.pk}/change/")

    rows = {row.label: row for row in response.context["rows"]}
    assert rows["Number of orders"].own == "4.0"
    assert rows["Number of orders"].place == 81
    assert rows["Total spend"].own == "€120"


def test_staff_rename_a_segment_and_the_found_name_stays(admin_client, ada):
    segment = Segment.objects.get(key="loyal")

    admin_client.post(
        f"/admin/customers/segment/{segment.pk}/change/", {"staff_name": "Friends", "note": "Nice."}
    )

    segment.refresh_from_db()
    assert (str(segment), segment.name, segment.note) == ("Friends", "Loyal", "Nice.")


@pytest.mark.parametrize("model", ["customer", "order"])
def test_what_the_shop_knows_cannot_be_changed_here(admin_client, ada, model):
    pk = {"customer": ada.pk, "order": 1}[model]

    assert admin_client.get(f"/admin/customers/{model}/add/").status_code == 403
    assert admin_client.post(f"/admin/customers/{model}/{pk}/delete/").status_code == 403
