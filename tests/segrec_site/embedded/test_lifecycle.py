"""The servers are started once, shared, and stopped by their last user."""

import os
import signal

import pytest
import redis

from segrec_site.embedded import ensure, redis_urls, urls
from tests.segrec_site.embedded.conftest import postmaster, servers_under, sql, valkey


def test_a_cold_start_makes_the_database_and_the_last_one_out_stops_the_servers(place):
    with ensure(place / "new" / "var") as handle:
        assert sql(handle.var, "SELECT current_database()") == "segrec"
        assert redis.from_url(urls(handle.var).redis).ping()

    assert servers_under(place) == []


def test_both_addresses_of_redis_reach_databases_of_their_own(var, use):
    use(var)

    cache, broker = redis_urls(urls(var).redis)

    redis.from_url(cache).set("here", 1)
    assert "virtual_host=1" in broker
    assert redis.from_url(f"{urls(var).redis}?db=1").get("here") is None


def test_the_second_user_finds_the_servers_of_the_first(var, use):
    first = use(var)
    before = postmaster(var), valkey(var)

    second = use(var)
    first.release()

    assert (postmaster(var), valkey(var)) == before
    second.release()
    assert servers_under(var) == []


def test_six_cold_starts_at_once_share_one_pair_of_servers(place, visit):
    visitors = [visit(place / "var") for _ in range(6)]

    assert [visitor.answer() for visitor in visitors] == ["ready"] * 6
    roots = [
        process for process in servers_under(place) if process.ppid() in {v.pid for v in visitors}
    ]
    assert len(roots) == 2
    assert [visitor.leave() for visitor in visitors] == [0] * 6
    assert servers_under(place) == []


def test_only_the_servers_asked_for_are_started(var):
    with ensure(var, postgres=False):
        assert [process.name() for process in servers_under(var)] == ["valkey-server"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_process_ended_by_a_signal_stops_what_it_started(var, number, visit):
    visitor = visit(var)
    visitor.answer()

    assert visitor.end(number) == 128 + number
    assert servers_under(var) == []


def test_a_forked_child_does_not_stop_the_servers_of_its_parent(var, use):
    handle = use(var)

    child = os.fork()
    if child == 0:
        handle.release()
        os._exit(0)
    os.waitpid(child, 0)

    assert sql(var, "SELECT 1") == 1
