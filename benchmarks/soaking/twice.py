"""The same thing twice at once: files, messages, schedules, people."""

import time
from argparse import Namespace
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from benchmarks.soaking import staff
from benchmarks.soaking.diary import Diary
from benchmarks.soaking.stage import Stage, stage

SECONDS_OF_TWO_BEATS = 150
TOO_MANY = """
    SELECT kind FROM runs_run WHERE requested_by = 'schedule'
    GROUP BY kind, date_trunc('minute', created_at) HAVING count(*) > 1"""


def play(diary: Diary, folder: Path, asked: Namespace) -> None:
    """The same thing twice at once: one effect."""
    often = {"SEGMENTS_SCHEDULE": "* * * * *", "RECOMMENDATIONS_SCHEDULE": "* * * * *"}
    with stage(folder, asked, **often) as here:
        two_imports(diary, here)
        two_workers_for_one_file(diary, here)
        many_messages(diary, here)
        two_people(diary, here)
        two_beats(diary, here)
        here.judge(diary)


def two_imports(diary: Diary, here: Stage) -> None:
    """Two commands import one file at the same time."""
    commands = [here.site.begin("import_orders", str(here.files.later[0])) for _ in range(2)]
    codes = [command.wait(200) for command in commands]
    counts = here.ask("SELECT created, unchanged FROM runs_import ORDER BY id DESC LIMIT 2")
    diary.fact("One file imported by two commands at once: rows created, unchanged", counts)
    diary.expect(codes == [0, 0], f"exit codes of two imports of one file: {codes}")
    is_once = sorted(counts)[0][0] == 0 and sorted(counts)[1][1] == 0
    diary.expect(is_once, f"a file imported twice at once counted {counts}")


def two_workers_for_one_file(diary: Diary, here: Stage) -> None:
    """A file's message is delivered five times."""
    [number] = staff.hand_over(here.site, here.files.later[1])
    staff.send(here.site, "runs.tasks.work_on_import", number, times=5)
    done = "SELECT created FROM runs_import WHERE id = %s AND status = 'done'"
    here.wait_for(done, number, what="an import delivered five times")
    [[created]] = here.ask(done, number)
    lines = len(here.files.later[1].read_text().splitlines()) - 1
    diary.fact("One file delivered to workers six times: rows, created", f"{lines:,}, {created:,}")
    diary.expect(created == lines, f"{created} rows created of {lines}")


def many_messages(diary: Diary, here: Stage) -> None:
    """A run's message is delivered ten times."""
    answer = here.call("/runs/", {"kind": "similar"}, "runs")
    if answer is None:  # the schedule was quicker
        [[number]] = here.ask("SELECT max(id) FROM runs_run WHERE kind = 'similar'")
    else:
        number = answer["id"]
    staff.send(here.site, "runs.tasks.work_on", number, times=10)
    over = "SELECT attempts FROM runs_run WHERE id = %s AND status NOT IN ('waiting', 'running')"
    here.wait_for(over, number, what="a run delivered ten times")
    [[attempts]] = here.ask(over, number)
    diary.fact("One run delivered to workers ten times: attempts", attempts)
    diary.expect(attempts == 1, f"a run delivered ten times was begun {attempts} times")


def two_people(diary: Diary, here: Stage) -> None:
    """Eight callers ask for a refresh, then four for a roll-back, at the same time."""
    here.site.wait(lambda: not _active(here), 200, "quiet")
    with ThreadPoolExecutor(8) as people:
        asked = [*people.map(lambda _: here.call("/runs/", {"kind": "segments"}, "two"), range(8))]
    begun = {answer["id"] for answer in asked if answer}
    diary.fact("Eight refreshes asked for at once: begun", len(begun))
    diary.expect(len(begun) <= 1, f"{len(begun)} runs of one kind were begun at once")
    with suppress(TimeoutError):
        here.site.wait(lambda: not _active(here), 200, "quiet")
    before, came_to = go_back_at_once(here)
    diary.fact("Four roll-backs asked for at once: done", len(came_to))
    diary.expect(came_to == [before], f"four roll-backs to {before} at once came to {came_to}")


def go_back_at_once(here: Stage) -> tuple[int, list[int]]:
    """Four people see one run published, and go back from it; return where to, and who came where.

    When a schedule's run is published in between, nobody goes back, and they try again.
    """
    for _ in range(3):
        seen = here.published()["similar"]
        [[before]] = here.ask("SELECT previous_id FROM runs_run WHERE id = %s", seen)
        asked = {"kind": "similar", "instead_of": seen}
        with ThreadPoolExecutor(4) as people:
            paths = ["/runs/rollback/"] * 4
            said = [*people.map(here.call, paths, [asked] * 4, ["two"] * 4)]
        came_to = [answer["id"] for answer in said if answer]
        if came_to:
            break
    return before, came_to


def two_beats(diary: Diary, here: Stage) -> None:
    """A second schedule runs beside the first for some minutes."""
    before = _count(here)
    beat = staff.second_beat(here.site)
    try:
        here.site.wait(_after(SECONDS_OF_TWO_BEATS), SECONDS_OF_TWO_BEATS + 60, "two beats")
    finally:
        beat.kill()
        beat.wait()
    twice = here.ask(TOO_MANY)
    diary.fact("Runs begun by two schedules in 2.5 minutes, every minute", _count(here) - before)
    diary.fact("Of these, begun twice in a minute", len(twice))
    diary.expect(not twice, f"two schedules began {twice} twice in a minute")
    failed = here.ask("SELECT kind, error FROM runs_run WHERE status = 'failed'")
    diary.expect(not failed, f"runs failed: {failed}")


def _active(here: Stage) -> bool:
    return bool(here.ask("SELECT 1 FROM runs_run WHERE status IN ('waiting', 'running')"))


def _count(here: Stage) -> int:
    return here.ask("SELECT count(*) FROM runs_run WHERE requested_by = 'schedule'")[0][0]


def _after(seconds: float) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end
