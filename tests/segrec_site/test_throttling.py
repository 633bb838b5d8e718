"""How often a publishable key may call."""

import pytest
from django.core.cache import cache

from runs import stamps
from segrec_site import throttling, usage
from segrec_site.keys import create_key
from tests.api import Caller, crm, storefront

pytestmark = pytest.mark.django_db


@pytest.fixture
def three_a_minute(monkeypatch):
    monkeypatch.setattr(throttling, "CALLS_A_MINUTE", 3)


@pytest.fixture
def redis_away(monkeypatch):
    nowhere = stamps.impatient("redis://127.0.0.1:1/0")
    monkeypatch.setattr(stamps, "client", lambda: nowhere)
    monkeypatch.setattr(usage, "_asleep_until", 0)


def statuses(caller, count: int, **extra) -> list[int]:
    return [caller.get("/products/", **extra).status_code for _ in range(count)]


def test_a_publishable_key_may_call_600_times_a_minute():
    assert throttling.CALLS_A_MINUTE == 600
    assert usage.SECONDS == 60


@pytest.mark.usefixtures("three_a_minute")
def test_the_call_after_the_last_is_429_and_says_when_to_come_back():
    caller = storefront()

    assert statuses(caller, 4) == [200, 200, 200, 429]

    answer = caller.get("/products/")
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.usefixtures("three_a_minute")
def test_each_key_and_each_address_has_its_own_count():
    _, text = create_key("shop", "storefront")

    assert statuses(Caller(text), 4)[-1] == 429
    assert statuses(Caller(text), 3, REMOTE_ADDR="10.0.0.2") == [200] * 3
    assert statuses(storefront(), 3) == [200] * 3


@pytest.mark.usefixtures("three_a_minute")
def test_a_new_minute_begins_with_a_new_count():
    caller = storefront()
    statuses(caller, 4)

    cache.clear()

    assert statuses(caller, 1) == [200]


@pytest.mark.usefixtures("three_a_minute")
def test_a_secret_key_is_not_throttled():
    assert statuses(crm(), 5) == [200] * 5


@pytest.mark.usefixtures("three_a_minute", "redis_away")
def test_without_redis_nobody_is_throttled():
    assert statuses(storefront(), 5) == [200] * 5


@pytest.mark.usefixtures("redis_away")
def test_redis_is_left_alone_for_a_while_after_it_failed(monkeypatch):
    usage.note_call(1)
    monkeypatch.setattr(stamps, "client", pytest.fail)

    usage.note_call(1)


def test_the_last_use_of_a_key_is_remembered():
    key, text = create_key("shop", "crm")
    assert key.pk not in usage.last_uses()

    Caller(text).get("/products/")

    assert key.pk in usage.last_uses()
