"""Whatever was killed, deleted or left behind: the next user needs no hand."""

import os
import shutil
import signal
import threading
import time

import psycopg
import pytest
import redis

from segrec_site.embedded import EmbeddedError, ensure, server, urls
from tests.segrec_site.embedded.conftest import postmaster, servers_under, sql, valkey


def test_what_was_committed_outlives_a_killed_postgres(var, use):
    handle = use(var)
    sql(var, "CREATE TABLE kept AS SELECT 7 AS value")

    os.kill(postmaster(var), signal.SIGKILL)
    handle.heal()

    assert sql(var, "SELECT value FROM kept") == 7


def test_a_query_still_running_does_not_keep_a_killed_postgres_away(var, use, monkeypatch):
    monkeypatch.setattr(server, "LOST_SECONDS", 0.5)
    handle = use(var)
    busy = threading.Thread(target=_work_until_the_server_dies, args=[var])
    busy.start()
    time.sleep(0.2)

    os.kill(postmaster(var), signal.SIGKILL)
    handle.heal()

    busy.join()
    assert sql(var, "SELECT 1") == 1


def _work_until_the_server_dies(var):
    with pytest.raises(psycopg.OperationalError):
        sql(var, "SELECT count(*) FROM generate_series(1, 10000000000)")


def test_what_was_queued_outlives_a_killed_valkey(var, use):
    handle = use(var)
    redis.from_url(urls(var).redis).lpush("queue", "message")

    os.kill(valkey(var), signal.SIGKILL)
    handle.heal()

    assert redis.from_url(urls(var).redis).lrange("queue", 0, -1) == [b"message"]


def test_servers_of_a_killed_user_are_used_and_stopped_by_the_next(var, visit):
    visitor = visit(var)
    visitor.answer()
    visitor.end(signal.SIGKILL)
    before = postmaster(var)

    with ensure(var):
        assert postmaster(var) == before

    assert servers_under(var) == []


def test_everything_killed_at_once_is_no_obstacle(var, visit):
    visitor = visit(var)
    visitor.answer()

    for process in servers_under(var):
        process.kill()
    visitor.end(signal.SIGKILL)

    with ensure(var):
        assert sql(var, "SELECT 1") == 1


def test_zombies_are_not_taken_for_servers(var, visit):
    visitor = visit(var)  # started the servers, and does not reap them while it waits
    visitor.answer()
    os.kill(postmaster(var), signal.SIGKILL)
    os.kill(valkey(var), signal.SIGKILL)

    with ensure(var):
        assert sql(var, "SELECT 1") == 1
        assert visitor.leave() == 0


def test_lock_files_that_name_a_living_stranger_are_no_obstacle(var, use):
    use(var).release()
    stale = f"{os.getpid()}\n{var}/pgdata\n1795471323\n5432\n{var}/run\n\n"
    (var / "pgdata" / "postmaster.pid").write_text(stale)
    (var / "run" / ".s.PGSQL.5432.lock").write_text(stale)

    use(var)

    assert postmaster(var) != os.getpid()
    assert sql(var, "SELECT 1") == 1


def test_a_kill_in_the_middle_of_initdb_leaves_nothing_half_made(place, visit):
    var = place / "var"
    visitor = visit(var)
    while not list(var.glob("pgdata.new-*/base")):
        time.sleep(0.005)
    visitor.end(signal.SIGKILL)
    assert not (var / "pgdata").exists()

    with ensure(var):
        assert sql(var, "SELECT 1") == 1
        assert list(var.glob("pgdata.new-*")) == []


def test_a_kill_while_postgres_starts_is_no_obstacle(var, visit):
    visitor = visit(var)
    while not (var / "pgdata" / "postmaster.pid").exists():
        time.sleep(0.001)
    visitor.end(signal.SIGKILL)

    with ensure(var):
        assert sql(var, "SELECT 1") == 1


def test_servers_whose_sockets_were_deleted_are_started_anew(var, use, monkeypatch):
    monkeypatch.setattr(server, "LOST_SECONDS", 0.5)
    handle = use(var)
    before = postmaster(var), valkey(var)

    for socket in (urls(var).postgres_socket, urls(var).valkey_socket):
        socket.unlink()
    handle.heal()

    assert sql(var, "SELECT 1") == 1
    assert not {postmaster(var), valkey(var)} & {*before}


def test_a_directory_deleted_under_its_servers_is_made_anew(var, place, visit):
    visitor = visit(var)
    visitor.answer()
    ghosts = servers_under(place)

    shutil.rmtree(var)

    with ensure(var):
        assert sql(var, "SELECT 1") == 1
        assert not any(ghost.is_running() and ghost.status() != "zombie" for ghost in ghosts)
    visitor.end(signal.SIGKILL)


def test_data_of_another_postgres_is_refused_in_a_sentence(var):
    (var / "pgdata" / "PG_VERSION").write_text("17\n")

    with pytest.raises(EmbeddedError, match="was made by PostgreSQL 17 and this is 18"):
        ensure(var)

    assert servers_under(var) == []


def test_a_server_that_will_not_start_says_why_and_where_its_log_is(var):
    (var / "pgdata" / "postgresql.conf").write_text("no_such_setting = 1\n")

    with pytest.raises(EmbeddedError, match=r"did not start: .*; its log is .*postgres.log"):
        ensure(var)
