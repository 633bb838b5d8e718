"""What Redis remembers of keys: when each was last used, and its calls in this minute."""

import logging
import time
from datetime import UTC, datetime
from functools import cache

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)
LAST_USE = "segrec:keys:last-use"
SECONDS = 60
# After a failure Redis is left alone for so long, so that requests do not wait for it one by one.
PAUSE_SECONDS = 5
_asleep_until = 0.0


def impatient(url: str) -> redis.Redis:
    """Return a client that gives up soon and does not try again."""
    return redis.Redis.from_url(
        url, socket_timeout=0.25, socket_connect_timeout=0.25, retry=Retry(NoBackoff(), 0)
    )


@cache
def _client() -> redis.Redis:
    return impatient(settings.CACHES["default"]["LOCATION"])


def note_call(key_id: int) -> None:
    """Remember that this key was used now."""
    _in_one_go(lambda pipe: pipe.hset(LAST_USE, key_id, int(time.time())))


def count_call(key_id: int, address: str) -> tuple[int, float]:
    """Remember the use; return the calls from this address in this minute, and seconds left."""
    name = f"segrec:calls:{key_id}:{address}"

    def commands(pipe) -> None:
        pipe.set(name, 0, ex=SECONDS, nx=True)
        pipe.incr(name)
        pipe.pttl(name)
        pipe.hset(LAST_USE, key_id, int(time.time()))

    found = _in_one_go(commands)
    return (found[1], max(found[2], 0) / 1000) if found else (0, 0.0)


def last_uses() -> dict[int, datetime]:
    """Return when each key was last used; nothing while Redis is away."""
    found = _in_one_go(lambda pipe: pipe.hgetall(LAST_USE))
    times = found[0] if found else {}
    return {int(key): datetime.fromtimestamp(int(at), UTC) for key, at in times.items()}


def _in_one_go(commands) -> list | None:
    global _asleep_until
    if time.monotonic() < _asleep_until:
        return None
    try:
        with _client().pipeline(transaction=True) as pipe:
            commands(pipe)
            return pipe.execute()
    except redis.RedisError as problem:
        logger.warning("Redis does not answer, so calls are not counted: %s", problem)
        _asleep_until = time.monotonic() + PAUSE_SECONDS
        return None
