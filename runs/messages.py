"""Messages to workers, which nothing depends on: what is lost with Redis the schedule does."""

import logging
from contextlib import suppress
from typing import Any

from celery import current_app
from django.core.cache import cache
from kombu.exceptions import OperationalError as BrokerAway
from redis.exceptions import RedisError

from runs import stamps

logger = logging.getLogger(__name__)


def tell_workers(task: str, *args: Any, queue: str, once_in: int | None = None) -> bool:
    """Send a task by its name, as what computes is slow to import; say whether Redis answered.

    With `once_in` it is done so many seconds from now, once for all who ask until then.
    """
    asked = f"asked:{task}"
    try:
        stamps.client().ping()  # the broker's own client has more patience than who asks
        if once_in is None or cache.add(asked, True, timeout=once_in):
            current_app.send_task(task, args, queue=queue, countdown=once_in)
    except (BrokerAway, RedisError) as problem:
        logger.warning("Redis does not answer; %s is left to the schedule: %s", task, problem)
        with suppress(RedisError):
            cache.delete(asked)
        return False
    return True


def hand_over(run_id: int) -> bool:
    """Let a worker do what is left of a run; if Redis is away, the sweep finds it later."""
    return tell_workers("runs.tasks.work_on", run_id, queue="batch")


def hand_over_import(import_id: int) -> bool:
    """Let a worker read a file that staff handed over; the sweep finds it later too."""
    return tell_workers("runs.tasks.work_on_import", import_id, queue="batch")
