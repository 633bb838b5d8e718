"""A site of the soak's own: `manage.py up` in a folder of its own, watched from outside."""

import http.client
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

from benchmarks.ports import free_port
from segrec_site.embedded import urls
from segrec_site.embedded.account import die_with_parent

PROJECT = Path(__file__).parents[2]
SERVERS = {"postgres": "pgdata", "valkey": "valkey"}


class Site:
    """A running site and how to find its processes."""

    def __init__(self, var: Path, project: Path = PROJECT, **environment: str):
        self.var, self.project = var, project
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.addresses = urls(var)
        self.log = var.with_name(f"{var.name}-{self.port}.log")
        self.environment = os.environ | {"SEGREC_VAR": str(var), "SEGREC_REDIS_DB": "0"}
        self.environment |= environment
        self.up: subprocess.Popen | None = None
        self.starts = 0

    def start(self) -> None:
        """Start it, as a service manager would."""
        self.starts += 1
        self.up = self._spawn("up", "--port", str(self.port))

    def keep_up(self) -> None:
        """Start it again when the whole of it was killed, as a service manager would."""
        if self.up and self.up.poll() is not None:
            self.start()

    def stop(self) -> None:
        """End it."""
        if self.up and self.up.poll() is None:
            self.up.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.up.wait(60)
            self.up.kill()
            self.up.wait()

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess:
        """Run a command to its end."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=self.project,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        if check and done.returncode:
            raise RuntimeError(f"{' '.join(arguments)}: {done.stderr}")
        return done

    def begin(self, *arguments: str) -> subprocess.Popen:
        """Start a command and leave it running."""
        return self._spawn(*arguments)

    def answer(self, path: str, seconds: float = 15) -> int | None:
        """Ask once; return the status, or None when no answer comes in time."""
        try:
            return urllib.request.urlopen(self.address + path, timeout=seconds).status
        except urllib.error.HTTPError as problem:
            return problem.code
        except (OSError, ValueError, http.client.HTTPException):
            return None

    def is_ready(self) -> bool:
        """Say whether requests can be served."""
        return self.answer("/health/ready") == 200

    def wait(self, happened: Callable[[], bool], seconds: float, what: str) -> float:
        """Wait until it happened; return how long that took."""
        began = time.monotonic()
        while not happened():
            self.keep_up()
            if time.monotonic() - began > seconds:
                raise TimeoutError(f"{what} took more than {seconds:.0f} seconds")
            time.sleep(0.25)
        return time.monotonic() - began

    def processes(self, name: str) -> list[psutil.Process]:
        """Return the living processes of this name, the first of a family first."""
        if name in SERVERS:
            data = str(self.var / SERVERS[name])
            found = [each for each in _living() if _working_in(each) == data]
        else:
            words = {
                "web": "gunicorn",
                "now": "--queues now",
                "batch": "--queues batch",
                "beat": "celery --app segrec_site beat",
            }[name]
            found = [each for each in _living() if words in _line(each) and self._is_ours(each)]
        family = {each.pid for each in found}
        return sorted(found, key=lambda each: (_parent(each) in family, each.pid))

    def _is_ours(self, process: psutil.Process) -> bool:
        with suppress(psutil.Error):
            return process.environ().get("SEGREC_VAR") == str(self.var)
        return False

    def _spawn(self, *arguments: str) -> subprocess.Popen:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "manage.py", *arguments],
                cwd=self.project,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=lambda: die_with_parent(signal.SIGTERM),
            )


def _living() -> list[psutil.Process]:
    return [
        each
        for each in psutil.process_iter(["status"])
        if each.info["status"] != psutil.STATUS_ZOMBIE
    ]


def _line(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


def _working_in(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return process.cwd()
    return ""


def _parent(process: psutil.Process) -> int:
    with suppress(psutil.Error):
        return process.ppid()
    return 0
