"""Watches child processes: each a session of its own, started again when it dies, ended with us."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path

from segrec_site.embedded.account import die_with_parent
from segrec_site.embedded.directories import open_log

PROJECT = Path(__file__).parent.parent
POLITE_SECONDS = 10  # to finish what is being done
HURRIED_SECONDS = 6  # to hand back what is not finished
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds before a dead child is started again
STEADY_SECONDS = 60  # after which a child counts as well again


@dataclass
class Child:
    """A program that should always run, or `once`; without a log it speaks to our terminal."""

    name: str
    command: list[str]
    log: Path | None
    once: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    niceness: int = 0
    end_signal: signal.Signals = signal.SIGTERM  # sent when we are killed
    process: subprocess.Popen | None = None
    started_at: float = 0
    pause: float = FIRST_PAUSE

    def start(self) -> None:
        """Start it in a session of its own, so that a Ctrl-C reaches us alone."""
        with open_log(self.log) if self.log else nullcontext() as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=PROJECT,
                env={**os.environ, **self.environment},
                start_new_session=True,
                preexec_fn=self._prepare,
            )
        self.started_at = time.monotonic()

    def _prepare(self) -> None:
        # Who was started in the background by a shell may have inherited deafness to it.
        signal.signal(self.end_signal, signal.SIG_DFL)
        die_with_parent(self.end_signal)
        os.nice(self.niceness)

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def send(self, number: signal.Signals) -> None:
        if self.is_alive():
            self.process.send_signal(number)

    def kill(self) -> None:
        """End it and what is left of its session."""
        if self.process:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Supervisor:
    """Keeps children running until told to stop them all."""

    def __init__(self, say: Callable[[str], None]):
        self.children: list[Child] = []
        self.say = say
        self.impatient = False

    def start(self, children: Iterable[Child]) -> None:
        for child in children:
            self.children.append(child)
            child.start()

    def watch(self) -> None:
        """Look at each child once; start again those that died, ever later if they keep dying."""
        for child in self.children:
            age = time.monotonic() - child.started_at
            if child.is_alive():
                child.pause = FIRST_PAUSE if age > STEADY_SECONDS else child.pause
            elif age > child.pause and not child.once:
                code = child.process.returncode
                child.kill()
                self.say(
                    f"{child.name} ended ({_words(code)}) and is started again; see {child.log}"
                )
                child.start()
                child.pause = min(2 * child.pause, LONGEST_PAUSE)

    def stop(self) -> None:
        """End all children: politely, then in a hurry, then at once."""
        for number, seconds in (
            (signal.SIGTERM, POLITE_SECONDS),
            (signal.SIGQUIT, HURRIED_SECONDS),
        ):
            deadline = time.monotonic() + seconds
            for child in self.children:
                child.send(number)
            while any(child.is_alive() for child in self.children):
                if self.impatient or time.monotonic() > deadline:
                    break
                time.sleep(0.05)
        for child in self.children:
            child.kill()


def _words(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
