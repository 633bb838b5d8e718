"""Insights follow what changes: one message for many changes, none lost when Redis is away."""

import pytest
from celery import current_app
from django.core.cache import cache
from redis.exceptions import ConnectionError as RedisAway

from customers import listeners, tasks
from customers.models import InsightBuild
from customers.services.orders import upsert_orders
from customers.services.rates import import_rates
from customers.services.segments.refreshing import refresh_segments
from customers.signals import orders_changed, segments_changed
from products.services import upsert_products
from runs import stamps
from tests.customers.trading import order_again
from tests.shop_files import write

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch) -> list:
    """Messages to workers, which none takes."""
    found = []
    monkeypatch.setattr(
        current_app, "send_task", lambda name, *args, **options: found.append((name, options))
    )
    return found


def asked(sent) -> list[int]:
    return [options["countdown"] for name, options in sent if name.endswith("refresh_insights")]


def test_many_changes_are_summed_once(sent):
    for _ in range(5):
        orders_changed.send("customers", product_ids=None)

    assert asked(sent) == [listeners.LEAST_PAUSE_SECONDS]


def test_a_shop_that_takes_long_to_sum_is_summed_less_often(sent, tmp_path):
    upsert_orders([order_again("a")])
    tasks.refresh_insights()
    InsightBuild.objects.update(seconds=30)

    segments_changed.send("customers")

    assert asked(sent) == [600]


def test_orders_rates_and_categories_ask_for_it(sent, tmp_path, django_capture_on_commit_callbacks):
    changes = [
        lambda: upsert_orders([order_again("a", currency="EUR"), order_again("b", currency="GBP")]),
        lambda: import_rates(write(tmp_path, "date,currency,rate\n2025-01-01,GBP,1.2")),
        lambda: upsert_products([{"id": "p1", "title": "Mug", "product_type": "Mugs"}]),
    ]
    for change in changes:
        sent.clear()
        cache.clear()
        with django_capture_on_commit_callbacks(execute=True):
            change()
        assert len(asked(sent)) == 1


def test_publishing_segments_asks_for_it(sent, django_capture_on_commit_callbacks):
    upsert_orders([order_again("a", customer_id="ada")])
    with django_capture_on_commit_callbacks(execute=True):
        assert refresh_segments().status == "published"

    assert len(asked(sent)) == 1


def test_a_change_stands_when_redis_is_away(monkeypatch, caplog):
    def away(*args, **options):
        raise RedisAway("away")

    monkeypatch.setattr(stamps.client(), "ping", away)
    orders_changed.send("customers", product_ids=None)

    assert "customers.tasks.refresh_insights is left to the schedule" in caplog.text
