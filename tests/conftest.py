"""What every test may use."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import caches
from django.test import override_settings
from redis import Redis

from segrec_site import embedded, usage


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hash passwords quickly; the site's way takes a third of a second for each."""
    quick = "django.contrib.auth.hashers.MD5PasswordHasher"
    with override_settings(PASSWORD_HASHERS=[quick, *settings.PASSWORD_HASHERS]):
        yield


@pytest.fixture(autouse=True)
def empty_redis(monkeypatch) -> None:
    """Begin each test with nothing in the caches, nothing in the queues, and Redis answering."""
    monkeypatch.setattr(usage, "_asleep_until", 0)
    for cache in caches:
        caches[cache].clear()
    with queues() as redis:
        redis.flushdb()


def queues() -> Redis:
    """Return a connection to the database of the queues."""
    servers = settings.REDIS_URL or embedded.urls(settings.SEGREC_VAR).redis
    return Redis.from_url(embedded.redis_urls(servers, first_db=settings.REDIS_DB + 1)[0])
