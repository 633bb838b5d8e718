"""Real workers and a real beat, on the tests' own database and queues."""

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
from urllib.parse import urlsplit

import pytest
from celery import current_app
from django.conf import settings
from django.db import connection

from customers.models import Membership
from customers.queries.totals import recompute_totals
from recommendations.models import SimilarList, TogetherList
from runs import queries, services, tasks
from runs.models import Run
from segrec_site import embedded
from tests.api import crm
from tests.factories import NOW, make_customer, make_order, make_product

pytestmark = pytest.mark.django_db(transaction=True)
KINDS = ("segments", "similar", "bought-together")
PATIENCE_SECONDS = 100


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

    def start(*arguments: str) -> subprocess.Popen:
        with (tmp_path / f"{arguments[0]}.log").open("ab") as log:
            celery = [sys.executable, "-m", "celery", "-A", "segrec_site"]
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


def worker(start) -> subprocess.Popen:
    options = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return start("worker", "-Q", "now,batch", "-c", "1", *options)


def published() -> dict[str, int]:
    return dict(Run.objects.filter(status="published").values_list("kind", "pk"))


def wait_until(happened, seconds: float = PATIENCE_SECONDS) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, list(Run.objects.values("kind", "status", "error"))
        time.sleep(0.1)


def what_readers_see() -> tuple:
    members = Membership.objects.filter(to_run=None).order_by("customer_id")
    similar = SimilarList.objects.filter(run=queries.published_run("similar"))
    together = TogetherList.objects.filter(run=queries.published_run("bought-together"))
    return (
        list(members.values_list("customer_id", "segment_id", "since")),
        list(together.order_by("product_id").values_list("product_id", "others", "scores")),
        list(similar.order_by("product_id").values_list("product_id", "neighbours", "scores")),
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
def test_a_killed_worker_leaves_what_was_published_and_the_run_is_finished_by_the_next(
    shop, start, kind, kills
):
    for name in KINDS:
        services.work_on(services.request_run(name))
    before, seen = published(), what_readers_see()
    for _ in range(kills):
        run = services.request_run(kind)
        tasks.work_on.delay(run.pk)
        doomed = worker(start)
        wait_until(lambda run=run: not Run.objects.filter(pk=run.pk, status="waiting").exists())
        time.sleep(random.random() * 0.5)
        kill(doomed)

        run.refresh_from_db()
        if run.is_active:
            assert published() == before
            assert what_readers_see() == seen
        Run.objects.filter(pk=run.pk).update(heartbeat_at=NOW - timedelta(days=1))
        current_app.control.purge()
        if run.is_active:  # the dead worker's session may outlast it for a moment
            wait_until(lambda run=run: services.runs_to_resume() == [run.pk])
        services.work_on(run)

        assert published()[kind] == run.pk
        before, seen = published(), what_readers_see()
