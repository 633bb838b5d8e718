from pathlib import Path
from ssl import CERT_NONE, CERT_REQUIRED

import pytest
from celery import Celery
from redis import Redis

from segrec_site.embedded import EmbeddedError, redis_urls, urls


def test_addresses_follow_from_the_directory_and_nothing_is_made(tmp_path):
    found = urls(Path("/srv/shop/var"))

    assert found.database == "postgresql://segrec@/segrec?host=/srv/shop/var/run&port=5432"
    assert found.redis == "unix:///srv/shop/var/run/valkey.sock"
    assert urls(tmp_path / "var") == urls(tmp_path / "var")
    assert not (tmp_path / "var").exists()


def test_a_link_to_the_directory_has_the_same_addresses(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "var")

    assert urls(tmp_path / "link") == urls(tmp_path / "var")


@pytest.mark.parametrize("name", ["x" * 90, "my shop", "a,b", "é", "a+b", "50%", "a@b"])
def test_a_path_unfit_for_sockets_gets_a_short_directory_in_tmp(name):
    found = urls(Path("/srv") / name)

    assert found.run.parent == Path("/tmp")
    assert found != urls(Path("/srv") / f"{name}2")


@pytest.mark.parametrize(
    ("url", "cache", "broker"),
    [
        ("redis://h:6379/0", "redis://h:6379/0", "redis://h:6379/1"),
        ("redis://h", "redis://h/0", "redis://h/1"),
        ("redis://h?db=2", "redis://h/2", "redis://h/3"),
        ("redis://u:p@h/4?protocol=3", "redis://u:p@h/4?protocol=3", "redis://u:p@h/5?protocol=3"),
        ("unix:///a/s?db=3", "unix:///a/s?db=3", "redis+socket:///a/s?virtual_host=4"),
        ("unix://:p@/a/s", "unix://:p@/a/s?db=0", "redis+socket://:p@/a/s?virtual_host=1"),
        ("redis+socket:///s?virtual_host=1", "unix:///s?db=1", "redis+socket:///s?virtual_host=2"),
    ],
)
def test_one_redis_address_becomes_one_for_the_cache_and_one_for_the_broker(url, cache, broker):
    assert redis_urls(url) == (cache, broker)


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("", CERT_REQUIRED),
        ("?ssl_ca_certs=/etc/ca.pem", CERT_REQUIRED),
        ("?ssl_cert_reqs=none", CERT_NONE),
    ],
)
def test_a_server_that_speaks_tls_shows_its_certificate_unless_the_address_says_none(query, asked):
    cache, broker = redis_urls(f"rediss://h{query}")

    with Celery(broker=broker, set_as_current=False) as workers:
        assert workers.connection_for_write().ssl["ssl_cert_reqs"] == asked
    for url in (cache, broker):
        assert Redis.from_url(url).connection_pool.make_connection().cert_reqs == asked


def test_a_first_database_moves_both_on():
    assert redis_urls("redis://h/1", first_db=4) == ("redis://h/5", "redis://h/6")


@pytest.mark.parametrize("url", ["", "amqp://h", "h:6379", "redis://h/main"])
def test_an_address_that_is_not_redis_is_refused_in_a_sentence(url):
    with pytest.raises(EmbeddedError, match="REDIS_URL must"):
        redis_urls(url)
