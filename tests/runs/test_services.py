"""The life of a run: asked for, worked on, published, taken back, forgotten."""

import os
import signal
import sys
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from runs import services
from runs.kinds import Verdict
from runs.models import Chunk, Run
from runs.queries import published_run

pytestmark = pytest.mark.django_db
HOLD = Verdict("hold", reasons=[{"code": "moved", "text": "Too many moved."}])
REFUSE = Verdict("refuse", reasons=[{"code": "too_few", "text": "Too few customers."}])


def made(kind, verdict: Verdict | None = None) -> Run:
    """Make a run to its end."""
    kind.verdict = verdict or Verdict("publish")
    return services.work_on(services.request_run("similar"))


def test_a_run_is_prepared_worked_on_finished_and_published(kind):
    run = made(kind)

    what = [call[0] for call in kind.calls]
    assert what == ["prepare", "work", "work", "finish", "publish"]
    assert (run.status, run.progress, run.attempts) == ("published", 1.0, 1)
    assert run.started_at <= run.prepared_at <= run.published_at <= run.finished_at


def test_whoever_prepares_a_run_invites_others_to_its_chunks_once(kind):
    run, invited = services.request_run("similar"), []

    def invite(run, chunks):
        invited.append(chunks)
        services.work_on(run, invite=invite)

    services.work_on(run, invite=invite)

    assert invited == [2]
    assert Run.objects.get().status == "published"


def test_there_is_one_active_run_of_a_kind(kind):
    services.request_run("similar")

    with pytest.raises(services.AlreadyRunning, match="already under way"):
        services.request_run("similar")


def test_a_newer_run_takes_the_place_of_the_published_one(kind):
    first, second = made(kind), made(kind)

    first.refresh_from_db()
    assert first.status == "superseded"
    assert second.previous == first
    assert kind.noted("publish") == [(first.pk, None), (second.pk, first.pk)]


def test_a_held_run_waits_for_a_person(kind):
    first, held = made(kind), made(kind, HOLD)

    assert (held.status, held.reasons) == ("held", HOLD.reasons)
    assert published_run("similar") == first

    services.publish_run(held)

    assert published_run("similar") == held


def test_a_held_run_may_be_given_up(kind):
    held = made(kind, HOLD)

    assert services.discard_run(held).status == "discarded"

    assert kind.noted("forget") == [(held.pk,)]


def test_a_refused_run_leaves_the_published_one(kind):
    first, refused = made(kind), made(kind, REFUSE)

    assert (refused.status, refused.reasons) == ("refused", REFUSE.reasons)
    assert published_run("similar") == first


def test_a_failed_run_says_why_and_leaves_the_published_one(kind):
    first = made(kind)
    kind.while_working = lambda run, number: 1 / 0

    failed = made(kind)

    assert (failed.status, failed.error) == ("failed", "ZeroDivisionError: division by zero")
    assert published_run("similar") == first


@pytest.mark.parametrize("status", ["waiting", "published", "superseded", "discarded", "failed"])
def test_only_a_held_run_is_a_persons_to_decide(kind, status):
    run = Run.objects.create(kind="similar", status=status)

    for decide in (services.publish_run, services.discard_run):
        with pytest.raises(services.RunError, match=f"is {status}; only a held run can be"):
            decide(run)


def test_a_held_run_that_was_overtaken_cannot_be_published(kind):
    held, newer = made(kind, HOLD), made(kind)

    with pytest.raises(services.RunError, match=f"older than the published run {newer.pk}"):
        services.publish_run(held)


def test_rolling_back_publishes_the_run_before_and_discards_the_present_one(kind):
    first, second = made(kind), made(kind)

    assert services.roll_back("similar") == first

    second.refresh_from_db()
    assert second.reasons[0]["text"] == f"It was taken back; run {first.pk} is published again."
    assert published_run("similar") == first
    assert second.status == "discarded"
    assert kind.noted("take back") == [(first.pk, second.pk)]


def test_rolling_back_twice_goes_back_twice(kind):
    first, _, _ = made(kind), made(kind), made(kind)

    services.roll_back("similar")

    assert services.roll_back("similar") == first


def test_who_saw_another_run_published_does_not_go_back_a_second_step(kind):
    runs = [services.work_on(services.request_run("similar")) for _ in range(3)]
    services.roll_back("similar", instead_of=runs[2].pk)

    with pytest.raises(services.RunError, match="not the published one any more"):
        services.roll_back("similar", instead_of=runs[2].pk)

    assert published_run("similar") == runs[1]


def test_a_run_after_a_roll_back_follows_the_one_that_readers_saw(kind):
    first, second = made(kind), made(kind)
    services.roll_back("similar")

    third = made(kind)

    assert third.previous == first
    assert services.roll_back("similar") == first
    second.refresh_from_db()
    assert second.status == "discarded"


def test_without_an_earlier_run_there_is_no_way_back(kind):
    made(kind)

    with pytest.raises(services.RunError, match="no earlier run of similar"):
        services.roll_back("similar")


def test_results_are_kept_for_as_many_runs_as_set(kind, settings):
    settings.RUNS_KEPT = 2
    first, _, _ = made(kind), made(kind), made(kind)

    assert kind.noted("forget") == [(first.pk,)]

    services.roll_back("similar")
    with pytest.raises(services.RunError, match="no earlier run"):
        services.roll_back("similar")


def test_what_readers_see_is_never_forgotten(kind, settings):
    settings.RUNS_KEPT = 1
    first, second = made(kind), made(kind, HOLD)

    services.forget_old_runs("similar")

    assert kind.noted("forget") == []
    assert {first.status, second.status} == {"published", "held"}


def test_a_failed_publication_changes_nothing(kind, monkeypatch):
    first = made(kind)
    monkeypatch.setattr(kind, "_note", lambda what, *rest: 1 / 0 if what == "publish" else None)

    failed = made(kind)

    assert failed.status == "failed"
    assert published_run("similar") == first


def test_a_run_stays_published_when_what_old_runs_stored_cannot_be_forgotten(
    kind, settings, monkeypatch, caplog
):
    settings.RUNS_KEPT = 1
    made(kind)
    monkeypatch.setattr(kind, "_note", lambda what, *_: what == "forget" and 1 / 0)

    second = made(kind)

    assert (second.status, second.error) == ("published", "")
    assert "What old runs of similar stored is kept for now" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_run_stays_published_when_what_follows_its_publication_fails(kind, monkeypatch):
    monkeypatch.setattr(
        kind, "_note", lambda what, *_: what == "publish" and transaction.on_commit(lambda: 1 / 0)
    )

    assert made(kind).status == "published"


def in_another_process(work) -> int:
    """Fork; the child does the work with a connection of its own. Return its process id."""
    connection.close()
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return child


def wait_for(condition) -> None:
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


@pytest.mark.django_db(transaction=True)
def test_a_killed_workers_chunk_is_done_again_by_the_next_one(kind):
    run = services.request_run("similar")
    kind.while_working = lambda run, number: number == 1 and time.sleep(60)
    worker = in_another_process(lambda: services.work_on(run))
    wait_for(lambda: Chunk.objects.filter(run=run, done_at__isnull=False).exists())

    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)
    kind.while_working = lambda run, number: None
    assert services.work_on(run, to_the_end=True).status == "published"

    assert kind.noted("prepare") == []
    assert kind.noted("work") == [(run.pk, 1)]


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_chunks_of_a_run(kind):
    kind.chunks, kind.while_working = 6, lambda run, number: time.sleep(0.1)
    run = services.request_run("similar")
    other = in_another_process(lambda: services.work_on(run, to_the_end=True))
    wait_for(lambda: Chunk.objects.filter(run=run).exists())

    services.work_on(run, to_the_end=True)
    os.waitpid(other, 0)

    mine = [number for _, number in kind.noted("work")]
    run.refresh_from_db()
    assert run.status == "published"
    assert 0 < len(mine) < 6
    assert len(set(mine)) == len(mine)


@pytest.mark.django_db(transaction=True)
def test_a_quiet_run_is_resumed_only_when_nobody_holds_it(kind):
    run = services.request_run("similar")
    assert services.runs_to_resume() == []

    for year in (2020, 2100):  # long ago, or before the clock was set back
        Run.objects.update(created_at=f"{year}-01-01T00:00Z")
        assert services.runs_to_resume() == [run.pk]


@pytest.mark.parametrize(("seconds", "again"), [(10, False), (-30, False), (70, True)])
def test_two_schedules_begin_one_run(kind, seconds, again):
    run = services.work_on(services.request_scheduled_run("similar", timezone.now()))
    asked_at = run.created_at + timedelta(seconds=seconds)

    if again:
        assert services.request_scheduled_run("similar", asked_at) != run
    else:
        with pytest.raises(services.AlreadyRunning, match="already"):
            services.request_scheduled_run("similar", asked_at)


def test_a_run_from_before_the_clock_was_set_back_holds_up_no_schedule(kind):
    services.work_on(services.request_scheduled_run("similar", timezone.now()))
    Run.objects.update(created_at=timezone.now() + timedelta(days=2))

    assert services.request_scheduled_run("similar", timezone.now())


def lose_a_worker(run: Run, kind, part: str) -> None:
    """Let a worker end while it prepares or finishes the run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kind, "_note", lambda what, *_: what == part and sys.exit())
        with pytest.raises(SystemExit):
            services.work_on(run)


@pytest.mark.parametrize(
    "parts", [["prepare"] * 3, ["finish"] * 3, ["prepare", "finish", "finish"]]
)
def test_a_run_that_cost_three_workers_is_given_up(kind, parts):
    run = services.request_run("similar")

    for part in parts:
        lose_a_worker(run, kind, part)

    assert services.work_on(run).error == "Gave up: 3 workers were lost."
    assert run.status == "failed"


def test_a_run_that_cost_two_workers_is_finished_by_the_third(kind):
    run = services.request_run("similar")

    for part in ("prepare", "finish"):
        lose_a_worker(run, kind, part)

    run = services.work_on(run)
    assert (run.status, run.attempts) == ("published", 3)
