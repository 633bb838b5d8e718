"""Events: who may tell them, what is kept, for how long, and what a person may ask for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers.services.privacy import erase_customer, export_customer
from recommendations.models import Event
from recommendations.queries.personal import bought_by
from recommendations.tasks import forget_events
from tests.api import crm, storefront
from tests.factories import NOW, make_customer, make_product
from tests.recommendations.shelf import make_neighbours

pytestmark = pytest.mark.django_db
LIST = "similar-model-2s1o-" + "0" * 18


@pytest.fixture
def mug():
    return make_product(external_id="mug")


def event(number=1, **over) -> dict:
    told = {"event_id": f"e{number}", "type": "click", "list_id": LIST, "product": "mug"}
    return told | {"position": 1, "visitor": "v1", "at": "2026-06-30T10:00:00Z"} | over


def tell(caller, *events, **options):
    return caller.post("/events/", list(events), content_type="application/json", **options)


@pytest.mark.parametrize("make_caller", [storefront, crm])
def test_both_kinds_of_key_tell_events(mug, make_caller):
    answer = tell(make_caller(), event(1, product="MUG"), event(2, type="view", list_id=None))

    assert (answer.status_code, answer.json()) == (202, {"accepted": 2, "rejected": []})
    click, view = Event.objects.order_by("type")
    assert (click.product, click.source, click.arm, click.kind) == (
        mug,
        "similar",
        "model",
        "similar",
    )
    assert (view.source, view.visitor) == ("", "v1")


def test_a_known_event_has_no_effect(mug):
    tell(storefront(), event(1))

    answer = tell(storefront(), event(1, type="view"), event(1, visitor="other"), event(2))

    assert answer.json() == {"accepted": 3, "rejected": []}
    assert sorted(Event.objects.values_list("type", "visitor")) == [("click", "v1")] * 2


def test_the_lists_of_the_api_can_be_told(mug):
    make_neighbours(mug, make_product(external_id="cup"))
    shown = storefront().get("/products/mug/similar/").json()

    answer = tell(
        storefront(),
        *(
            event(place["rank"], product=place["product"], position=place["rank"])
            | {"list_id": shown["list_id"], "type": "impression"}
            for place in shown["results"]
        ),
    )

    assert answer.json()["accepted"] == shown["count"] == Event.objects.count()


def test_what_is_wrong_is_named_and_the_rest_is_kept(mug):
    answer = tell(
        storefront(),
        event(1, product="none"),
        event(2, type="order"),
        event(3),
        event(4, price=1),
    )

    assert answer.status_code == 202
    assert answer.json() == {
        "accepted": 1,
        "rejected": [
            {"index": 0, "errors": [{"field": "product", "detail": "is not known"}]},
            {
                "index": 1,
                "errors": [
                    {"field": "type", "detail": "is not one of view, impression, click, cart"}
                ],
            },
            {"index": 3, "errors": [{"field": "price", "detail": "is not a field of events"}]},
        ],
    }


def test_a_list_of_a_kind_that_is_not_segrecs_spoils_no_other_event(mug):
    answer = tell(storefront(), event(1), event(2, list_id="a" * 31 + "-model-1s-" + "0" * 18))

    assert answer.json() == {"accepted": 2, "rejected": []}
    assert sorted(Event.objects.values_list("kind", "source")) == [("", ""), ("similar", "similar")]


def test_a_call_of_which_nothing_can_be_kept_is_refused(mug):
    answer = tell(storefront(), event(1, product="none"), "click")

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["0.product", "1"]


@pytest.mark.parametrize("body", [{}, "click", [event(n) for n in range(501)]])
def test_what_is_no_array_or_too_long_a_one_is_refused(mug, body):
    answer = storefront().post("/events/", body, content_type="application/json")

    assert answer.status_code == 400
    assert not Event.objects.exists()


def test_five_hundred_events_are_kept_by_one_statement(mug, django_assert_num_queries):
    caller = storefront()
    caller.get("/popular/")

    # The key; all events, in a savepoint or none.
    with django_assert_num_queries(2):
        answer = tell(caller, *(event(n) for n in range(500)))

    assert answer.json()["accepted"] == Event.objects.count() == 500


def test_only_a_secret_key_says_which_customer_it_was(mug):
    ada = make_customer(external_id="ada")

    refused = tell(storefront(), event(1), event(2, customer="ada"))
    taken = tell(crm(), event(1, customer="ada"))

    assert (refused.status_code, taken.status_code) == (403, 202)
    assert "secret key" in refused.json()["detail"]
    assert Event.objects.get().customer == ada


def test_an_unknown_customer_is_named(mug):
    answer = tell(crm(), event(1), event(2, customer="nobody"))

    assert answer.json()["rejected"] == [
        {"index": 1, "errors": [{"field": "customer", "detail": "is not known"}]}
    ]


def test_of_who_opted_out_nothing_is_kept_that_leads_to_them(mug):
    make_customer(external_id="cy", profiling_opt_out=True)

    tell(crm(), event(1, customer="cy"))

    assert Event.objects.values("customer", "visitor").get() == {"customer": None, "visitor": ""}


def test_of_who_opts_out_later_nothing_is_left_the_next_day_that_leads_to_them(mug):
    ada, ben = make_customer(external_id="ada"), make_customer(external_id="ben")
    tell(crm(), event(1, customer="ada"), event(2, customer="ben"), event(3, visitor="v2"))
    tell(storefront(), event(4, type="view"))
    ada.profiling_opt_out = True
    ada.save()

    forget_events()

    kept = Event.objects.values_list("customer", "visitor")
    assert sorted(kept, key=str) == [(ben.pk, "v1"), (None, ""), (None, ""), (None, "v2")]


def test_a_read_only_key_tells_nothing(mug):
    assert tell(crm(read_only=True), event()).status_code == 403
    assert tell(storefront(read_only=True), event()).status_code == 403


def test_origins_hold_for_events_too(mug):
    caller = storefront(origins=["https://shop.example"])

    mine, other = (
        tell(caller, event(n), headers={"Origin": origin})
        for n, origin in enumerate(["https://shop.example", "https://other.example"])
    )

    assert (mine.status_code, other.status_code) == (202, 403)
    assert mine["Access-Control-Allow-Origin"] == "*"


def test_what_is_yet_to_come_happened_now(mug):
    tell(storefront(), event(at="2200-01-01T00:00:00Z"))

    assert Event.objects.get().at <= timezone.now()


def test_events_are_forgotten_by_the_time_they_came_in(mug, settings):
    settings.EVENTS_KEPT_DAYS = 10
    tell(storefront(), event(1, at="2001-01-01T00:00:00Z"), event(2))
    Event.objects.filter(at__year=2026).update(received_at=timezone.now() - timedelta(days=11))

    forget_events()

    assert Event.objects.get().at.year == 2001


def test_an_erased_person_leaves_events_that_are_nobodys(mug):
    make_customer(external_id="ada")
    tell(crm(), event(1, customer="ada"), event(2, visitor="other"))
    tell(storefront(), event(3, visitor="v1"))

    erase_customer("ada")

    assert sorted(Event.objects.values_list("customer", "visitor")) == [
        (None, ""),
        (None, ""),
        (None, "other"),
    ]


def test_who_shares_a_browser_shares_nothing_done_as_another_customer(mug):
    ada, ben = make_customer(external_id="ada"), make_customer(external_id="ben")
    secret = make_product(external_id="secret")
    tell(
        crm(),
        event(1, type="view", customer="ada"),
        event(2, type="view", product="secret", customer="ben"),
    )

    found = {name: export_customer(name)["events"] for name in ("ada", "ben")}
    looked_at = bought_by(ada.pk, NOW, NOW + timedelta(days=1))
    erase_customer("ada")

    assert {name: [row["product"] for row in rows] for name, rows in found.items()} == {
        "ada": ["mug"],
        "ben": ["secret"],
    }
    assert [item.product for item in looked_at] == [mug.pk]
    kept = Event.objects.values_list("product", "customer", "visitor")
    assert set(kept) == {(mug.pk, None, ""), (secret.pk, ben.pk, "v1")}


def test_what_comes_in_while_a_person_is_erased_is_nobodys_by_the_next_day(mug):
    gone = make_customer(external_id="gone")
    tell(crm(), event(1, customer="gone"))
    gone.erased_at = NOW
    gone.save()

    forget_events()

    assert Event.objects.get().customer is None


def test_a_persons_export_holds_what_they_did(mug):
    make_customer(external_id="ada")
    tell(crm(), event(1, customer="ada"))
    tell(storefront(), event(2, type="view", list_id=None, at="2026-06-30T09:00:00Z"))

    found = export_customer("ada")["events"]

    assert [(row["type"], row["product"], row["visitor"]) for row in found] == [
        ("view", "mug", "v1"),
        ("click", "mug", "v1"),
    ]


def test_views_and_baskets_of_late_speak_for_a_customer_known_only_later(mug):
    ada, cup = make_customer(external_id="ada"), make_product(external_id="cup")
    tell(
        crm(),
        event(1, type="cart", customer="ada"),
        event(2, type="impression", product="cup", customer="ada"),
        event(3, type="view", product=make_product(external_id="old").external_id, customer="ada")
        | {"at": "2026-05-30T00:00:00Z"},
    )
    tell(storefront(), event(4, type="view", product="cup", at="2026-06-30T11:00:00Z"))

    found = bought_by(ada.pk, NOW, NOW + timedelta(days=1))

    assert [(item.product, item.orders) for item in found] == [(mug.pk, 0), (cup.pk, 0)]
