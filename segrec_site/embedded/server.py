"""What the two servers share: alive when they answer, whatever a pid file says."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from enum import Enum
from pathlib import Path

import psutil

from segrec_site.embedded.account import Account
from segrec_site.embedded.directories import open_log
from segrec_site.embedded.errors import EmbeddedError

START_SECONDS = 120  # crash recovery may have much to replay
LOST_SECONDS = 2  # how long a process may live without listening
KILL = (signal.SIGKILL, 5.0)
ENVIRONMENT = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}

_started: list[subprocess.Popen] = []  # kept, so that they are reaped when they end


class State(Enum):
    """How a server answers."""

    READY = "ready"
    BUSY = "starting, stopping or slow"
    AWAY = "nobody listens"


class Server:
    """One server: data directory, socket, log. Subclasses know its protocol, options and files."""

    name: str
    process_name: str
    program: Path
    stop_signals: tuple[tuple[signal.Signals, float], ...]  # each with the seconds it is given

    def __init__(self, data: Path, socket: Path, log: Path):
        self.data, self.socket, self.log = data, socket, log

    def bring_up(self, find_account: Callable[[], Account]) -> None:
        """Return once the server answers; call it under the start lock."""
        if not self.is_created():
            self.stop([KILL])  # what still runs there lost its directory
        if self.answers():
            return
        account = find_account()
        account.own(self.socket.parent)
        if self.is_created():
            account.own(self.data)
        else:
            self.create(account)
        self.clear_leftovers()
        self.launch(account)

    def answers(self) -> bool:
        """Tell whether the server is ready, once it is done with starting or ending."""
        began, state = time.monotonic(), self.probe()
        while state is not State.READY and self.processes():
            waited = time.monotonic() - began
            if state is State.AWAY and waited > LOST_SECONDS:
                self.stop()
            elif waited > START_SECONDS:
                raise EmbeddedError(
                    f"{self.name} has not answered for {START_SECONDS} seconds; see {self.log}."
                )
            time.sleep(0.05)
            state = self.probe()
        return state is State.READY

    def launch(self, account: Account) -> None:
        """Start the server as a session of its own and wait until it answers."""
        with open_log(self.log) as log:
            process = subprocess.Popen(
                [self.program, *self.options()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.data,
                env=ENVIRONMENT,
                start_new_session=True,
                **account.popen_options(),
            )
        _started.append(process)
        deadline = time.monotonic() + START_SECONDS
        while self.probe() is not State.READY:
            if process.poll() is not None or time.monotonic() > deadline:
                raise EmbeddedError(
                    f"{self.name} did not start: {self.last_words()}; its log is {self.log}."
                )
            time.sleep(0.02)

    def stop(self, signals: Iterable[tuple[signal.Signals, float]] = ()) -> None:
        """End the server and all that belongs to it: politely first, unless told how."""
        for number, seconds in signals or (*self.stop_signals, KILL):
            processes = self.processes()
            family = {process.pid for process in processes}
            for process in processes:
                try:
                    if process.ppid() not in family or number == signal.SIGKILL:
                        process.send_signal(number)
                except psutil.NoSuchProcess:
                    continue
            deadline = time.monotonic() + seconds
            while any(map(_is_alive, processes)) and time.monotonic() < deadline:
                time.sleep(0.02)
        for process in _started:
            process.poll()

    def processes(self) -> list[psutil.Process]:
        """Return the living processes whose working directory is the data directory."""
        found = []
        for process in psutil.process_iter(["name"]):
            try:
                if (
                    process.info["name"] == self.process_name
                    and process.cwd() == str(self.data)
                    and _is_alive(process)
                ):
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-20:]
        fatal = [line for line in lines if "FATAL" in line or "PANIC" in line]
        return (fatal or lines or ["it said nothing"])[-1].strip().rstrip(".")

    def probe(self) -> State:
        """Ask the server how it is."""
        raise NotImplementedError

    def options(self) -> list[str]:
        """Return the command line after the program."""
        raise NotImplementedError

    def is_created(self) -> bool:
        """Tell whether the data directory is complete."""
        return self.data.is_dir()

    def create(self, account: Account) -> None:
        """Make the data directory."""
        self.data.mkdir(mode=0o700)
        account.own(self.data)

    def clear_leftovers(self) -> None:
        """Remove what a killed server left behind; nothing of it runs any more."""


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
