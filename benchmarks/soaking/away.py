"""Redis does not answer for a minute; then PostgreSQL does not for twenty seconds."""

import itertools
import signal
import statistics
import time
from argparse import Namespace
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from random import Random

from benchmarks.soaking import promises, work
from benchmarks.soaking.diary import Diary
from benchmarks.soaking.stage import Stage, stage

REDIS_SECONDS, DATABASE_SECONDS = 60, 20
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
        diary.broken += promises.broken_at_the_end(here.site, here.call.said)
        diary.broken += promises.sums_that_differ(diary, here.site)


def without_redis(diary: Diary, here: Stage, random: Random, numbers: itertools.count) -> None:
    """Reads and writes go on; what was asked for meanwhile is done afterwards."""
    seconds = {"reads": [], "writes": []}
    with held(here, "valkey"):
        end = time.monotonic() + REDIS_SECONDS
        while time.monotonic() < end:
            for _ in range(5):
                began = time.monotonic()
                work.read(here.call, random, here.files.product_ids, here.files.customer_ids)
                seconds["reads"].append(time.monotonic() - began)
            began = time.monotonic()
            work.write(here.call, numbers, here.files.product_ids)
            seconds["writes"].append(time.monotonic() - began)
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
    """Requests wait or are told so; afterwards all is well."""
    here.call.said.answers.clear()
    with held(here, "postgres"):
        end = time.monotonic() + DATABASE_SECONDS
        while time.monotonic() < end:
            work.read(here.call, random, here.files.product_ids, here.files.customer_ids)
    took = here.site.wait(here.site.is_ready, 60, "the database's return")
    answers = {status: count for (_, status), count in here.call.said.answers.items()}
    diary.fact("While PostgreSQL was stopped, answers", answers)
    diary.fact("Until requests were served again", f"{took:.1f} s")


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
