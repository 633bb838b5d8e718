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

# Files of orders that come one after the other are counted together.
POPULARITY_PAUSE_SECONDS = 5

logger = logging.getLogger(__name__)


def follow_catalogue(sender: str, product_ids: list[int] | None, **_) -> None:
    """Have a worker bring lists up to date with changed products."""
    with _left_to_the_schedule():
        _send("refresh_neighbours", [product_ids])


def follow_orders(sender: str, product_ids: list[int] | None, **_) -> None:
    """Have buyers counted: of products named at once, of all soon and once for all files read."""
    with _left_to_the_schedule():
        if product_ids is not None:
            _send("refresh_popularity", [product_ids])
        elif cache.add("popularity-asked", True, timeout=POPULARITY_PAUSE_SECONDS):
            _send("refresh_popularity", [], countdown=POPULARITY_PAUSE_SECONDS)


def follow_segments(sender: str, **_) -> None:
    """Have buyers in segments counted when customers moved."""
    with _left_to_the_schedule():
        _send("refresh_segment_popularity", [], queue="batch")


def _send(task: str, args: list, queue: str = "now", **options) -> None:
    current_app.send_task(f"recommendations.tasks.{task}", args, queue=queue, **options)


@contextmanager
def _left_to_the_schedule() -> Iterator[None]:
    """Let the write stand when Redis is away: the schedule catches up with what changed."""
    try:
        yield
    except (BrokerAway, RedisError) as problem:
        logger.warning("Redis does not answer; lists follow by the schedule: %s", problem)
