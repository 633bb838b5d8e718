import os
import signal
import sys
import time

import psutil
import pytest

from segrec_site import supervisor
from segrec_site.embedded import directories
from segrec_site.supervisor import Child, Supervisor

STUBBORN = "trap '' TERM QUIT; touch {ready}; while true; do sleep 0.1; done"


@pytest.fixture
def said():
    return []


@pytest.fixture
def watched(said, monkeypatch):
    monkeypatch.setattr(supervisor, "FIRST_PAUSE", 0.05)
    found = Supervisor(said.append)
    yield found
    for child in found.children:
        child.kill()


@pytest.fixture
def shell(tmp_path):
    """A child that runs a line of shell."""
    return lambda line: Child("it", ["sh", "-c", line], tmp_path / "it.log", pause=0.05)


def wait_for(reached, seconds=20):
    deadline = time.monotonic() + seconds
    while not (answer := reached()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return answer


def test_a_child_that_dies_is_started_again_and_that_is_said(watched, shell, said):
    child = shell("sleep 60")
    watched.start([child])
    first = child.process.pid

    os.kill(first, signal.SIGKILL)

    assert wait_for(lambda: watched.watch() or child.process.pid != first)
    assert child.is_alive()
    assert said == [f"it ended (killed by SIGKILL) and is started again; see {child.log}"]


def test_logs_are_appended_to_and_a_large_one_is_put_aside(watched, shell, tmp_path, monkeypatch):
    monkeypatch.setattr(directories, "LOG_BYTES", 10)
    child = shell("echo more than ten bytes")
    child.log = tmp_path / "new" / "it.log"
    watched.start([child])

    assert wait_for(lambda: watched.watch() or child.log.with_suffix(".old").exists())
    assert child.log.with_suffix(".old").read_text() == "more than ten bytes\n"


def test_a_child_that_keeps_dying_is_started_ever_later(watched, shell, said):
    child = shell("exit 3")
    watched.start([child])

    assert wait_for(lambda: watched.watch() or len(said) == 3)
    assert child.pause == pytest.approx(0.4)
    assert "exit code 3" in said[0]


def test_what_a_child_leaves_behind_ends_before_it_is_started_again(watched, shell, tmp_path):
    child = shell(f"sleep 60 & echo $! >> {tmp_path / 'pids'}; wait")
    watched.start([child])
    assert wait_for(lambda: (tmp_path / "pids").exists() and (tmp_path / "pids").read_text())

    child.process.kill()
    child.process.wait()
    assert wait_for(lambda: watched.watch() or child.is_alive())

    left = int((tmp_path / "pids").read_text().split()[0])
    assert wait_for(lambda: not is_running(left))


def test_stopping_is_polite_first(watched, shell, tmp_path):
    child = shell(
        f"trap 'echo bye > {tmp_path / 'said'}; exit' TERM; touch {tmp_path / 'ready'};"
        " while true; do sleep 0.05; done"
    )
    watched.start([child])
    wait_for((tmp_path / "ready").exists)

    watched.stop()

    assert (tmp_path / "said").read_text() == "bye\n"


def test_a_child_that_will_not_end_is_killed(watched, shell, tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "POLITE_SECONDS", 0.1)
    monkeypatch.setattr(supervisor, "HURRIED_SECONDS", 0.1)
    child = shell(STUBBORN.format(ready=tmp_path / "ready"))
    watched.start([child])
    wait_for((tmp_path / "ready").exists)

    watched.stop()

    assert child.process.returncode == -signal.SIGKILL


def test_impatience_kills_at_once(watched, shell, tmp_path):
    watched.start([shell(STUBBORN.format(ready=tmp_path / "ready"))])
    wait_for((tmp_path / "ready").exists)
    began = time.monotonic()

    watched.impatient = True
    watched.stop()

    assert time.monotonic() - began < supervisor.POLITE_SECONDS / 2


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of a death")
@pytest.mark.parametrize("hears", [signal.SIG_DFL, signal.SIG_IGN])
def test_children_end_with_a_killed_parent(shell, hears):
    tell, told = os.pipe()
    parent = os.fork()
    if parent == 0:
        signal.signal(signal.SIGTERM, hears)
        child = shell("sleep 60")
        child.start()
        os.write(told, str(child.process.pid).encode())
        time.sleep(60)
    child = int(os.read(tell, 20))

    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)

    assert wait_for(lambda: not is_running(child))


def is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
