"""Online results: what the report finds in events and imported orders."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers.models import Shop
from recommendations.admin.online import _finding
from recommendations.list_ids import list_id
from recommendations.online import Estimate
from recommendations.services.events import take_events
from recommendations.services.online import kept_report, online_report
from tests.factories import NOW, make_customer, make_order, make_product, make_run, make_segment
from tests.recommendations.traffic import CLICKS, ORDERS, PRICE, simulate, simulate_elsewhere

pytestmark = pytest.mark.django_db
PAGE = "/admin/recommendations/event/"
LIST = list_id("similar", "model", [("mug", "similar"), ("cup", "popular")])


@pytest.fixture
def mug():
    Shop.objects.create(currency="EUR")
    return make_product(external_id="mug")


def tell(*events):
    rows = [
        {"event_id": str(n), "product": "mug", "list_id": LIST, "position": 1, "visitor": "v"}
        | {"at": (NOW - timedelta(days=event.pop("days_ago", 2))).isoformat()}
        | event
        for n, event in enumerate(events)
    ]
    assert take_events(rows).rejected == []


def report(days=28):
    return online_report(NOW, days)


def counted(line) -> tuple:
    sums = line.sums
    return line.name, sums.impressions, sums.clicks, sums.orders, sums.revenue


def test_clicks_are_counted_by_source_kind_and_segment(mug):
    ada = make_customer(external_id="ada")
    make_segment(make_run(as_of=NOW - timedelta(days=9)), ada, key="loyal")
    tell(
        {"type": "impression"},
        {"type": "impression", "position": 2, "product": make_product().external_id},
        {"type": "click", "customer": "ada"},
        {"type": "impression", "visitor": "stranger"},
        {"type": "view", "visitor": "stranger"},
        {"type": "click", "days_ago": 40},
    )

    found = report()

    assert list(map(counted, found.sources)) == [("similar", 2, 1, 0, 0), ("popular", 1, 0, 0, 0)]
    assert list(map(counted, found.kinds)) == [("similar", 3, 1, 0, 0)]
    assert list(map(counted, found.segments)) == [("loyal", 2, 1, 0, 0), ("", 1, 0, 0, 0)]
    assert found.overall["model"].sums.units == 2
    assert found.comparisons == []


def test_an_order_counts_for_the_last_click_before_it(mug):
    ada = make_customer(external_id="ada")
    tell(
        {"type": "click", "customer": "ada", "days_ago": 5},
        {"type": "click", "days_ago": 4, "list_id": LIST.replace("model", "baseline")},
        {"type": "click", "days_ago": 1},
    )
    make_order(ada, mug, days_ago=3, price="7", rate=2)

    found = {line.arm: counted(line)[1:] for line in report().overall.values()}

    assert found == {"model": (0, 2, 0, 0), "baseline": (0, 1, 1, 14)}


@pytest.mark.parametrize(
    "order",
    [
        {"days_ago": 3},  # before the click
        {"days_ago": -7},  # too long after it
        {"status": "cancelled"},
        {"rate": None},
    ],
)
def test_other_orders_count_for_no_click(mug, order):
    ada = make_customer(external_id="ada")
    tell({"type": "click", "customer": "ada"})

    make_order(make_customer(), mug, days_ago=1)
    make_order(ada, mug, **{"days_ago": 1} | order)

    assert counted(report().overall["model"]) == ("", 0, 1, 0, 0)


def test_ordering_another_variant_is_ordering_what_was_clicked(mug):
    mug.item_group_id = "mugs"
    mug.save()
    ada = make_customer(external_id="ada")
    tell({"type": "click", "customer": "ada"})

    make_order(ada, make_product(item_group_id="mugs"), make_product(), days_ago=1)

    assert counted(report().overall["model"]) == ("", 0, 1, 1, 10)


def test_the_segment_is_the_one_the_customer_was_in_then(mug):
    ada = make_customer(external_id="ada")
    before = make_run(status="superseded", as_of=NOW - timedelta(days=20))
    after = make_run(as_of=NOW - timedelta(days=3))
    make_segment(before, ada, key="new")
    ada.memberships.update(to_run=after)
    make_segment(after, ada, key="loyal")

    tell({"type": "click", "customer": "ada", "days_ago": 5}, {"type": "click"})

    assert {line.name for line in report().segments} == {"new", "loyal"}


def test_a_known_lift_is_recovered_inside_the_interval():
    Shop.objects.create(currency="EUR")
    simulate(1200, NOW - timedelta(days=9))

    lifts = report().comparisons[0]
    model, baseline = (report().overall[arm].rates for arm in ("model", "baseline"))

    truth = {"clicks": 0.12 / 0.08 - 1, "orders": 0.5 / 0.4 - 1, "revenue": 0.12 * 5 / 0.32 - 1}
    for figure, true in truth.items():
        found = getattr(lifts, figure)
        assert found.low < true < found.high, figure
    assert lifts.clicks.low > 0
    for arm, found in {"model": model, "baseline": baseline}.items():
        assert found.clicks.low < CLICKS[arm] < found.clicks.high
        # Of half the shoppers nobody knows who they are.
        assert found.orders.low < ORDERS[arm] / 2 < found.orders.high
        earned = 1000 * CLICKS[arm] * ORDERS[arm] / 2 * PRICE
        assert found.revenue.low < earned < found.revenue.high


def test_lists_nobody_is_held_out_from_are_not_compared():
    Shop.objects.create(currency="EUR")
    simulate(1200, NOW - timedelta(days=9))
    before = report()

    simulate_elsewhere(1200, NOW - timedelta(days=9, hours=2))

    after = report()
    assert after.comparisons == before.comparisons
    assert [comparison.name for comparison in after.comparisons] == ["", "similar"]
    assert after.overall["model"].rates.clicks.value > before.overall["model"].rates.clicks.value


def test_staff_see_what_the_model_brings(admin_client):
    Shop.objects.create(currency="EUR")
    simulate(400, timezone.now() - timedelta(days=9))

    html = admin_client.get(PAGE).content.decode()

    assert "more than the hold-out’s" in html
    assert "too few to tell" not in html
    assert "Nothing was told" in admin_client.get(f"{PAGE}?days=7").content.decode()
    assert admin_client.get(f"{PAGE}?days=x").status_code == 200


def test_a_few_who_were_held_out_are_compared_with_nobody(admin_client, mug):
    now = timezone.now()
    for arm, shoppers in {"model": 40, "baseline": 29}.items():
        shown = {"type": "impression", "list_id": LIST.replace("model", arm), "at": now.isoformat()}
        who = (dict.fromkeys(("event_id", "visitor"), f"{arm}{n}") for n in range(shoppers))
        tell(*(shown | one for one in who))

    html = admin_client.get(PAGE).content.decode()

    assert online_report(now, 28).comparisons == []
    assert "Too few were held out" in html
    assert "to 30 shoppers held out and 30 others yet" in html


def test_one_shopper_is_told_in_the_singular(admin_client, mug):
    for place, arm in enumerate(("model", "baseline")):
        shown = {"type": "impression", "list_id": LIST.replace("model", arm), "visitor": arm}
        tell(shown | {"event_id": f"e{place}", "at": timezone.now().isoformat()})

    html = admin_client.get(PAGE).content.decode()

    assert "to 1 shopper<" in html
    assert "1 shopper held out" in html


def test_the_finding_says_what_can_be_told():
    sure = Estimate(0.4, 0.2, 0.7)

    assert _finding(sure) == "The model’s lists are clicked on 40\u00a0% more than the hold-out’s"
    assert "40\u00a0% less" in _finding(Estimate(-0.4, -0.5, -0.3))
    assert "no difference" in _finding(Estimate(0.1, -0.1, 0.3))
    assert "Too few" in _finding(Estimate(0.4))
    assert "Nobody is held out" in _finding(None)


def test_the_page_counts_anew_only_after_a_while(admin_client, mug, django_assert_num_queries):
    tell({"type": "impression", "days_ago": 0})
    admin_client.get(PAGE)
    tell({"type": "impression", "days_ago": 0, "event_id": "later"})

    assert kept_report(28) == kept_report(28)
    with django_assert_num_queries(0):
        kept_report(28)


def test_before_the_first_event_the_page_says_what_to_do(admin_client):
    html = admin_client.get(PAGE).content.decode()

    assert "POST /api/v1/events/" in html


def test_a_report_takes_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        report()


def test_the_page_is_for_those_who_may_see_it(client, django_user_model):
    user = django_user_model.objects.create_user("sam", is_staff=True)
    client.force_login(user)

    assert client.get(PAGE).status_code == 403
