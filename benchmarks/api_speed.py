"""How many calls one gunicorn answers, beside a constant answer and plain serializers.

The peers stand behind the same middleware, key check, parameters and throttle; wrk asks all of them
in turn, over loopback, for random products, as callers from many addresses. A list that is asked
for again is remembered by the web process; those that leave out a product, here one that is not
there, never are, and show what an answer costs that is made. CPU is that of the web
server, PostgreSQL and Valkey together for one call: the steadier figure on a busy machine. Where
there is no wrk, threads of this process ask; they are slower than what they measure.
"""

import argparse
import os
import random
import re
import shutil
import signal
import socket
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

from benchmarks import big_shop
from benchmarks.report import Report

# Customers, products. A list takes as long with a million customers, which take long to load.
SIZES = {"tiny": (1_000, 1_000), "small": (10_000, 5_000), "big": (100_000, 100_000)}
ASKED = 3_000  # different products and customers
ROUNDS, SECONDS = {"tiny": 1, "small": 3, "big": 5}, {"tiny": 1, "small": 1, "big": 3}
CONNECTIONS = 8
CONSTANT, NAIVE = "a constant answer", "naive nested serializers"
MADE = "segrec, similar, not remembered"
SIMILAR, SAME, CUSTOMER = "segrec, similar", "segrec, similar, 304", "segrec, for a customer"
LEAST_OF_CONSTANT = {SIMILAR: 0.5, MADE: 0.4, SAME: 0.9, CUSTOMER: 0.2}
LEAST_TIMES_NAIVE, MOST_STATEMENTS = 3, (2, 4)  # with a warm key and a cold one
COLUMNS = ["who", "calls a second", "of the constant", "CPU ms a call", "of the constant by CPU"]
COLUMNS += ["p50 ms at half load", "p99 ms at half load", "SQL warm", "SQL cold"]
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
class Asked:
    """One kind of call: its paths, perhaps with tags, the key, and what was measured of it."""

    who: str
    lines: list[str]
    key: str
    refused: int = 0
    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    half: tuple[float, float] = (0.0, 0.0)
    statements: tuple[int | None, int | None] = (None, None)

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    @property
    def cpu_ms(self) -> float:
        return statistics.median(self.cpu)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


PORT = free_port()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", choices=list(SIZES), default="small")
    parser.add_argument("--again", action="store_true", help="use the shop of the last time")
    asked = parser.parse_args()
    os.environ.setdefault("SEGREC_VAR", str(Path("var/bench").absolute()))
    os.environ["TRUSTED_PROXIES"] = "127.0.0.1"
    big_shop.use_database(empty=not asked.again)
    if not asked.again:
        fill_shop(*SIZES[asked.size])
    kinds = kinds_of_calls()
    with served() as server:
        for kind in kinds:
            if kind.who == SAME:
                kind.lines = [f"{path} {tag_of(path, kind.key)}" for path in kind.lines]
            load(kind, 0.3)
        for _ in range(ROUNDS[asked.size]):
            for kind in kinds:
                measure(kind, SECONDS[asked.size], server)
        for kind in kinds:
            kind.half = at_half_load(kind, SECONDS[asked.size])
    for kind in kinds:
        kind.statements = count_statements(kind)
    publish(kinds, asked.size)


def fill_shop(n_customers: int, n_products: int) -> None:
    """Load customers with orders, describe the products they bought, find what is similar."""
    from django.core.management import call_command

    big_shop.load(n_customers, n_products=n_products)
    big_shop.describe_products(n_products)
    call_command("refresh_recommendations")


def kinds_of_calls() -> list[Asked]:
    """Return what is asked for, the floor first."""
    from customers.models import Customer
    from recommendations.models import SimilarList
    from segrec_site.keys import create_key

    shown = SimilarList.objects.filter(product__visible=True).exclude(neighbours=[])
    ids = list(shown.order_by("?").values_list("product__external_id", flat=True)[:ASKED])
    known = Customer.objects.filter(total__order_count__gt=0).order_by("?")
    customers = list(known.values_list("external_id", flat=True)[:ASKED])
    key, secret = (create_key("benchmark", kind)[1] for kind in ("storefront", "crm"))
    similar = [f"/api/v1/products/{product}/similar/" for product in ids]
    return [
        Asked(CONSTANT, [f"/peers/constant/{product}/" for product in ids], key),
        Asked(NAIVE, [f"/peers/naive/{product}/" for product in ids], key),
        Asked(MADE, [f"{path}?exclude=-" for path in similar], key),
        Asked(SIMILAR, similar, key),
        Asked(SAME, list(similar), key),
        Asked("segrec, popular", ["/api/v1/popular/"], key),
        Asked(CUSTOMER, [f"/api/v1/customers/{who}/recommendations/" for who in customers], secret),
    ]


@contextmanager
def served() -> Iterator[int]:
    """Serve the site and the peers as `up` does; the process's number."""
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{PORT}", "--preload"]
    command += ["--worker-class", "gthread", "--workers", "2", "--threads", "4"]
    command += ["--no-control-socket", "benchmarks.api_served"]
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
    before = cpu_seconds(server)
    rate = max(load(kind, seconds)[0], 1 / seconds)
    used = cpu_seconds(server) - before
    kind.rates.append(rate)
    kind.cpu.append(1000 * used / (rate * max(1, round(seconds))))


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


def count_statements(kind: Asked) -> tuple[int | None, int | None]:
    """Return how many SQL statements a call takes: its key known to the process, and not."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from runs import stamps

    if kind.who in (CONSTANT, NAIVE):
        return None, None
    client = Client(headers={"Authorization": f"Api-Key {kind.key}"}, SERVER_NAME="127.0.0.1")
    path, _, tag = kind.lines[0].partition(" ")
    first = client.get(path)
    headers = {"If-None-Match": first["ETag"]} if tag else {}
    counts = []
    for forgets in (False, True):
        if forgets:
            stamps.client().flushdb()
        with CaptureQueriesContext(connection) as statements:
            client.get(path, headers=headers)
        counts.append(len(statements))
    return tuple(counts)


def publish(kinds: list[Asked], size: str) -> None:
    report = Report(
        "api_speed",
        "API: calls a second",
        f"make bench ONLY=api_speed SIZE={size}",
        COLUMNS,
    )
    floor = kinds[0]
    for kind in kinds:
        report.rows.append(
            [
                kind.who,
                round(kind.rate),
                f"{kind.rate / floor.rate:.0%}",
                round(kind.cpu_ms, 2),
                f"{floor.cpu_ms / kind.cpu_ms:.0%}",
                *(round(ms, 1) for ms in kind.half),
                *kind.statements,
            ]
        )
        if kind.refused:
            report.broken.append(f"{kind.who}: {kind.refused} calls were not answered")
    if size == "big":
        report.broken += broken_promises({kind.who: kind for kind in kinds})
    report.publish()
    raise SystemExit(1 if report.broken else 0)


def broken_promises(kinds: dict[str, Asked]) -> list[str]:
    """Return which promises were not kept, by calls a second and by CPU alike."""
    broken = []
    shares = {CONSTANT: LEAST_OF_CONSTANT, NAIVE: {MADE: LEAST_TIMES_NAIVE}}
    for peer, promised in shares.items():
        floor = kinds[peer]
        for who, least in promised.items():
            kind = kinds[who]
            reached = max(kind.rate / floor.rate, floor.cpu_ms / kind.cpu_ms)
            if reached < least:
                broken.append(f"{who}: {reached:.2f} of {peer}, promised {least}")
    for who, most in ((MADE, MOST_STATEMENTS), (SAME, (0, MOST_STATEMENTS[1]))):
        if any(found > bound for found, bound in zip(kinds[who].statements, most, strict=True)):
            broken.append(f"{who}: {kinds[who].statements} statements, promised {most}")
    return broken


if __name__ == "__main__":
    main()
