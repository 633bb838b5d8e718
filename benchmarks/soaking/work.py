"""What goes on while the site is maltreated, and what it said."""

import http.client
import itertools
import json
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from benchmarks.soaking.site import Site

LIMIT = 8
# What well-formed calls may be answered while the site is maltreated.
FINE = {200, 202, 503, "no answer"}
# Runs are asked for and decided about by several at once; 409 tells all but one.
OF_RUNS = {"runs", "decisions", "refreshes", "two"}


@dataclass
class Said:
    """All that the site acknowledged, and how it answered."""

    answers: Counter = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)
    products: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    runs_shown: set[int] = field(default_factory=set)
    runs_asked: list[int] = field(default_factory=list)
    imports: list[int] = field(default_factory=list)

    def note(self, what: str, status: int | str, path: str = "") -> None:
        """Count an answer; one that should never be is wrong."""
        self.answers[what, status] += 1
        if status not in FINE and not (status == 409 and what in OF_RUNS):
            self.wrong.append(f"{what} {path} answered {status}")


class Caller:
    """Calls the API with a key, and says how it went: a status, or `no answer`."""

    def __init__(self, site: Site, key: str, said: Said):
        self.site, self.key, self.said = site, key, said

    def __call__(self, path: str, rows: object = None, note: str = "reads") -> object | None:
        body = None if rows is None else json.dumps(rows).encode()
        headers = {"Authorization": f"Api-Key {self.key}", "Content-Type": "application/json"}
        url = f"{self.site.address}/api/v1{path}"
        try:
            request = urllib.request.Request(url, body, headers)
            with urllib.request.urlopen(request, timeout=30) as answer:
                self.said.note(note, answer.status, path)
                found = json.loads(answer.read())
                if path == "/runs/" and answer.status == 202:
                    self.said.runs_asked.append(found["id"])
                return found
        except urllib.error.HTTPError as problem:
            self.said.note(note, problem.code, path)
        except (OSError, ValueError, http.client.HTTPException):
            self.said.note(note, "no answer", path)
        return None


class Work:
    """Threads that each do one thing again and again until told to stop."""

    def __init__(self):
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self.now: dict[str, str] = {}

    def start(self, name: str, once: Callable[[], None], pause: float) -> None:
        """Do something again and again, with a pause between."""

        def again() -> None:
            while not self._stop.wait(pause):
                self.now[name] = "under way"
                once()
                self.now[name] = ""

        thread = threading.Thread(target=again, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def stop(self) -> None:
        """Let each finish what it does."""
        self._stop.set()
        for thread in self._threads:
            thread.join(120)


def read(call: Caller, random: Random, products: list[str], customers: list[str]) -> None:
    """Read what a shop's page reads; lists must be full and of one published run."""
    product, customer = random.choice(products), random.choice(customers)
    paths = (
        f"/products/{product}/similar/?limit={LIMIT}",
        f"/products/{product}/bought-together/?limit={LIMIT}",
        f"/customers/{customer}/recommendations/?limit={LIMIT}",
        f"/popular/?limit={LIMIT}",
        f"/customers/{customer}/",
        "/segments/",
    )
    path = random.choice(paths)
    answer = call(path)
    if answer is None:
        return
    if f"limit={LIMIT}" in path:
        if len(answer["results"]) != LIMIT:
            call.said.wrong.append(f"{path} gave {len(answer['results'])} of {LIMIT}")
        if answer["run"]:
            call.said.runs_shown.add(answer["run"]["id"])


def write(call: Caller, numbers: itertools.count, products: list[str]) -> None:
    """Write an order, a product and an event; remember what was acknowledged."""
    number = next(numbers)
    order = {
        "order_id": f"soak-{number}",
        "ordered_at": "2023-12-20T10:00:00Z",
        "customer_id": f"c{number % 97}",
        "product_id": products[number % len(products)],
        "quantity": 1 + number % 3,
        "unit_price": "2.50",
    }
    answer = call("/orders/", [order], "writes")
    if answer and answer["accepted"] == 1:
        call.said.orders.append(order["order_id"])
    product = {"id": f"soak-{number}", "title": f"Product {number}", "price": "3.00"}
    product["product_type"] = "Category 1"
    answer = call("/products/", [product], "writes")
    if answer and answer["accepted"] == 1:
        call.said.products.append(product["id"])
    event = {
        "event_id": f"soak-{number}",
        "type": "view",
        "product": products[number % len(products)],
        "visitor": f"v{number % 50}",
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    if call("/events/", [event], "writes"):
        call.said.events.append(event["event_id"])


def refresh(call: Caller, random: Random, kinds: list[str]) -> None:
    """Ask for a run of some kind."""
    call("/runs/", {"kind": random.choice(kinds)}, "runs")


def publish_what_is_held(call: Caller) -> None:
    """Publish the newest run of segments when it waits for that."""
    answer = call("/runs/?kind=segments&page_size=1", note="runs seen")
    if answer and answer["results"] and answer["results"][0]["status"] == "held":
        call(f"/runs/{answer['results'][0]['id']}/publish/", {}, "decisions")
