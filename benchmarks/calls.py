"""Asks a gunicorn on loopback for one kind of thing after another, and tells what that took."""

import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.ports import free_port

CONNECTIONS = 8
# wrk's script: asks for one line of a file after the other, each as from another address.
SCRIPT = """
local lines, at = {}, 0
for line in io.lines("%s") do lines[#lines + 1] = line end
local wait = %d
function delay() return wait > 0 and math.random(0, 2 * wait) or 0 end
function request()
  at = at %% #lines + 1
  local path, tag = lines[at]:match("^(%%S+)%%s?(.*)$")
  local headers = {["Authorization"] = "Api-Key %s"}
  headers["X-Forwarded-For"] = "10." .. math.random(0, 255) .. "." .. math.random(0, 255) .. ".9"
  if tag ~= "" then headers["If-None-Match"] = tag end
  return wrk.format("GET", path, headers)
end
if wait == 0 then delay = nil end
function done(summary, latency)
  io.write(string.format("done %%d %%d %%d %%d %%d\\n", summary.requests, summary.duration,
    summary.errors.status, latency:percentile(50), latency:percentile(99)))
end
"""


@dataclass
class Remembered:
    """How many lists were looked for among those remembered, and how many had to be made."""

    asked: int = 0
    made: int = 0

    @property
    def share(self) -> str | None:
        return f"{1 - self.made / self.asked:.0%}" if self.asked else None


@dataclass
class Asked:
    """One kind of call: its paths, perhaps with tags, the key, and what was measured of it."""

    who: str
    lines: list[str]
    key: str
    refused: int = 0
    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    remembered: Remembered = field(default_factory=Remembered)
    half: tuple[float, float] = (0.0, 0.0)
    statements: tuple[int | None, int | None] = (None, None)

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    @property
    def cpu_ms(self) -> float:
        return statistics.median(self.cpu)


PORT = free_port()


@contextmanager
def served() -> Iterator[int]:
    """Serve the site and the peers as `up` does; the process's number."""
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{PORT}", "--preload"]
    command += ["--worker-class", "gthread", "--workers", "2", "--threads", "4"]
    command += ["--no-control-socket", "benchmarks.api_served:serve()"]
    environment = os.environ | {"SEGREC_PROCESS": "web", "OMP_NUM_THREADS": "1"}
    server = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        wait_until_ready(server)
        yield server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def wait_until_ready(server: subprocess.Popen) -> None:
    for _ in range(300):
        if server.poll() is not None:
            raise SystemExit("gunicorn did not start.")
        try:
            if get("/health/ready", "")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("gunicorn does not answer.")


def get(path: str, key: str, tag: str = "") -> tuple[int, dict, bytes]:
    """Ask once; return status, headers and body."""
    from http.client import HTTPConnection

    connection = HTTPConnection("127.0.0.1", PORT, timeout=30)
    address = f"10.9.{random.randrange(256)}.{random.randrange(256)}"
    headers = {"Authorization": f"Api-Key {key}", "X-Forwarded-For": address}
    headers |= {"If-None-Match": tag} if tag else {}
    connection.request("GET", path, headers=headers if key else {})
    answer = connection.getresponse()
    found = answer.status, dict(answer.getheaders()), answer.read()
    connection.close()
    return found


def tag_of(path: str, key: str) -> str:
    return get(path, key)[1]["ETag"]


def load(kind: Asked, seconds: float, wait_ms: int = 0) -> tuple[float, float, float]:
    """Ask as fast as answers come, or with pauses; return the rate, p50 and p99 in ms."""
    if not shutil.which("wrk"):
        return load_by_threads(kind, seconds, wait_ms)
    with tempfile.TemporaryDirectory() as folder:
        lines, script = Path(folder) / "lines", Path(folder) / "ask.lua"
        lines.write_text("\n".join(random.sample(kind.lines, len(kind.lines))) + "\n")
        script.write_text(SCRIPT % (lines, wait_ms, kind.key))
        command = ["wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--latency"]
        command += ["--duration", f"{max(1, round(seconds))}s", "--script", str(script)]
        done = subprocess.run(
            [*command, f"http://127.0.0.1:{PORT}"], capture_output=True, text=True, check=True
        )
    requests, microseconds, refused, p50, p99 = map(
        int, re.search(r"done (\d+) (\d+) (\d+) (\d+) (\d+)", done.stdout).groups()
    )
    kind.refused += refused
    return requests / microseconds * 1e6, p50 / 1000, p99 / 1000


def load_by_threads(kind: Asked, seconds: float, wait_ms: int) -> tuple[float, float, float]:
    """Ask from threads of this process."""
    took, began = [], time.monotonic()

    def ask(lines: list[str]) -> None:
        for line in lines:
            if time.monotonic() - began > max(1, seconds):
                return
            path, _, tag = line.partition(" ")
            since = time.monotonic()
            kind.refused += get(path, kind.key, tag)[0] >= 400
            took.append(1000 * (time.monotonic() - since))
            time.sleep(random.uniform(0, 2 * wait_ms) / 1000)

    with ThreadPoolExecutor(CONNECTIONS) as callers:
        shares = (random.choices(kind.lines, k=10_000) for _ in range(CONNECTIONS))
        list(callers.map(ask, shares))
    cuts = statistics.quantiles(took, n=100) if len(took) > 1 else took * 99
    return len(took) / (time.monotonic() - began), cuts[49], cuts[98]


def measure(kind: Asked, seconds: float, server: int) -> None:
    """Load for a while; keep the rate and what a call cost."""
    before, lists = cpu_seconds(server), remembered_so_far()
    rate = max(load(kind, seconds)[0], 1 / seconds)
    used = cpu_seconds(server) - before
    kind.rates.append(rate)
    kind.cpu.append(1000 * used / (rate * max(1, round(seconds))))
    asked, made = (now - then for now, then in zip(remembered_so_far(), lists, strict=True))
    kind.remembered = Remembered(kind.remembered.asked + asked, kind.remembered.made + made)


def remembered_so_far() -> tuple[int, ...]:
    """Return how many lists the web server looked for among those remembered, and made."""
    from benchmarks import api_served

    return tuple(api_served.file_of(what).stat().st_size for what in api_served.COUNTED)


def at_half_load(kind: Asked, seconds: float) -> tuple[float, float]:
    """Return p50 and p99 in ms at about half the rate that saturates."""
    wait = 1000 * CONNECTIONS / (kind.rate / 2) - 1000 * CONNECTIONS / kind.rate / 2
    _, p50, p99 = load(kind, seconds, max(1, round(wait)))
    return p50, p99


def cpu_seconds(server: int) -> float:
    """CPU so far of the web server, and of the servers below our var directory, with children."""
    roots = {server, *embedded_pids()}
    return sum(ticks for pid, ticks in process_ticks(roots)) / os.sysconf("SC_CLK_TCK")


def embedded_pids() -> Iterator[int]:
    var = os.environ["SEGREC_VAR"].encode()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if var in command and (b"postgres" in command or b"valkey" in command):
            yield int(process.name)


def process_ticks(roots: set[int]) -> Iterator[tuple[int, int]]:
    """Yield each of these processes and their children with the ticks it used."""
    stats = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            fields = (process / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        stats[int(process.name)] = int(fields[1]), sum(map(int, fields[11:15]))
    for pid, (_, ticks) in stats.items():
        chain = pid
        while chain in stats and chain not in roots:
            chain = stats[chain][0]
        if chain in roots:
            yield pid, ticks
