"""Stamps: how a process knows, without asking the database, that nothing has changed.

A stamp stands in Redis while something is as it was: the keys of the API, or all that lists follow
from. Who changes that takes the stamp away before the change can be seen, and it comes back only by
someone who has read the database after every change there was:

    writer:  begins (stamp gone, writer noted, count + 1) → commits → ends (writer gone, count + 1)
    reader:  no stamp: reads the count, then the database, and sets the stamp if the count is still
             the same and no writer is noted

A writer that died after its commit stays noted, so that readers ask the database meanwhile. A stamp
lives for seconds only; that bounds what a Redis that came back with old contents may tell. Without
Redis there are no stamps.
"""

import logging
from dataclasses import dataclass, field
from functools import cache
from uuid import uuid4

import redis
from django.conf import settings
from django.db import transaction
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)
KEYS, LISTS = "keys", "lists"
NAMES = (KEYS, LISTS)
STAMP_SECONDS = 5
# A writer not heard of for so long has died; no commit takes that long.
WRITER_SECONDS = 60

_BEGIN = """
    redis.call('ZADD', KEYS[3], redis.call('TIME')[1], ARGV[1])
    redis.call('INCR', KEYS[2])
    return redis.call('DEL', KEYS[1])"""
_END = """
    redis.call('ZREM', KEYS[3], ARGV[1])
    redis.call('INCR', KEYS[2])
    return redis.call('DEL', KEYS[1])"""
_SET = """
    redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', redis.call('TIME')[1] - tonumber(ARGV[4]))
    if redis.call('ZCARD', KEYS[3]) > 0 or (redis.call('GET', KEYS[2]) or '') ~= ARGV[2] then
        return false
    end
    redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[3], 'NX')
    return redis.call('GET', KEYS[1])"""


@dataclass
class Seen:
    """The stamps that stood at the beginning of a request, and the counts of changes then."""

    stamps: dict[str, str] = field(default_factory=dict)
    counts: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, values: list[bytes | None]) -> "Seen":
        """Read what Redis holds under `names_seen`."""
        texts = [None if value is None else value.decode() for value in values]
        stamps = dict(zip(NAMES, texts[: len(NAMES)], strict=True))
        counts = dict(zip(NAMES, texts[len(NAMES) :], strict=True))
        return cls(
            {name: text for name, text in stamps.items() if text is not None},
            {name: text or "" for name, text in counts.items()},
        )

    def keep(self, name: str, value: str) -> str | None:
        """Set a stamp after the database was read; return the one that stands now, if any."""
        if name not in self.counts:
            return None
        try:
            stands = _script(_SET)(
                _redis_keys(name), [value, self.counts[name], STAMP_SECONDS, WRITER_SECONDS]
            )
        except redis.RedisError:
            return None
        if stands is not None:
            self.stamps[name] = stands.decode()
        return self.stamps.get(name)


def names_seen() -> list[str]:
    """Return what a request reads in Redis: every stamp, then every count."""
    return [f"segrec:stamp:{name}" for name in NAMES] + [f"segrec:changes:{name}" for name in NAMES]


def changing(name: str) -> None:
    """Take a stamp away for a change in this transaction, until it is committed.

    To be called before what is written can be seen by others, so inside of a transaction.
    """
    writer = uuid4().hex
    _tell(_BEGIN, name, writer)
    transaction.on_commit(lambda: _tell(_END, name, writer))


def impatient(url: str) -> redis.Redis:
    """Return a client that gives up soon and does not try again."""
    return redis.Redis.from_url(
        url, socket_timeout=0.25, socket_connect_timeout=0.25, retry=Retry(NoBackoff(), 0)
    )


@cache
def client() -> redis.Redis:
    """Return this process's connections to Redis."""
    return impatient(settings.CACHES["default"]["LOCATION"])


def _tell(script: str, name: str, writer: str) -> None:
    try:
        _script(script)(_redis_keys(name), [writer])
    except redis.RedisError as problem:
        logger.warning("Redis does not answer; old stamps end in %s s: %s", STAMP_SECONDS, problem)


def _redis_keys(name: str) -> list[str]:
    return [f"segrec:{part}:{name}" for part in ("stamp", "changes", "writers")]


def _script(text: str):
    return client().register_script(text)
