"""Paths, locales, shared memory, users: wherever the project is put, the servers start."""

import os
import pwd
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from segrec_site.embedded import ensure
from segrec_site.embedded.postgres import shared_memory_options
from tests.segrec_site.embedded.conftest import servers_under, sql

PROJECT = Path(__file__).parents[3]
OWN_MOUNTS = ["unshare", *(["--user", "--map-root-user"] * (os.geteuid() != 0)), "--mount"]
OWN_MOUNTS += ["sh", "-c"]
JOIN_IN_PARALLEL = """
import os, psycopg
from segrec_site import embedded
with (
    embedded.ensure(os.environ["VAR"]) as handle,
    psycopg.connect(embedded.urls(handle.var).database) as connection,
):
    connection.execute("CREATE TABLE big AS SELECT g, repeat('x', 100) AS t"
                       " FROM generate_series(1, 400000) AS g")
    connection.execute("ANALYZE big")
    for setting in ("parallel_setup_cost = 0", "parallel_tuple_cost = 0", "work_mem = '256MB'"):
        connection.execute(f"SET {setting}")
    join = "SELECT count(*) FROM big AS a JOIN big AS b USING (g, t)"
    assert "Parallel Hash" in str(connection.execute(f"EXPLAIN {join}").fetchall())
    print(connection.execute(join).fetchone()[0])
"""


@pytest.mark.parametrize("name", ["x" * 120, "a shop, söme é\n+100% 'q' \"d\" $HOME"])
def test_long_and_odd_paths_are_no_obstacle(place, made, name):
    shutil.copytree(made, place / name / "var" / "pgdata")

    with ensure(place / name / "var") as handle:
        assert sql(handle.var, "SHOW data_directory") == str(handle.var / "pgdata")


def test_a_locale_the_machine_lacks_changes_nothing(place, monkeypatch):
    for name in ("LANG", "LC_ALL", "LC_CTYPE"):
        monkeypatch.setenv(name, "tr_TR.UTF-8")
    monkeypatch.setenv("PGDATA", "/nowhere")

    with ensure(place / "var") as handle:
        assert sql(handle.var, "SELECT lower('ÉCLAIR I')") == "éclair i"
        assert sql(handle.var, "SHOW server_encoding") == "UTF8"


def test_small_shared_memory_is_kept_out_of(tmp_path):
    assert shared_memory_options("/proc") == {"dynamic_shared_memory_type": "mmap"}
    assert shared_memory_options(str(tmp_path)) == {}
    assert shared_memory_options(str(tmp_path / "missing")) == {}


def test_parallel_plans_work_with_little_shared_memory(tmp_path, made):
    shutil.copytree(made, tmp_path / "var" / "pgdata")
    small = [*OWN_MOUNTS, "mount -t tmpfs -o size=8m tmpfs /dev/shm && "]
    if subprocess.run([*OWN_MOUNTS, f"{small[-1]} true"], capture_output=True).returncode:
        small = ["sh", "-c", ""]  # not allowed in this container, whose own may be small

    small[-1] += f'exec {sys.executable} -c "$JOIN"'
    env = {**os.environ, "JOIN": JOIN_IN_PARALLEL, "VAR": str(tmp_path / "var")}
    done = subprocess.run(small, env=env, cwd=PROJECT, capture_output=True, text=True)

    assert done.stdout == "400000\n", done.stderr


def test_a_directory_below_a_closed_one_is_used_and_stays_closed(place, made):
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    accounts = len(pwd.getpwall())
    shutil.copytree(made, closed / "var" / "pgdata")

    with ensure(closed / "var") as handle:
        assert sql(handle.var, "SELECT 1") == 1

    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert len(pwd.getpwall()) == accounts


def test_a_user_without_a_name_borrows_one_or_is_told_why_not(place, visit, ordinary_user):
    answer = visit(place / "var", 54321 if os.geteuid() == 0 else ordinary_user).answer()

    assert answer == "ready" or "needs a user with a name" in answer


def test_an_ordinary_user_runs_the_servers_as_themselves(place, ordinary_user, visit):
    visitor = visit(place / "var", ordinary_user)

    assert visitor.answer() == "ready"
    assert {process.uids().real for process in servers_under(place)} == {ordinary_user}
    assert visitor.leave() == 0


def test_root_and_a_user_take_turns_on_one_directory(place, ordinary_user, visit):
    var = place / "var"
    for uid in (ordinary_user, os.geteuid(), ordinary_user, os.geteuid()):
        visitor = visit(var, uid)
        assert visitor.answer() == "ready"
        assert {process.uids().real for process in servers_under(place)} == {ordinary_user}
        (var / "log" / f"written-{visitor.pid}.log").touch()
        assert visitor.leave() == 0

    owners = {path.stat().st_uid for path in (*var.iterdir(), *(var / "log").iterdir())}
    assert owners == {ordinary_user}


def test_root_and_a_user_share_servers_at_the_same_time(place, ordinary_user, visit):
    user = visit(place / "var", ordinary_user)
    assert user.answer() == "ready"
    other = visit(place / "var")
    assert other.answer() == "ready"

    assert [user.leave(), other.leave()] == [0, 0]
    assert servers_under(place) == []


def test_what_root_makes_in_a_users_directory_is_the_users(place, ordinary_user, visit):
    os.chown(place, ordinary_user, -1)
    root = visit(place / "new" / "var")
    assert root.answer() == "ready"
    assert root.leave() == 0

    assert (place / "new").stat().st_uid == ordinary_user
    assert visit(place / "new" / "var", ordinary_user).answer() == "ready"


def test_a_directory_of_somebody_else_is_refused_in_a_sentence(ordinary_user, visit):
    assert "belongs to another user" in visit(Path("/usr"), ordinary_user).answer()
    assert "cannot be made" in visit(Path("/usr/var"), ordinary_user).answer()
