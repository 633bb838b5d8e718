"""The whole site as one command: it serves, recovers from kills, and leaves nothing behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import psycopg
import pytest
from celery import Celery

from segrec_site import embedded
from segrec_site.management.commands.up import Command
from tests.segrec_site.embedded.conftest import postmaster, valkey
from tests.segrec_site.test_supervisor import wait_for

PROJECT = Path(__file__).parents[2]


class Site:
    """A running `manage.py up` with a var directory and a port of its own."""

    def __init__(self, var: Path):
        self.var, self.log = var, var.with_name("up.log")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = manage("up", "--port", str(self.port), var=var, output=self.log)

    def said(self) -> str:
        return self.log.read_text()

    def is_ready(self) -> bool:
        return f"segrec is ready at http://127.0.0.1:{self.port}" in self.said()

    def answers(self) -> bool:
        try:
            url = f"http://127.0.0.1:{self.port}/health/ready"
            return urllib.request.urlopen(url, timeout=5).status == 200
        except OSError:
            return False

    def processes(self, *words: str) -> list[psutil.Process]:
        """All that runs for this site, servers included; with words, those that have them all."""
        found = []
        for process in psutil.process_iter():
            try:
                line = " ".join(process.cmdline())
                ours = process.environ().get("SEGREC_VAR") == str(self.var) or str(self.var) in line
                if ours and all(word in line for word in words) and process.status() != "zombie":
                    found.append(process)
            except psutil.Error:
                continue
        return found


def manage(*arguments: str, var: Path, output: Path) -> subprocess.Popen:
    with output.open("wb") as log:
        return subprocess.Popen(
            [sys.executable, PROJECT / "manage.py", *arguments],
            env={**os.environ, "SEGREC_VAR": str(var), "SEGREC_REDIS_DB": "0"},
            stdout=log,
            stderr=log,
        )


@pytest.fixture(scope="module")
def var(tmp_path_factory):
    """One for all tests here, so that only the first has to make a database."""
    return tmp_path_factory.mktemp("up") / "var"


@pytest.fixture
def site(var):
    found = Site(var)
    assert wait_for(found.is_ready, 120), found.said()
    yield found
    for process in [found.process, *found.processes()]:
        process.kill()
    found.process.wait()


def test_a_site_recovers_from_kills_and_ends_at_a_signal(site):
    assert wait_for(lambda: site.processes("celery", "now"), 60)
    victims = [
        site.processes("gunicorn")[0].pid,
        site.processes("celery", "now")[0].pid,
        postmaster(site.var),
        valkey(site.var),
    ]

    for pid in victims:
        os.kill(pid, signal.SIGKILL)

    assert wait_for(lambda: len(re.findall("is started again", site.said())) >= 3, 60)
    assert wait_for(site.answers, 60)
    assert len(site.processes("postgres", "-D")) == 1
    assert not {process.pid for process in site.processes()} & {*victims}

    began = time.monotonic()
    site.process.terminate()
    assert site.process.wait(30) == 0
    assert time.monotonic() - began < 30
    assert site.processes() == []


def test_a_worker_goes_on_when_a_task_ends_while_redis_hangs(site):
    servers, log = embedded.urls(site.var), site.var / "log" / "batch.log"
    broker = embedded.redis_urls(servers.redis, first_db=0)[1]
    assert wait_for(lambda: "batch@" in log.read_text() and " ready." in log.read_text(), 60)

    with Celery(broker=broker, set_as_current=False) as workers:
        with psycopg.connect(servers.database) as database:
            database.execute("LOCK runs_run IN ACCESS EXCLUSIVE MODE")
            workers.send_task("runs.tasks.work_on", [0], queue="batch")
            assert wait_for(lambda: "runs.tasks.work_on" in log.read_text(), 60)
            redis = valkey(site.var)
            os.kill(redis, signal.SIGSTOP)
        time.sleep(8)  # the task ends; its worker can tell nobody
        os.kill(redis, signal.SIGCONT)
        workers.send_task("runs.tasks.work_on", [0], queue="batch")

    assert wait_for(lambda: log.read_text().count("succeeded in") >= 2, 30), log.read_text()


def test_a_killed_site_leaves_nothing_running_and_its_port_free(site):
    wait_for(lambda: site.processes("celery", "beat"), 60)

    site.process.kill()

    assert wait_for(lambda: not site.processes(), 90), site.processes()


@pytest.mark.parametrize("arguments", [["--port", "web"], ["--port", "70000"], ["--colour"]])
def test_wrong_options_are_refused(arguments, capsys):
    with pytest.raises(SystemExit) as refusal:
        Command().run_from_argv(["manage.py", "up", *arguments])

    assert refusal.value.code == 2
    assert arguments[0] in capsys.readouterr().err


def test_a_taken_port_is_refused(capsys):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        address = f"127.0.0.1:{listener.getsockname()[1]}"

        with pytest.raises(SystemExit) as refusal:
            Command().run_from_argv(["manage.py", "up", "--port", address.split(":")[1]])

    assert refusal.value.code == 1
    assert f"Cannot listen on {address}" in capsys.readouterr().err
