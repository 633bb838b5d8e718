"""Several people decide about runs at the same moment: one of them is obeyed."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from runs import queries, services
from runs.kinds import Verdict
from runs.models import Run
from tests.api import crm

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 4
WAITING = """
    SELECT count(DISTINCT waits.pid) FROM pg_locks AS waits JOIN pg_locks AS beside USING (pid)
    WHERE NOT waits.granted
    AND beside.database = (SELECT oid FROM pg_database WHERE datname = current_database())"""


def by_api(path: str, body: dict | None = None) -> bool:
    """Say whether it was done; what comes too late is 409."""
    answer = crm().post(path, body or {}, content_type="application/json")
    assert answer.status_code in (200, 409), answer.content
    return answer.status_code == 200


def by_command(*words: str) -> bool:
    """Say whether it was done; what comes too late is a sentence, and exit code 1."""
    problem = None
    try:
        call_command(*words)
    except CommandError as raised:
        problem = raised
    assert problem is None or (problem.returncode, str(problem)[-1]) == (1, ".")
    return problem is None


def by_admin(user) -> bool:
    """Press the button, and say whether it was done; what comes too late is said on the page."""
    client = Client()
    client.force_login(user)
    page = client.post("/admin/runs/run/roll-back/similar/", follow=True)
    said = [str(message) for message in page.context["messages"]]
    assert "Rolled back" in said[0] or "not the published one any more" in said[0]
    return page.redirect_chain[0][0] != reverse("admin:runs_run_changelist")


def at_once(decide: Callable[[], bool]) -> list[bool]:
    """Let several people decide, who all have to wait for what another does; return what came."""

    def person(_: int) -> bool:
        try:
            return decide()
        finally:
            connection.close()

    with ThreadPoolExecutor(PEOPLE) as people:
        with transaction.atomic():
            queries.transaction_lock(queries.PUBLISH_LOCK)
            list(Run.objects.select_for_update())
            came = people.map(person, range(PEOPLE))
            wait_until_all_wait()
        return [*came]


def wait_until_all_wait() -> None:
    until = time.monotonic() + 20
    with connection.cursor() as cursor:
        while cursor.execute(WAITING).fetchone()[0] < PEOPLE:
            assert time.monotonic() < until, "they do not wait"
            time.sleep(0.02)


@pytest.mark.parametrize("way", ["api", "command", "admin"])
def test_of_several_who_roll_back_at_once_one_goes_back_and_none_two_runs(kind, way, admin_user):
    _, second, _ = [services.work_on(services.request_run("similar")) for _ in range(3)]
    decide = {
        "api": lambda: by_api("/runs/rollback/", {"kind": "similar"}),
        "command": lambda: by_command("rollback_run", "similar"),
        "admin": lambda: by_admin(admin_user),
    }[way]

    done = at_once(decide)

    assert sum(done) == 1
    assert queries.published_run("similar") == second


@pytest.mark.parametrize("what", ["publish", "discard"])
@pytest.mark.parametrize("way", ["api", "command"])
def test_of_several_who_decide_about_a_held_run_at_once_one_does(kind, way, what):
    kind.verdict = Verdict("hold")
    held = services.work_on(services.request_run("similar"))
    decide = {
        "api": lambda: by_api(f"/runs/{held.pk}/{what}/"),
        "command": lambda: by_command(f"{what}_run", str(held.pk)),
    }[way]

    assert sum(at_once(decide)) == 1
    assert len(kind.noted("publish" if what == "publish" else "forget")) == 1
