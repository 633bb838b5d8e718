"""Commands begin with what they need, wherever they are run; each is tried as its user would."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db.backends.postgresql.client import DatabaseClient

from segrec_site import embedded
from tests.segrec_site.embedded.conftest import servers_under

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def manage(tmp_path):
    """Run manage.py with an empty var directory of its own."""

    def run(*arguments, **environment):
        env = {**os.environ, "SEGREC_VAR": str(tmp_path / "var"), **environment}
        command = [sys.executable, PROJECT / "manage.py", *arguments]
        return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)

    return run


@pytest.fixture
def empty_database():
    """A database without a schema on the servers the tests use; returns its address."""
    var = Path(os.environ.get("SEGREC_VAR") or PROJECT / "var").absolute()
    url = os.environ.get("DATABASE_URL") or embedded.urls(var).database
    name = f"empty_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield url.replace("/segrec?", f"/{name}?")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_command_on_an_empty_machine_starts_migrates_works_and_stops(manage, tmp_path):
    done = manage("list_runs", "--json")

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith("{")
    assert servers_under(tmp_path) == []


def test_help_starts_nothing(manage, tmp_path):
    assert manage("list_runs", "--help").returncode == 0
    assert not (tmp_path / "var" / "pgdata").exists()


def test_a_database_of_ones_own_is_never_migrated(manage, tmp_path, empty_database):
    done = manage("list_runs", DATABASE_URL=empty_database, REDIS_URL="redis://127.0.0.1:1/0")

    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].endswith("run manage.py migrate.")
    with psycopg.connect(empty_database) as connection:
        assert connection.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchone() == (0,)
    assert not (tmp_path / "var" / "pgdata").exists()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none", "The database does not answer"),
        ("REDIS_URL", "amqp://rabbit", "REDIS_URL must begin with redis://"),
        ("SEGREC_VAR", "/proc/var", "set SEGREC_VAR to a directory of your own"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(manage, name, value, sentence):
    done = manage("list_runs", **{name: value})

    assert done.returncode == 1
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_shell_of_the_database_is_led_to_our_server():
    ours = embedded.urls(settings.SEGREC_VAR).django | {"OPTIONS": {}}

    arguments, _ = DatabaseClient.settings_to_cmd_args_env(ours, [])

    assert arguments[arguments.index("-h") + 1] == ours["HOST"]
    assert settings.DATABASES["default"]["HOST"]
