"""Redis does not answer for a minute; then PostgreSQL does not for half of one."""

import itertools
import signal
import statistics
import time
from argparse import Namespace
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random

from benchmarks.soaking import work
from benchmarks.soaking.diary import Diary
from benchmarks.soaking.stage import Stage, stage

REDIS_SECONDS, DATABASE_SECONDS = 60, 30
# What is answered while PostgreSQL does not, and how soon.
HEALTH, HEALTH_SECONDS = {"/health/live": 200, "/health/ready": 503}, 5
NEIGHBOURS = """
    SELECT 1 FROM recommendations_similarlist AS l
    JOIN products_product AS p ON p.id = l.product_id
    JOIN runs_run AS r ON r.id = l.run_id AND r.status = 'published'
    WHERE p.external_id = %s"""


def play(diary: Diary, folder: Path, asked: Namespace) -> None:
    """Redis, then PostgreSQL, does not answer for a while."""
    with stage(folder, asked) as here:
        random, numbers = Random(asked.seed), itertools.count(1)
        without_redis(diary, here, random, numbers)
        without_database(diary, here, random)
        here.judge(diary)


def without_redis(diary: Diary, here: Stage, random: Random, numbers: itertools.count) -> None:
    """Reads and writes go on; what was asked for meanwhile is done afterwards."""
    seconds = {"reads": [], "writes": []}
    with held(here, "valkey"):
        end = time.monotonic() + REDIS_SECONDS
        while time.monotonic() < end:
            for _ in range(5):
                seconds["reads"].append(timed(read_once(here, random)))
            writing = partial(work.write, here.call, numbers, here.files.product_ids)
            seconds["writes"].append(timed(writing))
        run = here.call("/runs/", {"kind": "segments"}, "refreshes")
    for what, found in seconds.items():
        text = f"{len(found):,}, median {1000 * statistics.median(found):.0f} ms"
        diary.fact(f"Without Redis: {what}, most {max(found):.1f} s", text)
    answers = {f"{what} {status}": n for (what, status), n in here.call.said.answers.items()}
    diary.fact("Answers", Counter(answers).most_common())
    bad = [name for name in answers if name.startswith(("reads", "writes")) and name[-3] not in "2"]
    diary.broken += [f"without Redis: {name}" for name in bad]
    if run is None:
        diary.broken.append("a refresh was not taken while Redis was away")
        return
    decided = "SELECT 1 FROM runs_run WHERE id = %s AND status NOT IN ('waiting', 'running')"
    took = here.wait_for(decided, run["id"], what="the refresh asked for meanwhile")
    diary.fact("Until the refresh asked for meanwhile was through", f"{took:.0f} s")
    last = here.call.said.products[-1]
    took = here.wait_for(NEIGHBOURS, last, what="neighbours of a product written meanwhile")
    diary.fact("Until a product written meanwhile had neighbours", f"{took:.0f} s")


def without_database(diary: Diary, here: Stage, random: Random) -> None:
    """Health checks tell so in time, readers wait; afterwards all is well."""
    here.call.said.answers.clear()
    reads, busy, read = [], work.Work(), read_once(here, random)
    health: dict[str, list[tuple[int | None, float]]] = {path: [] for path in HEALTH}
    with held(here, "postgres"):
        for name in ("one reader", "another"):
            busy.start(name, lambda: reads.append(timed(read)), 0.1)
        end = time.monotonic() + DATABASE_SECONDS
        while time.monotonic() < end:
            for path, found in health.items():
                began = time.monotonic()
                status = here.site.answer(path, 2 * HEALTH_SECONDS)
                found.append((status, time.monotonic() - began))
            time.sleep(0.5)
        busy.stop()
    took = here.site.wait(here.site.is_ready, 60, "the database's return")
    answers = {status: count for (_, status), count in here.call.said.answers.items()}
    diary.fact(f"While PostgreSQL stood still: reads, most {max(reads):.1f} s", answers)
    for path, found in health.items():
        told = Counter(status or "no answer" for status, _ in found)
        most = max(seconds for _, seconds in found)
        said = f"While PostgreSQL stood still: {path}, most {most:.1f} s"
        diary.fact(said, dict(told))
        diary.expect({*told} == {HEALTH[path]} and most <= HEALTH_SECONDS, f"{said}: {dict(told)}")
    diary.fact("Until requests were served again", f"{took:.1f} s")


def read_once(here: Stage, random: Random) -> Callable[[], None]:
    """Return a way to read one thing."""
    return partial(work.read, here.call, random, here.files.product_ids, here.files.customer_ids)


def timed(once: Callable[[], None]) -> float:
    """Return how many seconds it takes."""
    began = time.monotonic()
    once()
    return time.monotonic() - began


@contextmanager
def held(here: Stage, name: str):
    """Stop a server's processes, and let them go on afterwards."""
    processes = here.site.processes(name)
    for process in processes:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            process.send_signal(signal.SIGCONT)
