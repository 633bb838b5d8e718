"""How long `make demo` takes from a clean clone to the first page, and from then on.

The clone is made of this checkout's last commit, in a folder of its own. Packages come from the
caches of this machine where these hold them. A tiny run clones nothing and starts an empty site.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.ports import free_port
from benchmarks.report import Report

ROOT = Path(__file__).parent.parent
READY = "segrec is ready at"
SIZES = ("tiny", "small", "big")  # the shop is the same
FIRST, AGAIN = "make demo, from a clean clone to the first page", "make demo, the second time"
MOST_SECONDS = {FIRST: 240, AGAIN: 10}
EMPTY = {FIRST: "up, an empty site, the first time", AGAIN: "up, the second time"}
PATIENCE_SECONDS, SECONDS_TO_END = 900, 60
# Settings of whoever measures, which a new user does not have.
NOT_OURS = ("SEGREC_", "DATABASE_", "REDIS_", "DJANGO_", "MAKE", "MFLAGS", "VIRTUAL_ENV")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", choices=SIZES, default="small")
    size = parser.parse_args().size
    report = Report(
        "demo_start",
        "The demo shop: time to the first page",
        f"make bench ONLY=demo_start SIZE={size}",
        ["what", "seconds", "must"],
    )
    with tempfile.TemporaryDirectory(prefix="segrec-demo-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        for what in (FIRST, AGAIN):
            began = time.monotonic()
            with started(Path(folder), is_tiny=size == "tiny", is_first=what == FIRST):
                seconds = time.monotonic() - began
            if size == "tiny":
                report.add(EMPTY[what], round(seconds, 1), None)
                continue
            report.add(what, round(seconds, 1), f"≤ {MOST_SECONDS[what]}")
            if seconds > MOST_SECONDS[what]:
                report.broken.append(f"{what}: {seconds:.0f} s, promised {MOST_SECONDS[what]}")
    report.notes.append(
        "Set up, load the shop, build all models, serve. Packages that the caches of the machine"
        " held were not downloaded again; where nothing is held, their download comes on top."
    )
    report.publish()
    raise SystemExit(1 if report.broken else 0)


@contextmanager
def started(folder: Path, *, is_tiny: bool, is_first: bool) -> Iterator[None]:
    """Start the site, wait until it is ready; end it afterwards, as Ctrl-C does."""
    project, log = folder / "segrec", folder / "log"
    environment = {k: v for k, v in os.environ.items() if not k.startswith(NOT_OURS)}
    if is_tiny:
        project, command = ROOT, [sys.executable, "manage.py", "up", "--port", str(free_port())]
        environment["SEGREC_VAR"] = str(folder / "var")
    else:
        command = ["make", "demo", f"PORT={free_port()}"]
        if is_first:
            subprocess.run(["git", "clone", "--quiet", str(ROOT), str(project)], check=True)
    with log.open("wb") as out:
        site = subprocess.Popen(
            command,
            cwd=project,
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_until_ready(site, log)
        yield
    finally:
        end(site)


def wait_until_ready(site: subprocess.Popen, log: Path) -> None:
    """Wait until it says so."""
    until = time.monotonic() + PATIENCE_SECONDS
    while READY not in log.read_text(errors="replace"):
        if site.poll() is not None or time.monotonic() > until:
            raise SystemExit(f"It did not start:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)


def end(site: subprocess.Popen) -> None:
    """End it with all it started."""
    if site.poll() is None:
        os.killpg(site.pid, signal.SIGINT)
    site.wait(SECONDS_TO_END)


if __name__ == "__main__":
    main()
