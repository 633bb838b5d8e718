"""The schedule goes on whatever happens to the clock."""

import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from segrec_site.beat import Schedule
from segrec_site.celery import app


@pytest.fixture
def schedule(tmp_path, monkeypatch):
    """The schedule as beat makes it; what is due is not sent but noted."""
    made = Schedule(app, schedule_filename=str(tmp_path / "beat"), max_interval=300)
    made.sent = []
    monkeypatch.setattr(made, "apply_entry", lambda entry, producer=None: made.sent.append(entry))
    yield made
    made.close()


def test_a_clock_set_back_by_days_delays_nothing(schedule):
    schedule.tick()
    for entry in schedule.schedule.values():
        entry.last_run_at += timedelta(days=2)
    schedule.populate_heap()

    assert schedule.tick() <= 20  # the sweep comes every 20 seconds
    assert not schedule.sent


def test_what_is_due_is_sent(schedule):
    schedule.tick()
    schedule.schedule["sweep"].last_run_at -= timedelta(minutes=1)
    schedule.populate_heap()

    schedule.tick()

    assert [entry.name for entry in schedule.sent] == ["sweep"]


def test_the_hour_that_comes_twice_when_summer_ends_is_no_clock_set_back(schedule, monkeypatch):
    done = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Paris"))
    schedule.tick()
    for entry in schedule.schedule.values():
        entry.last_run_at = done
    monkeypatch.setattr(time, "time", lambda: done.timestamp() + 35 * 60)  # 2:05 once more

    schedule.tick()

    assert {entry.last_run_at for entry in schedule.schedule.values()} == {done}
