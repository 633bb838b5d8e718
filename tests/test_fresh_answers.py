"""What is kept warm is never old: not the keys, not what lists follow from."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection

from products.queries import catalogue_state
from products.services import delete_products, upsert_products
from recommendations.services.popularity import refresh_popularity
from runs import stamps
from runs.services import discard_run, publish_run
from runs.stamps import Seen
from segrec_site.keys import create_key, revoke_keys
from segrec_site.models import ApiKey
from tests.api import Caller, crm, storefront
from tests.factories import make_product
from tests.recommendations.shelf import make_neighbours, make_run, make_vectors

pytestmark = pytest.mark.django_db(transaction=True)
SIMILAR = "/products/mug/similar/?limit=2"
CUP = {"id": "cup", "title": "Cup"}


@pytest.fixture
def caller():
    """A caller known to this process, who asks for a mug with two neighbours."""
    make_neighbours(*(make_product(external_id=name) for name in ("mug", "cup", "bowl")))
    caller = storefront()
    caller.get(SIMILAR)
    return caller


def copy_is_true(caller, tag: str, path: str = SIMILAR) -> bool:
    return caller.get(path, headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("path", [SIMILAR, "/popular/", "/products/", "/products/mug/"])
def test_a_true_copy_is_confirmed_without_the_database(caller, path, django_assert_num_queries):
    tag = caller.get(path)["ETag"]

    with django_assert_num_queries(0):
        assert copy_is_true(caller, tag, path)


def test_a_list_takes_two_statements_warm_and_four_cold(caller, django_assert_num_queries):
    # The product with its list; its neighbours.
    with django_assert_num_queries(2):
        caller.get("/products/mug/similar/?limit=1")

    stamps.client().flushdb()
    # Besides: the key; the state of all that lists follow from.
    with django_assert_num_queries(4):
        caller.get("/products/mug/similar/?limit=1&explain=true")


@pytest.mark.parametrize(
    "path", [SIMILAR, SIMILAR.replace("similar", "bought-together"), "/popular/"]
)
def test_a_list_asked_for_again_is_answered_without_the_database(
    caller, path, django_assert_num_queries
):
    first = caller.get(path)

    with django_assert_num_queries(0):
        again = caller.get(path)

    assert again.status_code == 200
    assert again.content == first.content


@pytest.mark.parametrize("asked", ["explain=true", "exclude=bowl", "limit=100"])
def test_lists_that_are_no_pages_are_not_remembered(caller, asked, django_assert_num_queries):
    path = f"/products/mug/similar/?min_score=0&{asked}"
    caller.get(path)

    with django_assert_num_queries(2):
        caller.get(path)


def test_a_state_never_comes_back(caller):
    states = [catalogue_state(Seen())]
    held = make_run("held")
    states.append(catalogue_state(Seen()))
    discard_run(held)
    states.append(catalogue_state(Seen()))

    assert len({*states}) == 3


def test_no_list_is_remembered_where_none_is_to_be(caller, settings, django_assert_num_queries):
    dummy = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
    settings.CACHES = settings.CACHES | {"answers": dummy}

    with django_assert_num_queries(2):
        assert caller.get(SIMILAR).json()["count"] == 2


@pytest.mark.parametrize("change", [{"availability": "sold"}, {"visible": False}, {"price": 3}])
def test_a_changed_product_is_changed_in_the_very_next_answer(caller, change):
    tag = caller.get(SIMILAR)["ETag"]

    upsert_products([CUP | change])

    answer = caller.get(SIMILAR, headers={"If-None-Match": tag})
    assert answer.status_code == 200
    shown = {place["product"]: place["price"] for place in answer.json()["results"]}
    assert shown.get("cup") == ("3.00" if "price" in change else None)


def test_other_changes_make_copies_old_too(caller):
    held = make_run("held")
    make_vectors(held, ["blue"], {})
    changes = [
        lambda: delete_products(["bowl"]),
        lambda: publish_run(held),
    ]
    for change in changes:
        tag = caller.get(SIMILAR)["ETag"]
        change()
        assert not copy_is_true(caller, tag)


def test_what_changed_nothing_leaves_copies_true(caller):
    tag = caller.get(SIMILAR)["ETag"]

    upsert_products([{"id": "nothing"}])  # lacks a title
    refresh_popularity()

    assert copy_is_true(caller, tag)


def test_a_revoked_or_changed_key_is_refused_by_the_very_next_call(caller):
    key, text = create_key("page", "storefront")
    other = Caller(text)
    assert other.get(SIMILAR).status_code == other.get(SIMILAR).status_code == 200

    key.origins = ["https://shop.example"]
    key.save()
    assert other.get(SIMILAR, headers={"Origin": "https://else.example"}).status_code == 403

    revoke_keys(ApiKey.objects.filter(pk=key.pk))
    assert other.get(SIMILAR).status_code == 401
    assert caller.get(SIMILAR).status_code == 200


def test_a_known_key_with_another_secret_is_refused(caller):
    _, text = create_key("page", "storefront")
    Caller(text).get(SIMILAR)

    assert Caller(text[:-4] + "0000").get(SIMILAR).status_code == 401


def test_without_redis_answers_are_true_by_the_database(caller, monkeypatch):
    tag = caller.get(SIMILAR)["ETag"]
    nowhere = stamps.impatient("redis://127.0.0.1:1/0")
    monkeypatch.setattr(stamps, "client", lambda: nowhere)

    assert copy_is_true(caller, tag)
    upsert_products([CUP | {"visible": False}])
    assert not copy_is_true(caller, tag)


def test_every_change_is_seen_at_once_while_others_read(caller):
    caller, over = crm(), Event()  # not throttled

    def read() -> int:
        calls = 0
        while not over.is_set():
            caller.get(SIMILAR)
            calls += 1
        connection.close()
        return calls

    with ThreadPoolExecutor(2) as readers:
        reading = [readers.submit(read) for _ in range(2)]
        try:
            for price in range(1, 11):
                upsert_products([CUP | {"price": str(price)}])
                answer = caller.get(SIMILAR).json()
                shown = {place["product"]: place["price"] for place in answer["results"]}
                assert shown["cup"] == f"{price}.00"
                tag = caller.get(SIMILAR)["ETag"]
                upsert_products([CUP | {"price": "0"}])
                assert not copy_is_true(caller, tag)
        finally:
            over.set()

    assert all(reader.result() for reader in reading)
