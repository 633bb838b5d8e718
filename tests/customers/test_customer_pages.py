"""The page of a customer: their time with the shop, and their personal data."""

import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.utils import timezone

from customers.models import (
    Customer,
    CustomerCategoryTotal,
    CustomerScore,
    CustomerTotal,
    Membership,
    Move,
    Shop,
)
from customers.services.segments import explaining
from products.models import Category
from recommendations.services.popularity import refresh_popularity
from runs.queries import IMPORT_LOCK, LOCK_SPACE
from tests.factories import NOW, make_customer, make_order, make_product, make_run, make_segment

pytestmark = pytest.mark.django_db

CUSTOMERS = "/admin/customers/customer/"


@pytest.fixture
def ada() -> Customer:
    """Ada ordered in May and twice in June, and went from Gone to Loyal at the end of June."""
    Shop.objects.create(currency="EUR")
    before, run = make_run(status="superseded", as_of=NOW - timedelta(days=30)), make_run()
    ada = make_customer(first_name="Ada", last_name="Abel", email="ada@example.org")
    mug = make_product(title="Blue mug")
    for days in (40, 10, 2):
        make_order(ada, mug, days_ago=days)
    make_order(ada, mug, days_ago=1, status="cancelled")
    CustomerTotal.objects.create(
        customer=ada, order_count=3, net=30, first_order_at=NOW, last_order_at=NOW
    )
    gone = make_segment(before, key="gone", name="Gone", retired_run=run)
    loyal = make_segment(run, ada, key="loyal", name="Loyal")
    Membership.objects.create(
        customer=ada, segment=gone, from_run=before, to_run=run, since=before.as_of
    )
    Move.objects.create(
        run=run,
        customer=ada,
        from_segment=gone,
        to_segment=loyal,
        cause="behaviour",
        feature="total_spent",
        was=10,
        now=30,
        at=run.as_of,
    )
    return ada


def shown(client, customer: Customer):
    response = client.get(f"{CUSTOMERS}{customer.pk}/change/")
    assert response.status_code == 200
    return response


def test_orders_by_month_and_moves_are_one_timeline(admin_client, ada):
    response = shown(admin_client, ada)

    events = response.context["timeline"]
    told = [each.because if hasattr(each, "move") else each.sold for each in events]
    assert told == ["more spent", 2, 1]
    page = response.content.decode()
    assert "More spent: €10.00 → €30.00" in page
    assert "2 orders, €20.00" in page


def test_months_are_those_of_the_shops_zone(admin_client, ada, settings):
    other = make_customer()
    for at in (datetime(2026, 1, 31, 23, 30, tzinfo=UTC), datetime(2026, 2, 1, 1, tzinfo=UTC)):
        make_order(other, make_product(), ordered_at=at)

    settings.TIME_ZONE = "Europe/Berlin"
    (month,) = shown(admin_client, other).context["timeline"]

    assert month.sold == 2


def test_the_strip_tells_how_often_and_how_long_silent(admin_client, ada):
    strip = shown(admin_client, ada).context["strip"]

    assert strip["finding"] == "An order every 19\xa0days; silent for 1\xa0day"
    assert len(strip["bars"]) == 4
    assert [band.stay.segment.key for band in strip["bands"]] == ["gone", "loyal"]


def test_orders_dated_after_the_datas_last_day_are_told_as_that(admin_client, ada):
    later = timezone.now() + timedelta(days=27_000)
    make_order(ada, make_product(), ordered_at=later)
    CustomerTotal.objects.update(last_order_at=later)

    response = shown(admin_client, ada)

    strip, page = response.context["strip"], response.content.decode()
    assert strip["finding"] == "An order every 19\xa0days; silent for 1\xa0day"
    assert len(strip["bars"]) == 4
    assert "after the data’s last day" in page
    assert "before the data ends" not in page


@pytest.mark.parametrize("others_ordered", [True, False], ids=["as others did", "as nobody did"])
def test_who_ordered_only_in_the_future_has_a_page(admin_client, others_ordered):
    if others_ordered:
        make_order(make_customer(), make_product())
    later, ben = timezone.now() + timedelta(days=27_000), make_customer()
    make_order(ben, make_product(), ordered_at=later)
    CustomerTotal.objects.create(customer=ben, order_count=1, last_order_at=later)

    response = shown(admin_client, ben)

    assert not response.context["strip"]
    assert "after the data’s last day" in response.content.decode()


@pytest.mark.parametrize(
    ("days_ago", "with_run", "said"),
    [
        (5, True, "Not seen by the last run."),
        (5, False, "No segments yet."),
        (800, True, "No order for two years."),
        (-40_000, True, "The last order is dated after the data’s last day."),
    ],
)
def test_why_a_customer_is_in_no_segment_is_said(admin_client, days_ago, with_run, said):
    ben = make_customer()
    for customer, days in ((make_customer(), 0), (ben, days_ago)):
        make_order(customer, make_product(), days_ago=days)
    last = NOW - timedelta(days=days_ago)
    CustomerTotal.objects.create(customer=ben, order_count=1, last_order_at=last)
    if with_run:
        make_run()

    assert f"<dd>{said}</dd>" in shown(admin_client, ben).content.decode()


@pytest.mark.parametrize(
    ("below", "said"),
    [(0.0, "among the lowest of all customers"), (0.6, "more than 60 % of customers")],
)
def test_how_many_have_less_is_said_of_each_reason(admin_client, ada, monkeypatch, below, said):
    stay = ada.memberships.get(to_run=None)
    why = explaining.Why("order_count", 1.0, percentile=30.0, share=0.5, below=below)
    told = explaining.Explanation(stay.segment, stay.since, False, 0.5, None, [why])
    monkeypatch.setattr(explaining, "explain_customer", lambda customer: told)

    assert said in shown(admin_client, ada).content.decode()


@pytest.mark.parametrize(
    ("hours_ago", "often"), [((1, 4), "More than one order a day"), ((1, 25), "An order every day")]
)
def test_orders_of_every_day_are_told_without_a_number_of_days(admin_client, hours_ago, often):
    ben, mug = make_customer(), make_product()
    for hours in hours_ago:
        make_order(ben, mug, ordered_at=NOW - timedelta(hours=hours))

    finding = shown(admin_client, ben).context["strip"]["finding"]

    assert finding == f"{often}; silent for 1\xa0day"


def test_orders_in_several_currencies_are_not_added_up(admin_client, ada):
    make_order(ada, make_product(), days_ago=2, currency="GBP")

    page = shown(admin_client, ada).content.decode()

    assert "3 orders, €20.00, £10.00" in page


def test_bars_are_as_high_as_orders_are_worth_in_the_shops_currency(admin_client, ada):
    dear = make_order(ada, make_product(), days_ago=5, price="100")
    make_order(ada, make_product(), days_ago=4, price="1000", currency="JPY", rate="0.006")

    response = shown(admin_client, ada)

    heights = {bar.order.pk: bar.height for bar in response.context["strip"]["bars"]}
    assert max(heights, key=heights.get) == dear.pk
    assert sorted(heights.values()) == [4.3, 7.2, 7.2, 7.2, 7.2, 72]  # €6, 4 times €10, €100
    assert "higher for more in EUR, at the rate of their day" in response.content.decode()


@pytest.fixture
def ada_in_kronor(ada) -> Customer:
    """Ada's newest order is in a currency without a rate, and in no sum."""
    make_order(ada, make_product(), days_ago=0, price="900", currency="SEK", rate=None)
    return ada


def test_an_order_without_a_rate_counts_nowhere_on_the_page(admin_client, ada_in_kronor):
    response = shown(admin_client, ada_in_kronor)

    strip, timeline = response.context["strip"], response.context["timeline"]
    assert strip["finding"] == "An order every 19\xa0days; silent for 2\xa0days"
    assert [bar.kind for bar in strip["bars"]] == ["uncounted"] * 2 + ["sold"] * 3
    assert [bar.height for bar in strip["bars"]] == [4, 72, 72, 72, 72]
    assert [each.sold for each in timeline if hasattr(each, "orders")] == [2, 1]


def test_an_order_without_a_rate_is_named_as_left_out(admin_client, ada_in_kronor):
    page = shown(admin_client, ada_in_kronor).content.decode()

    assert "1 order without a rate is not in it" in page
    assert "2 orders, €20.00, 1 without a rate" in page
    assert 'class="pill warn">not counted: no rate<' in page

    make_order(ada_in_kronor, make_product(), currency="SEK", rate=None)
    page = shown(admin_client, ada_in_kronor).content.decode()
    assert "2 orders without a rate are not in it" in page


def test_who_ordered_only_without_a_rate_did_not_buy_nothing(admin_client, ada):
    ben = make_customer()
    make_order(ben, make_product(), currency="SEK", rate=None)

    page = shown(admin_client, ben).content.decode()

    assert "Nothing bought yet" not in page
    assert "No order of theirs counts" in page


def test_favourite_categories_are_those_most_spent_in(admin_client, ada):
    for name, net in (("Bowls", 10), ("Mugs", 30), ("Plates", -5)):
        category = Category.objects.create(name=name)
        CustomerCategoryTotal.objects.create(customer=ada, category=category, lines=1, net=net)

    favourites = shown(admin_client, ada).context["favourites"]

    assert favourites == [("Mugs", "€30.00", 0.75), ("Bowls", "€10.00", 0.25)]


def test_scores_are_told_through_time(admin_client, ada):
    run = make_run(status="superseded")
    for name, end in (("New", run), ("Loyal", None)):
        CustomerScore.objects.create(
            customer=ada, rfm_code="543", rfm_name=name, value_tier="high", from_run=run, to_run=end
        )

    page = shown(admin_client, ada).content.decode()

    assert page.index("Loyal, high value") < page.index("New, high value")


def test_a_customer_who_did_nothing_yet_has_a_page(admin_client):
    assert "Nothing has happened yet" in shown(admin_client, make_customer()).content.decode()


@pytest.mark.parametrize("rows", [1, 20])
def test_the_page_takes_the_same_queries_however_much_happened(
    admin_client, ada, django_assert_num_queries, rows
):
    for number in range(rows):
        make_order(ada, make_product(), days_ago=number)
        run = make_run(status="superseded")
        segment = make_segment(run)
        sides = {"from_segment": segment, "to_segment": segment}
        Move.objects.create(run=run, customer=ada, cause="model", at=run.as_of, **sides)
        stay = {"customer": ada, "from_run": run, "to_run": run}
        Membership.objects.create(segment=segment, since=run.as_of, **stay)
        CustomerScore.objects.create(rfm_code="543", rfm_name="Loyal", value_tier="high", **stay)
        category = Category.objects.create(name=f"C{number}")
        CustomerCategoryTotal.objects.create(customer=ada, category=category, lines=1, net=5)

    shown(admin_client, ada)  # so that what Django keeps of content types is there
    # Session, user; customer, stay, score, twice; orders, runs of the explanation and model, clock,
    # stays, moves, categories, scores, notices.
    with django_assert_num_queries(19):
        response = shown(admin_client, ada)

    assert len(response.context["timeline"]) >= rows


def test_of_very_many_orders_the_timeline_shows_whole_months(admin_client, monkeypatch):
    monkeypatch.setattr("customers.admin.customer_page.ORDERS_SHOWN", 3)
    jo, mug = make_customer(), make_product()
    for day in ("2025-03-05", "2025-03-04", "2025-02-09", "2025-02-08"):
        make_order(jo, mug, ordered_at=datetime.fromisoformat(f"{day}T12:00+00:00"))

    months = shown(admin_client, jo).context["timeline"]

    assert [len(month.orders) for month in months] == [2]


def test_all_orders_are_the_customers_own(admin_client, monkeypatch):
    monkeypatch.setattr("customers.admin.customer_page.ORDERS_SHOWN", 1)
    jo, other, mug = (
        make_customer(pk=1_234_567, external_id="jo 7"),
        make_customer(),
        make_product(),
    )
    orders = [make_order(jo, mug), make_order(jo, mug)]
    make_order(other, mug, external_id="jo 7")

    page = shown(admin_client, jo).content.decode()
    (href,) = re.findall(r'href="([^"]*)">All orders<', page)
    found = admin_client.get(unescape(href))

    assert {*found.context["cl"].result_list} == {*orders}
    assert "Customer: <strong>jo 7</strong>" in found.content.decode()


def test_all_that_is_kept_is_handed_out_and_logged_by_number(admin_client, ada):
    response = admin_client.post(f"{CUSTOMERS}{ada.pk}/export/")

    record = json.loads(response.content)
    assert record["email"] == "ada@example.org"
    assert len(record["order_lines"]) == 4
    assert "no-store" in response["Cache-Control"]
    assert f'filename="customer-{ada.pk}.json"' in response["Content-Disposition"]
    entry = LogEntry.objects.get()
    assert (entry.object_repr, entry.change_message) == (
        f"customer {ada.pk}",
        "Exported all that is kept.",
    )


def test_erasing_says_what_it_removes_and_does_it_when_confirmed(admin_client, ada):
    url = f"{CUSTOMERS}{ada.pk}/erase/"

    page = admin_client.get(url).content.decode()
    assert "4 orders with 4 lines nobody’s" in page
    assert Customer.objects.get(pk=ada.pk).email

    after = admin_client.post(url, follow=True).content.decode()

    assert "Erased on" in after
    assert "Ada" not in after
    assert not Customer.objects.filter(email="ada@example.org").exists()
    assert LogEntry.objects.get().object_repr == f"customer {ada.pk}"
    assert admin_client.get(url).status_code == 404
    assert admin_client.post(f"{CUSTOMERS}{ada.pk}/export/").status_code == 404


def test_a_link_hands_out_nothing(admin_client, ada):
    assert admin_client.get(f"{CUSTOMERS}{ada.pk}/export/").status_code == 405
    assert not LogEntry.objects.exists()


@pytest.fixture
def import_under_way():
    """Hold the lock of imports in another session."""
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_SPACE, IMPORT_LOCK])
        yield
    other.close()


def test_who_has_no_name_is_erased_by_number(admin_client, ada):
    nameless = make_customer(external_id="2500")

    asked = [
        admin_client.get(f"{CUSTOMERS}{each.pk}/erase/").content.decode()
        for each in (nameless, ada)
    ]

    assert "<h1>Erase customer 2500?</h1>" in asked[0]
    assert "<h1>Erase Ada Abel?</h1>" in asked[1]


def test_nobody_is_erased_while_an_import_is_under_way(admin_client, ada, import_under_way):
    page = admin_client.post(f"{CUSTOMERS}{ada.pk}/erase/").content.decode()

    assert "An import is under way" in page
    assert Customer.objects.get(pk=ada.pk).email


def test_what_the_shop_would_show_is_a_part_of_the_page(admin_client, ada):
    make_product(title="Oak bowl")
    refresh_popularity()
    url = f"{CUSTOMERS}{ada.pk}/recommendations/"
    assert url in shown(admin_client, ada).content.decode()

    part = admin_client.get(url, headers={"X-Part": "1"}).content.decode()

    assert "<html" not in part
    assert "Oak bowl" in part
    again = part.partition("What they may buy again")[2]
    assert "Blue mug" in again
