"""Hears of changed products and orders, and hands what follows from them to workers.

Tasks are sent by name: what computes is slow to import, and the web only hands over.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from celery import current_app
from django.core.cache import cache
from kombu.exceptions import OperationalError as BrokerAway
from redis.exceptions import RedisError

# Orders that come one by one are counted together.
POPULARITY_PAUSE_SECONDS = 5

logger = logging.getLogger(__name__)


def follow_catalogue(sender: str, product_ids: list[int] | None, **_) -> None:
    """Have a worker bring lists up to date with changed products."""
    with _left_to_the_schedule():
        _send("refresh_neighbours", [product_ids])


def follow_orders(sender: str, **_) -> None:
    """Have buyers counted soon, once for all the orders until then."""
    with _left_to_the_schedule():
        if cache.add("popularity-asked", True, timeout=POPULARITY_PAUSE_SECONDS):
            _send("refresh_popularity", [], countdown=POPULARITY_PAUSE_SECONDS)


def _send(task: str, args: list, **options) -> None:
    current_app.send_task(f"recommendations.tasks.{task}", args, queue="now", **options)


@contextmanager
def _left_to_the_schedule() -> Iterator[None]:
    """Let the write stand when Redis is away: the schedule catches up with what changed."""
    try:
        yield
    except (BrokerAway, RedisError) as problem:
        logger.warning("Redis does not answer; lists follow by the schedule: %s", problem)
