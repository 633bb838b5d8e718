"""Answers that take a moment are kept in Redis; without Redis they are computed each time."""

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from django.core.cache import cache
from redis.exceptions import RedisError

DAY = 86_400
Answer = TypeVar("Answer")

logger = logging.getLogger(__name__)


def kept(key: str, compute: Callable[[], Answer]) -> Answer:
    """Return the answer kept under a key, or compute and keep it for a day."""
    key, found = f"kept-3-{key}", None
    try:
        found = cache.get(key)
    except RedisError as problem:
        logger.warning("Redis does not answer; nothing is kept: %s", problem)
    if found is None:
        found = compute()
        with suppress(RedisError):
            cache.set(key, found, timeout=DAY)
    return found
