"""Real workers and a real beat, on the tests' own database and queues."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import urlsplit

import pytest
from celery import current_app
from django.conf import settings
from django.db import connection, transaction

from benchmarks import catalogue
from customers.models import Customer, Membership, SegmentProfile
from customers.queries.totals import recompute_totals
from products.services import import_products
from recommendations.models import ItemWeight, PersonalShelf, SimilarList, TogetherList
from runs import services, tasks
from runs.models import Run
from segrec_site import embedded
from tests.api import crm
from tests.factories import NOW, make_customer, make_order, make_product

pytestmark = pytest.mark.django_db(transaction=True)
KINDS = ("segments", "similar", "bought-together", "personal")
CELERY = ("-m", "celery")
# Celery that searches a few products at a time, and not fast.
PARTS_TAKE_TIME = """
import time
from celery.__main__ import main
from recommendations import similarity
nearest, similarity.PART = similarity.nearest, 128
similarity.nearest = lambda *part: time.sleep(1) or nearest(*part)
main()
"""
PATIENCE_SECONDS = 300


@pytest.fixture
def shop() -> None:
    """Sixty mugs, hats and socks, and forty customers who buy them."""
    things = ["mug", "hat", "socks"]
    products = [
        make_product(title=f"{c} {things[n % 3]}", product_type=things[n % 3])
        for n in range(20)
        for c in ("Red", "Blue", "Green")
    ]
    for number in range(40):
        customer = make_customer()
        for order in range(1 + number % 4):
            make_order(customer, *products[number : number + 3], days_ago=7 * order + number)
    recompute_totals()


@pytest.fixture
def start(tmp_path: Path) -> Iterator:
    """Start Celery processes that see this test's database; end them with the test."""
    current_app.control.purge()
    servers = embedded.urls(settings.SEGREC_VAR)
    database = urlsplit(settings.DATABASE_URL or servers.database)
    environment = os.environ | {
        "DATABASE_URL": database._replace(path=f"/{connection.settings_dict['NAME']}").geturl(),
        "REDIS_URL": settings.REDIS_URL or servers.redis,
        "SEGREC_VAR": str(tmp_path),
        "SEGMENTS_SCHEDULE": "* * * * *",
        "RECOMMENDATIONS_SCHEDULE": "* * * * *",
    }
    processes = []

    def start(*arguments: str, program: tuple[str, ...] = CELERY) -> subprocess.Popen:
        with (tmp_path / f"{arguments[0]}.log").open("ab") as log:
            celery = [sys.executable, *program, "-A", "segrec_site"]
            process = subprocess.Popen(
                [*celery, *arguments, "--loglevel", "INFO"],
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        processes.append(process)
        return process

    yield start
    for process in processes:
        kill(process)
    current_app.control.purge()


def kill(process: subprocess.Popen) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def worker(start, name: str = "alone", **over) -> subprocess.Popen:
    options = ["--without-gossip", "--without-mingle", "--without-heartbeat", "-n", f"{name}@test"]
    return start("worker", "-Q", "now,batch", "-c", "1", *options, **over)


def published() -> dict[str, int]:
    return dict(Run.objects.filter(status="published").values_list("kind", "pk"))


def wait_until(happened, seconds: float = PATIENCE_SECONDS) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, list(Run.objects.values("kind", "status", "error"))
        time.sleep(0.1)


def what_readers_see() -> tuple:
    """Return at one instant which runs are published, and all that belongs to them."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        runs = published()
        members = Membership.objects.filter(to_run=None).order_by("customer_id")
        profiles = SegmentProfile.objects.filter(run=runs.get("segments")).order_by("segment_id")
        similar = SimilarList.objects.filter(run=runs.get("similar")).order_by("product_id")
        together = TogetherList.objects.filter(run=runs.get("bought-together"))
        weights = ItemWeight.objects.filter(run=runs.get("personal"))
        return (
            runs,
            list(members.values_list("customer_id", "segment_id", "since")),
            list(profiles.values_list("segment_id", "customers", "revenue_share")),
            list(similar.values_list("product_id", "neighbours", "scores")),
            list(together.order_by("product_id").values_list("product_id", "others", "scores")),
            list(PersonalShelf.objects.filter(run=runs.get("personal")).values()),
            list(weights.order_by("product_id").values_list("product_id", "neighbours")),
        )


def test_a_schedule_and_a_worker_publish_every_kind(shop, start, tmp_path):
    worker(start)
    start("beat", "--schedule", str(tmp_path / "beat"), "--pidfile=")

    wait_until(lambda: set(published()) >= set(KINDS))

    assert Run.objects.filter(requested_by="schedule", status="published").count() >= 2


def test_a_workers_lines_name_the_run_and_the_request_that_asked_for_it(start, tmp_path):
    worker(start)
    answer = crm().post("/runs/", {"kind": "similar"}, content_type="application/json")
    run = answer.json()["id"]

    wait_until(lambda: Run.objects.filter(pk=run, status="refused").exists())

    log = (tmp_path / "worker.log").read_text()
    request = answer["X-Request-ID"]
    assert re.search(rf"\[task=\S+ request={request} run={run} kind=similar\]: similar run", log)


@pytest.mark.parametrize("kills", [1, pytest.param(20, marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", KINDS)
def test_of_a_killed_workers_run_nothing_is_seen_until_the_next_worker_finished_it(
    shop, start, kind, kills
):
    for name in KINDS:
        services.work_on(services.request_run(name))
    working = worker(start)
    first = begin(kind)
    watch_until(lambda: published()[kind] == first.pk)
    usual_seconds = Run.objects.get(pk=first.pk).seconds

    killed = killed_at_work = 0
    # Some runs take a fifth of a second, and are often over before the kill.
    while killed < kills or killed_at_work < kills // 2:
        assert killed < 5 * kills
        buy_something_new()
        old = what_readers_see()
        run = begin(kind)
        watch_until(lambda run=run: has_begun(run))
        looks = watch(random.random() * usual_seconds)
        kill(working)
        run.refresh_from_db()
        killed += 1
        killed_at_work += run.is_active
        working = worker(start)
        if run.is_active:
            sweep_up(run)
        looks += watch_until(lambda run=run: published()[kind] == run.pk)

        new = what_readers_see()
        assert new != old
        assert not [look for look in looks if look not in (old, new)]
    assert killed_at_work >= kills // 2


@pytest.mark.slow
def test_one_of_several_workers_is_cut_off_another_killed_and_the_lists_are_those_of_one(
    start, tmp_path
):
    import_catalogue(1_500)
    alone = services.work_on(services.request_run("similar"))
    slow = {"program": ("-c", PARTS_TAKE_TIME)}
    workers = [worker(start, f"of-several-{number}", **slow) for number in range(3)]
    wait_until(lambda: (tmp_path / "worker.log").read_text().count(" ready.") == 3)

    run = begin("similar")
    wait_until(lambda: len(sessions_at_work()) == 3)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [sessions_at_work()[0]])
    kill(workers[1])
    wait_until(lambda: published().get("similar") == run.pk or sweep_if_quiet(run))

    assert run.chunks.count() > 6
    assert lists_of(run) == lists_of(alone)


def import_catalogue(products: int) -> None:
    """Import a made-up catalogue of clothes."""
    with NamedTemporaryFile("w", suffix=".ndjson") as file:
        for number, product in enumerate(catalogue.fashion(products)):
            row = product | product.pop("attributes") | {"id": f"a{number}"}
            file.write(json.dumps(row) + "\n")
        file.flush()
        import_products(Path(file.name))


def sessions_at_work() -> list[int]:
    """Return the database sessions of others that are in the middle of a chunk."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT a.pid FROM pg_stat_activity AS a JOIN pg_locks AS l ON l.pid = a.pid"
            " WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()"
            " AND l.relation = 'runs_chunk'::regclass AND l.mode = 'RowShareLock'"
        )
        return [pid for (pid,) in cursor.fetchall()]


def sweep_if_quiet(run: Run) -> bool:
    """Hand the run on when nobody works on it."""
    if services.runs_to_resume():
        tasks.sweep.delay()
    return False


def lists_of(run: Run) -> list[tuple]:
    found = SimilarList.objects.filter(run=run).order_by("product_id")
    return list(found.values_list("product_id", "neighbours", "scores"))


def begin(kind: str) -> Run:
    run = services.request_run(kind)
    tasks.work_on.delay(run.pk)
    return run


def has_begun(run: Run) -> bool:
    return not Run.objects.filter(pk=run.pk, status="waiting").exists()


def buy_something_new() -> None:
    product = make_product(title="Old new hat", product_type="hat")
    for customer in Customer.objects.order_by("?")[:8]:
        make_order(customer, product)
    recompute_totals()


def sweep_up(run: Run) -> None:
    """Do what the schedule does, as if the time after which it does it were over."""
    Run.objects.filter(pk=run.pk).update(heartbeat_at=NOW - timedelta(days=1))
    wait_until(lambda: services.runs_to_resume() == [run.pk])  # the dead one's session is over
    tasks.sweep.delay()


def watch(seconds: float) -> list[tuple]:
    """Look at what readers see, again and again."""
    end = time.monotonic() + seconds
    looks = [what_readers_see()]
    while time.monotonic() < end:
        looks.append(what_readers_see())
    return looks


def watch_until(happened) -> list[tuple]:
    looks = []
    wait_until(lambda: looks.append(what_readers_see()) or happened())
    return looks
