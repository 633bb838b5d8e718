"""Lists for customers, by weights made by hand."""

from datetime import timedelta
from uuid import uuid4

import numpy as np
import pytest
from django.utils import timezone

from recommendations.models import Event, SegmentPopularity
from recommendations.services import customer_lists
from recommendations.wishes import Wishes
from tests.factories import NOW, make_customer, make_order, make_product, make_segment
from tests.factories import make_run as make_segments_run
from tests.recommendations.shelf import make_buyers, make_personal

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_customer(external_id="ada")


def recommended(customer, **wishes):
    here = customer_lists.find_customer(customer.external_id)
    return customer_lists.recommendations_for(here, Wishes(**wishes))


def bought_again(customer, **wishes):
    here = customer_lists.find_customer(customer.external_id)
    return customer_lists.buy_again(here, Wishes(**wishes))


def found(answer) -> list[tuple[str, str]]:
    return [(place.product.id, place.source) for place in answer.places]


def make_products(*names: str) -> list:
    return [make_product(external_id=name, title=name.capitalize()) for name in names]


def test_a_purchase_of_a_moment_ago_counts(ada):
    tea, mug, pan = make_products("tea", "mug", "pan")
    make_personal({tea: {mug: 0.1, pan: 0.1}, mug: {pan: 0.5, tea: 0.1}, pan: {}})
    make_order(ada, tea, days_ago=3)
    before = recommended(ada)

    make_order(ada, mug, ordered_at=timezone.now())

    assert found(before)[0] == ("mug", "personal")
    assert found(recommended(ada)) == [("pan", "personal")]


def test_the_chain_goes_on_with_the_segment_and_then_the_shop(ada):
    run = make_segments_run()
    segment = make_segment(run, ada)
    tea, mug, hat, scarf, sock = make_products("tea", "mug", "hat", "scarf", "sock")
    make_personal({tea: {mug: 0.5}, mug: {}})
    for product, lately in ((hat, 2), (scarf, 1)):
        SegmentPopularity.objects.create(
            segment=segment, product=product, buyers_90_days=lately, buyers_ever=lately
        )
    make_buyers(sock, 9)
    make_order(ada, tea)

    answer = recommended(ada, limit=4)

    assert found(answer) == [
        ("mug", "personal"),
        ("hat", "popular_in_segment"),
        ("scarf", "popular_in_segment"),
        ("sock", "popular"),
    ]
    assert answer.removed["purchased"] == 1
    assert answer.places[1].text == "Popular with customers like you"


def test_what_was_bought_may_be_asked_for(ada):
    tea, mug = make_products("tea", "mug")
    make_personal({tea: {mug: 0.5}, mug: {tea: 0.9}})
    make_order(ada, tea)

    answer = recommended(ada, include_purchased=True)

    assert sorted(found(answer)) == [("mug", "personal"), ("tea", "personal")]
    assert answer.removed["purchased"] == 0


@pytest.mark.parametrize("why", ["opted out", "held out"])
def test_who_is_left_alone_gets_what_is_popular_only(ada, why):
    make_segment(make_segments_run(), ada)
    tea, mug = make_products("tea", "mug")
    make_personal({tea: {mug: 0.5}, mug: {}})
    make_order(ada, tea)
    make_buyers(tea, 2)
    if why == "opted out":
        ada.profiling_opt_out = True
        ada.save()
    arm = "baseline" if why == "held out" else "model"

    for make in (recommended, bought_again):
        assert {source for _, source in found(make(ada, arm=arm))} == {"popular"}


def test_an_opted_out_customer_s_purchases_are_not_looked_at(ada):
    tea, _ = make_products("tea", "mug")
    ada.profiling_opt_out = True
    ada.save()
    make_order(ada, tea)
    make_buyers(tea, 2)

    assert found(recommended(ada)) == [("tea", "popular"), ("mug", "popular")]


def test_a_customer_without_purchases_gets_what_is_popular(ada):
    tea, mug = make_products("tea", "mug")
    make_personal({tea: {mug: 0.5}, mug: {}})
    make_buyers(mug, 2)

    assert found(recommended(ada)) == [("mug", "popular"), ("tea", "popular")]


def test_before_the_first_run_the_shop_s_popular_products_stand_in(ada):
    tea, _ = make_products("tea", "mug")
    make_order(ada, tea)

    answer = recommended(ada)

    assert (found(answer), answer.run, answer.removed["purchased"]) == (
        [("mug", "popular")],
        None,
        1,
    )


@pytest.mark.parametrize("over", [{"erased_at": NOW}, {"external_id": "eve"}])
def test_erased_and_unknown_customers_are_not_found(over):
    make_customer(**{"external_id": "ada"} | over)

    assert customer_lists.find_customer("ada").customer is None


def test_views_and_baskets_of_late_count_a_quarter(ada):
    tea, mug, pan, cup = make_products("tea", "mug", "pan", "cup")
    make_personal({tea: {pan: 0.4}, mug: {cup: 0.4}, pan: {}, cup: {}})
    make_order(ada, mug)
    event = {"customer": ada, "type": "view", "product": tea}
    Event.objects.create(id=uuid4(), at=timezone.now() - timedelta(days=31), **event)
    assert recommended(ada).places[-1].product.id == "tea"  # not on anybody's list: the last

    Event.objects.create(id=uuid4(), at=timezone.now(), **event)
    places = {place.product.id: place for place in recommended(ada, explain=True).places}

    terms = dict(places["pan"].terms), dict(places["cup"].terms)
    assert terms[0]["Tea"] == pytest.approx(terms[1]["Mug"] / 4, rel=1e-4)
    assert places["tea"].source == "personal"  # looked at, not bought
    assert places["pan"].text == "Because you looked at Tea"


def test_a_reason_names_the_purchase_that_gives_most_and_its_day(ada):
    tea, mug, pan, hat = make_products("tea", "mug", "pan", "hat")
    make_personal({tea: {pan: 0.1}, mug: {pan: 0.4}, pan: {}, hat: {}})
    make_order(ada, tea)
    make_order(ada, mug, days_ago=27)

    (place,) = recommended(ada, limit=1).places

    assert place.text == "Because you bought Mug on 3 June 2026"


def test_terms_of_an_explained_score_sum_to_it(ada):
    random = np.random.default_rng(3)
    products = make_products(*(f"p{n:02}" for n in range(40)))
    make_personal(
        {p: {q: float(random.normal()) for q in products if q != p} for p in products},
        base=random.normal(size=40),
    )
    make_order(ada, *products[:25])

    places = recommended(ada, limit=15, explain=True).places

    assert len(places) == 15
    for place in places:
        assert sum(share for _, share in place.terms) == pytest.approx(place.score, abs=1e-6)
        assert place.terms[-1][0] == "other"


def test_in_a_shop_too_small_for_weights_categories_and_buyers_decide(ada):
    tea, oolong, mug = (
        make_product(external_id=name, product_type=path)
        for name, path in (("tea", "Food > Tea"), ("oolong", "Food > Tea"), ("mug", "Home > Mugs"))
    )
    make_personal({tea: {}, oolong: {}, mug: {}}, is_small=True, buyers=[5, 5, 5])
    make_order(ada, tea)

    answer = recommended(ada, explain=True)

    assert found(answer) == [("oolong", "personal"), ("mug", "personal")]
    assert "liking for Tea" in dict(answer.places[0].terms)
    for place in answer.places:
        assert sum(share for _, share in place.terms) == pytest.approx(place.score, abs=1e-6)


def test_products_gone_from_stock_make_room_however_many_there_are(ada, monkeypatch):
    monkeypatch.setattr(customer_lists, "MARGIN", 0)
    products = make_products(*(f"p{n}" for n in range(8)))
    make_personal({products[0]: {p: 1 - n / 10 for n, p in enumerate(products) if n}}, products)
    make_order(ada, products[0])
    for product in products[1:6]:
        product.availability = "out_of_stock"
        product.save()

    answer = recommended(ada, limit=2)

    assert found(answer) == [("p6", "personal"), ("p7", "personal")]
    assert (answer.removed["out_of_stock"], answer.removed["purchased"]) == (5, 0)


def test_the_queries_are_few_and_fewer_when_weights_are_remembered(ada, django_assert_num_queries):
    tea, mug = make_products("tea", "mug")
    make_personal({tea: {mug: 0.5}, mug: {}})
    make_order(ada, tea)
    recommended(ada, limit=1)

    # The customer and the state; what was bought; the best of the shelf as they are now.
    with django_assert_num_queries(3):
        recommended(ada, limit=1)


def test_what_is_bought_often_and_of_late_is_bought_again_first(ada):
    tea, mug, pan, _ = make_products("tea", "mug", "pan", "never")
    for days_ago in (5, 12, 19):
        make_order(ada, tea, days_ago=days_ago)
    make_order(ada, mug, days_ago=400)
    make_order(ada, pan, days_ago=10)

    answer = bought_again(ada)

    assert found(answer) == [("tea", "buy_again"), ("pan", "buy_again"), ("mug", "buy_again")]
    assert [place.score for place in answer.places] == [None] * 3
    assert answer.places[0].text == "Bought 3 times, last on 25 June 2026"
    assert answer.places[1].text == "Bought on 20 June 2026"


def test_what_may_not_be_shown_is_not_bought_again(ada):
    tea, mug, pan = make_products("tea", "mug", "pan")
    mug.availability, pan.visible = "out_of_stock", False
    mug.save(), pan.save()
    make_order(ada, tea, mug, pan)

    answer = bought_again(ada)

    assert found(answer) == [("tea", "buy_again")]
    assert (answer.removed["out_of_stock"], answer.removed["hidden"]) == (1, 1)


def test_returned_cancelled_and_coming_orders_are_no_purchases(ada):
    tea, mug, pan = make_products("tea", "mug", "pan")
    make_order(ada, tea).lines.update(quantity=-1)
    make_order(ada, mug, status="cancelled")
    make_order(ada, pan, ordered_at=timezone.now() + timedelta(days=2))

    assert found(bought_again(ada)) == []
