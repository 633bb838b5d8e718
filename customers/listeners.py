"""Hears of orders, segments and categories that changed, and has insights follow.

The task is sent by name: what computes is slow to import, and the web only hands over.
"""

import logging
from functools import partial

from celery import current_app
from django.core.cache import cache
from django.db import transaction
from kombu.exceptions import OperationalError as BrokerAway
from redis.exceptions import RedisError

from customers.queries.insights.summing import forget_what_months_rest_on, seconds_of_last_build

# Changes that come one by one are summed together: the pause is so many times as long as the work.
LEAST_PAUSE_SECONDS, PAUSES_A_BUILD = 10, 20

logger = logging.getLogger(__name__)


def follow_sales(sender: str, **_: object) -> None:
    """Have insights refreshed soon, once for all the changes until then."""
    pause = max(LEAST_PAUSE_SECONDS, round(PAUSES_A_BUILD * seconds_of_last_build()))
    try:
        if cache.add("insights-asked", True, timeout=pause):
            current_app.send_task(
                "customers.tasks.refresh_insights", queue="batch", countdown=pause
            )
    except (BrokerAway, RedisError) as problem:
        logger.warning("Redis does not answer; insights follow by the schedule: %s", problem)


def follow_categories(sender: str, **_: object) -> None:
    """Have all months summed anew, since products moved between categories."""
    forget_what_months_rest_on()
    transaction.on_commit(partial(follow_sales, sender))
