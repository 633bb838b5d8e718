"""How many calls one gunicorn answers, beside a constant answer and plain serializers.

The peers stand behind the same middleware, key check, parameters and throttle; wrk asks all of them
in turn, over loopback, for random products, as callers from many addresses. A web process remembers
the last lists it made. Three rows tell them apart: never remembered (each list leaves out a product
that is not there); as visited (all products are asked for, the n-th most visited 1/n as often as
the first, and some are remembered); always remembered (few products, asked for before). CPU is that
of the web server, PostgreSQL and Valkey together for one call: the steadier figure on a busy
machine. Where there is no wrk, threads of this process ask; they are slower than what they measure.
"""

import argparse
import json
import os
import pickle
import random
from pathlib import Path

from benchmarks import big_shop
from benchmarks.calls import Asked, at_half_load, get, load, measure, served, tag_of
from benchmarks.report import Report

# Customers, products. A list takes as long with a million customers, which take long to load.
SIZES = {"tiny": (1_000, 1_000), "small": (10_000, 5_000), "big": (100_000, 100_000)}
ASKED = 3_000  # different products and customers
VISITS = 50_000  # of all products, before they begin anew in another order
# Of so many products a web process remembers one: 4,000 of 100,000, as it does when nothing is set.
PRODUCTS_A_LIST_KEPT = 25
ROUNDS, SECONDS = {"tiny": 1, "small": 3, "big": 5}, {"tiny": 1, "small": 1, "big": 3}
CONSTANT, NAIVE = "a constant answer", "naive nested serializers"
MADE, VISITED, KEPT = (
    f"segrec, similar, {how}" for how in ("never remembered", "as visited", "always remembered")
)
SAME, CUSTOMER = "segrec, similar, 304", "segrec, for a customer"
LEAST_OF_CONSTANT = {VISITED: 0.5, MADE: 0.25, SAME: 0.9, CUSTOMER: 0.2}
LEAST_TIMES_NAIVE, MOST_STATEMENTS = 3, (2, 4)  # with a warm key and a cold one
MOST_TIMES_P50 = 5  # of p99, on a machine that lets the constant answer keep it
# Seconds of visits before any is measured, so that what is remembered is what is visited.
VISITED_BEFORE = {"tiny": 1, "small": 10, "big": 60}
COLUMNS = ["who", "calls a second", "of the constant", "CPU ms a call", "of the constant by CPU"]
COLUMNS += ["remembered", "p50 ms at half load", "p99 ms at half load", "SQL warm", "SQL cold"]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", choices=list(SIZES), default="small")
    parser.add_argument("--again", action="store_true", help="use the shop of the last time")
    asked = parser.parse_args()
    os.environ.setdefault("SEGREC_VAR", str(Path("var/bench").absolute()))
    os.environ["TRUSTED_PROXIES"] = "127.0.0.1"
    os.environ["ANSWERS_KEPT"] = str(SIZES[asked.size][1] // PRODUCTS_A_LIST_KEPT)
    big_shop.use_database(empty=not asked.again)
    if not asked.again:
        fill_shop(*SIZES[asked.size])
    kinds = kinds_of_calls()
    with served() as server:
        for kind in kinds:
            if kind.who == SAME:
                kind.lines = [f"{path} {tag_of(path, kind.key)}" for path in kind.lines]
            load(kind, VISITED_BEFORE[asked.size] if kind.who == VISITED else 0.3)
        for _ in range(ROUNDS[asked.size]):
            for kind in kinds:
                if kind.who == KEPT:
                    load(kind, 0.3)  # what is visited pushes some of it out
                measure(kind, SECONDS[asked.size], server)
        for kind in kinds:
            kind.half = at_half_load(kind, SECONDS[asked.size])
        size_of_list = kept_bytes(kinds)
    for kind in kinds:
        kind.statements = count_statements(kind)
    publish(kinds, asked.size, size_of_list)


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
    all_ids = list(shown.order_by("?").values_list("product__external_id", flat=True))
    ids = all_ids[:ASKED]
    known = Customer.objects.filter(total__order_count__gt=0).order_by("?")
    customers = list(known.values_list("external_id", flat=True)[:ASKED])
    key, secret = (create_key("benchmark", kind)[1] for kind in ("storefront", "crm"))
    similar = [f"/api/v1/products/{product}/similar/" for product in all_ids]
    visits = random.choices(similar, [1 / n for n in range(1, len(similar) + 1)], k=VISITS)
    few = similar[: max(1, len(similar) // PRODUCTS_A_LIST_KEPT // 4)]
    similar = similar[:ASKED]
    return [
        Asked(CONSTANT, [f"/peers/constant/{product}/" for product in ids], key),
        Asked(NAIVE, [f"/peers/naive/{product}/" for product in ids], key),
        Asked(MADE, [f"{path}?exclude=-" for path in similar], key),
        Asked(VISITED, visits, key),
        Asked(KEPT, few, key),
        Asked(SAME, list(similar), key),
        Asked("segrec, popular", ["/api/v1/popular/"], key),
        Asked(CUSTOMER, [f"/api/v1/customers/{who}/recommendations/" for who in customers], secret),
    ]


def kept_bytes(kinds: list[Asked]) -> int:
    """Return what a list takes where it is remembered."""
    [kept] = (kind for kind in kinds if kind.who == KEPT)
    return len(pickle.dumps(json.loads(get(kept.lines[0], kept.key)[2])))


def count_statements(kind: Asked) -> tuple[int | None, int | None]:
    """Return how many SQL statements a call takes: its key known to the process, and not."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from runs import stamps

    if kind.who in (CONSTANT, NAIVE, VISITED):
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


def publish(kinds: list[Asked], size: str, size_of_list: int) -> None:
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
                kind.remembered.share,
                *(round(ms, 1) for ms in kind.half),
                *kind.statements,
            ]
        )
        if kind.refused:
            report.broken.append(f"{kind.who}: {kind.refused} calls were not answered")
    report.notes += notes(kinds, size_of_list)
    if size != "tiny":
        report.broken += broken_promises({kind.who: kind for kind in kinds})
        report.broken += unsteady(kinds)
    report.publish()
    raise SystemExit(1 if report.broken else 0)


def notes(kinds: list[Asked], size_of_list: int) -> list[str]:
    """Say what is compared, and how it is judged."""
    from django.conf import settings

    visited, kept = ({*kind.lines} for kind in kinds if kind.who in (VISITED, KEPT))
    return [
        f"Each of two web processes remembers {settings.ANSWERS_KEPT:,} lists, of"
        f" {size_of_list / 1000:.1f} KB for ten products. Visited were"
        f" {len(visited):,} products, the n-th 1/n as often as the first; always remembered are"
        f" {len(kept):,}.",
        "Promised is a share of the constant answer: at least "
        + ", ".join(f"{least:.0%} ({who})" for who, least in LEAST_OF_CONSTANT.items())
        + f", and {LEAST_TIMES_NAIVE} times the naive serializers ({MADE}); judged by calls a"
        " second or by CPU, whichever is better on a busy machine. p99 is to be within"
        f" {MOST_TIMES_P50} times p50 wherever that of the constant answer is.",
    ]


def unsteady(kinds: list[Asked]) -> list[str]:
    """Return whose slowest calls are too slow, on a machine that is quiet enough to tell."""
    times = {kind.who: kind.half[1] / max(kind.half[0], 0.1) for kind in kinds}
    if times[CONSTANT] > MOST_TIMES_P50:
        return []
    return [
        f"{who}: p99 is {found:.1f} times p50, promised {MOST_TIMES_P50}"
        for who, found in times.items()
        if found > MOST_TIMES_P50 and who != NAIVE
    ]


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
