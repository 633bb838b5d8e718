"""Who may start and stop the servers: kernel locks decide, which even kill -9 gives back.

`start.lock` is held alone while servers are started or stopped; `users.lock` is shared by all who
use them, so whoever can have it alone is the last and stops them.
"""

import atexit
import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from segrec_site.embedded.account import server_account
from segrec_site.embedded.addresses import urls
from segrec_site.embedded.directories import make_directories, settle
from segrec_site.embedded.errors import EmbeddedError
from segrec_site.embedded.postgres import Postgres
from segrec_site.embedded.server import START_SECONDS, Server, State
from segrec_site.embedded.valkey import Valkey


class Handle:
    """One process's use of the servers, until it is released or the process exits."""

    def __init__(self, var: Path, *, postgres: bool = True, valkey: bool = True):
        self.var = Path(os.path.realpath(var))
        self.run = urls(self.var).run
        self._postgres, self._valkey = Postgres(self.var, self.run), Valkey(self.var, self.run)
        self._used: list[Server] = [self._postgres] * postgres + [self._valkey] * valkey
        self._pid = os.getpid()
        self._users: int | None = None

    def attach(self) -> None:
        """Become a user of the servers, and start those that do not answer."""
        make_directories(self.var, self.run)
        with _alone(self.var / "start.lock"):
            self._users = _open_lock(self.var / "users.lock")
            fcntl.flock(self._users, fcntl.LOCK_SH)
            self._bring_up()

    def is_well(self) -> bool:
        """Tell whether all servers answer."""
        return all(server.probe() is State.READY for server in self._used)

    def heal(self) -> None:
        """Start again what has stopped answering."""
        with _alone(self.var / "start.lock"):
            self._bring_up()

    def release(self) -> None:
        """Stop using the servers; the last one out stops them."""
        if self._users is None or os.getpid() != self._pid:
            return
        atexit.unregister(self.release)
        users, self._users = self._users, None
        try:
            with _alone(self.var / "start.lock"):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._stop()
                settle(self.var)
        except BlockingIOError:
            pass  # others still use them
        except FileNotFoundError:
            self._stop()  # the directory was deleted under us
        finally:
            os.close(users)

    def _bring_up(self) -> None:
        for server in self._used:
            server.bring_up(partial(server_account, self.var, self._postgres.data, server.program))
        settle(self.var)

    def _stop(self) -> None:
        for server in (self._valkey, self._postgres):
            server.stop()

    def __enter__(self) -> "Handle":
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def attach(var: Path, *, postgres: bool = True, valkey: bool = True) -> Handle:
    """Use the servers of this var directory, starting those that do not answer."""
    handle = Handle(var, postgres=postgres, valkey=valkey)
    exit_on_signals()
    atexit.register(handle.release)
    try:
        handle.attach()
    except BaseException:
        handle.release()
        raise
    return handle


def _open_lock(path: Path) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
    return descriptor


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock file alone, waiting for whoever has it."""
    descriptor = _open_lock(path)
    deadline = time.monotonic() + START_SECONDS + 60
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise EmbeddedError(
                        f"Another command has held {path} for minutes; end it first."
                    ) from None
                time.sleep(0.05)
        yield
    finally:
        os.close(descriptor)


def exit_on_signals() -> None:
    """Let SIGTERM and SIGHUP end the process as an exit does, or nobody would stop the servers."""
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, lambda number, _: sys.exit(128 + number))
