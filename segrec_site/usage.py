"""What Redis remembers of keys: when each was last used, and its calls in this minute."""

import logging
import time
from datetime import UTC, datetime
from typing import NamedTuple

import redis

from runs import stamps
from runs.stamps import Seen

logger = logging.getLogger(__name__)
LAST_USE = "segrec:keys:last-use"
SECONDS = 60
# After a failure Redis is left alone for so long, so that requests do not wait for it one by one.
PAUSE_SECONDS = 5
_asleep_until = 0.0

# Counts a call, where it is limited; notes the key's use; tells which stamps stand.
_COUNT = """
    local calls, left = 0, 0
    if KEYS[2] then
        calls = redis.call('INCR', KEYS[2])
        if calls == 1 then redis.call('PEXPIRE', KEYS[2], ARGV[3]) end
        left = redis.call('PTTL', KEYS[2])
    end
    redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
    return {calls, left, redis.call('MGET', unpack(ARGV, 4))}"""


class Use(NamedTuple):
    """A call of a key: which it is in this minute from here, seconds left of it, the stamps."""

    calls: int
    seconds_left: float
    seen: Seen


NOT_COUNTED = Use(0, 0.0, Seen())


def note_call(key_id: int) -> Use:
    """Remember that this key was used now."""
    return _count([LAST_USE], key_id)


def count_call(key_id: int, address: str) -> Use:
    """Remember the use, and count the calls from this address in this minute."""
    return _count([LAST_USE, f"segrec:calls:{key_id}:{address}"], key_id)


def seen_now() -> Seen:
    """Return which stamps stand; none while Redis is away."""
    found = _asked(lambda client: client.mget(stamps.names_seen()))
    return Seen.of(found) if found else Seen()


def last_uses() -> dict[int, datetime]:
    """Return when each key was last used; nothing while Redis is away."""
    times = _asked(lambda client: client.hgetall(LAST_USE)) or {}
    return {int(key): datetime.fromtimestamp(int(at), UTC) for key, at in times.items()}


def _count(names: list[str], key_id: int) -> Use:
    values = [key_id, int(time.time()), 1000 * SECONDS, *stamps.names_seen()]
    found = _asked(lambda client: client.register_script(_COUNT)(names, values))
    if not found:
        return NOT_COUNTED
    calls, left, seen = found
    return Use(calls, max(left, 0) / 1000, Seen.of(seen))


def _asked(question):
    global _asleep_until
    if time.monotonic() < _asleep_until:
        return None
    try:
        return question(stamps.client())
    except redis.RedisError as problem:
        logger.warning("Redis does not answer, so calls are not counted: %s", problem)
        _asleep_until = time.monotonic() + PAUSE_SECONDS
        return None
