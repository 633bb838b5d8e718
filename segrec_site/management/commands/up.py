"""The whole site in one command: web, workers and schedules, watched until Ctrl-C."""

import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection

from runs.management.base import a_number
from segrec_site import welcome
from segrec_site.bootstrap import use_servers
from segrec_site.embedded import EmbeddedError
from segrec_site.processes import address, demo_loader, web_answers, web_server, workers
from segrec_site.supervisor import Child, Supervisor

ROUND_SECONDS = 0.25


class Stop(BaseException):
    """Somebody wants everything to end."""


class Command(BaseCommand):
    """Starts, watches and ends the processes of a site."""

    help = "Serve the site, with its workers and schedules, until Ctrl-C."
    progress = ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--demo", action="store_true", help="load a real shop first and build its models"
        )
        parser.add_argument("--port", type=a_number(1, 65535), default=8000)
        parser.add_argument("--host", default="127.0.0.1")

    def handle(self, *, demo: bool, port: int, host: str, **_: object) -> None:
        _refuse_a_taken(host, port)
        self.supervisor = Supervisor(self._note)
        self.stopping = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        with suppress(Stop):
            try:
                self.servers = use_servers()
                self._serve(host, port, demo)
            finally:
                self.stopping = True
                self.supervisor.stop()

    def _serve(self, host: str, port: int, demo: bool) -> None:
        """Start the web server, then the workers, so that pages are there the sooner."""
        url = f"http://{address(host, port)}"
        self.supervisor.start([web_server(host, port)])
        loader = demo_loader()
        if demo and not welcome.demo_is_loaded():
            self.supervisor.start([loader])
        self._watch_until(lambda: web_answers(host, port))
        self.supervisor.start(workers())
        if demo:
            self._watch_until(lambda: not loader.is_alive())
            asked_at = self._welcome(loader)
            self._watch_until(lambda: self._models_have_ended(asked_at, url))
        self._tell(f"segrec is ready at {url}")
        self._watch_until(lambda: False)

    def _welcome(self, loader: Child) -> datetime:
        if loader.process and loader.process.returncode:
            raise CommandError("The demo shop could not be loaded, so nothing is served.")
        login, keys = welcome.make_login(), welcome.make_keys()
        if login:
            self._tell("Admin login: {} / {} (kept nowhere else)".format(*login))
        for kind, key in keys.items():
            self._tell(f"API key, {kind}: {key}")
        return welcome.request_models()

    def _watch_until(self, reached: Callable[[], bool]) -> None:
        while not self._holds(reached):
            time.sleep(ROUND_SECONDS)
            self._heal_servers()
            self.supervisor.watch()

    def _holds(self, reached: Callable[[], bool]) -> bool:
        try:
            return reached()
        except DatabaseError:
            return False  # while the server is started again
        finally:
            connection.close()

    def _models_have_ended(self, asked_at: datetime, url: str) -> bool:
        """Tell whether to wait no more; what was not published is told, and where to look."""
        published, progress = welcome.models_are_published(), welcome.progress()
        if not published and progress != self.progress:
            self._note(progress)
        self.progress = progress
        ended = published or welcome.models_have_ended(asked_at)
        if ended and not published:
            self._note(f"Not every model is published; see {url}/admin/runs/run/")
        return ended

    def _heal_servers(self) -> None:
        if self.servers and not self.servers.is_well():
            self._note("The database or the broker stopped answering and is started again.")
            try:
                self.servers.heal()
            except EmbeddedError as problem:
                self._note(str(problem))

    def _stop(self, *_: object) -> None:
        """End everything; asked twice, at once."""
        if self.stopping:
            self.supervisor.impatient = True
        else:
            self.stopping = True
            self._note("Stopping …")
            raise Stop

    def _tell(self, text: str) -> None:
        print(text, flush=True)

    def _note(self, text: str) -> None:
        with suppress(OSError):  # the terminal may be gone
            print(text, file=sys.stderr, flush=True)


def _refuse_a_taken(host: str, port: int) -> None:
    try:
        family, kind, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
    except OSError as problem:
        raise CommandError(
            f"Cannot listen on {host}:{port} ({problem.strerror}): choose another --port."
        ) from None
