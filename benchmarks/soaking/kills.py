"""Processes killed with no chance to tidy up, while the site is at work."""

import itertools
import time
from argparse import Namespace
from collections import Counter
from pathlib import Path
from random import Random

from benchmarks.soaking import promises, staff, work
from benchmarks.soaking.diary import Diary
from benchmarks.soaking.faults import KILLS_OF_SERVERS, Fault
from benchmarks.soaking.stage import Stage, stage

KINDS = ["segments", "similar", "bought-together", "personal"]
IMPORT = "import"
RECOVERY_SECONDS = 120
MOST_WAIT_SECONDS = 12
MOST_TRIES = 3
MOST_IMPORTS_OPEN = 3
# The share of faults that must have come while what they were meant for was under way.
LEAST_HIT = 0.5
USUAL_SECONDS = """
    SELECT extract(epoch FROM
        percentile_cont(0.5) WITHIN GROUP (ORDER BY finished_at - started_at))::float8
    FROM (SELECT kind, started_at, finished_at FROM runs_run
        WHERE status NOT IN ('failed', 'refused')
        UNION ALL SELECT 'import', started_at, finished_at FROM runs_import WHERE status = 'done'
    ) AS done WHERE kind = %s"""
UNDER_WAY = """
    SELECT kind FROM runs_run WHERE status = 'running'
    UNION SELECT 'import' AS kind FROM runs_import WHERE status = 'running' ORDER BY 1"""
IMPORTS_OPEN = "SELECT id FROM runs_import WHERE finished_at IS NULL"
IMPORTS_DONE = """
    SELECT 1 WHERE NOT EXISTS (
        SELECT FROM runs_import WHERE id = ANY(%s) AND status <> 'done')"""
DECIDED = """
    SELECT 1 FROM runs_run WHERE id > %s AND kind = ANY(%s)
    AND status NOT IN ('waiting', 'running', 'failed')
    HAVING count(DISTINCT kind) = %s"""


def play(diary: Diary, folder: Path, asked: Namespace) -> None:
    """The servers killed (kill -9) at random moments of import, refresh, publishing, traffic."""
    play_faults(diary, folder, asked, KILLS_OF_SERVERS)


def play_faults(diary: Diary, folder: Path, asked: Namespace, faults: dict[str, Fault]) -> None:
    """Let the site work, and do these things to it at random moments."""
    random = Random(asked.seed)
    # Refreshes are asked for all the time, so none waits for the night.
    often = {"SEGMENTS_SCHEDULE": "* * * * *", "RECOMMENDATIONS_SCHEDULE": "*/2 * * * *"}
    with stage(folder, asked, **often) as here:
        busy = start_work(here, random)
        meant, hit = itertools.cycle([*KINDS, IMPORT]), 0
        for name, kind in zip(chosen_faults(asked.faults, [*faults], random), meant, strict=False):
            wait_for_work(here, kind, random)
            hit += kind in play_fault(diary, here, name, faults[name], random)
            diary.broken += promises.broken_now(here.site)
        busy.stop()
        said = "Faults that came while what they were meant for was under way"
        diary.fact(said, f"{hit} of {len(diary.faults)}")
        diary.expect(hit >= LEAST_HIT * len(diary.faults), f"{said}: {hit} of {len(diary.faults)}")
        settle(diary, here)
        tell(diary, here)


def start_work(here: Stage, random: Random) -> work.Work:
    """Let readers, writers and staff go about their business."""
    call, files, busy = here.call, here.files, work.Work()
    numbers, waiting = itertools.count(1), list(files.later)
    for place in range(2):
        reader = Random(random.random())
        busy.start(
            f"reading {place}",
            lambda reader=reader: work.read(call, reader, files.product_ids, files.customer_ids),
            0.05,
        )
    busy.start("writing", lambda: work.write(call, numbers, files.product_ids), 0.5)
    busy.start("looking", lambda: call.said.wrong.extend(promises.broken_now(here.site)), 0.5)

    def hand_over() -> None:
        """A new file, and all the old ones once more, which takes a while and changes nothing."""
        if len(here.ask(IMPORTS_OPEN)) < MOST_IMPORTS_OPEN:
            call.said.imports += staff.hand_over(here.site, *waiting[:1], files.orders)
            waiting[:] = waiting[1:]

    busy.start("handing over", hand_over, 1)
    chooser = Random(random.random())
    busy.start("refreshing", lambda: work.refresh(call, chooser, KINDS), 3)
    busy.start("deciding", lambda: work.publish_what_is_held(call), 5)
    return busy


def wait_for_work(here: Stage, kind: str, random: Random) -> None:
    """Wait until work of this kind is somewhere in its middle; give up after some tries.

    Some runs take a fifth of a second, and are often over before they are hit.
    """
    for _ in range(MOST_TRIES):
        if kind != IMPORT:
            here.call("/runs/", {"kind": kind}, "runs")
        end = time.monotonic() + MOST_WAIT_SECONDS
        while kind not in under_way(here) and time.monotonic() < end:
            time.sleep(0.02)
        [[usual]] = here.ask(USUAL_SECONDS, kind) or [[None]]
        time.sleep(random.uniform(0, usual or 1))
        if kind in under_way(here):
            return


def under_way(here: Stage) -> list[str]:
    """Return what is being worked on."""
    return [row[0] for row in here.ask(UNDER_WAY)]


def chosen_faults(number: int, names: list[str], random: Random) -> list[str]:
    """Return so many faults, each kind as often as the others, in random order."""
    chosen = list(itertools.islice(itertools.cycle(names), number))
    random.shuffle(chosen)
    return chosen


def play_fault(diary: Diary, here: Stage, name: str, fault: Fault, random: Random) -> list[str]:
    """Do something to the site; wait until it serves requests again. Return what was under way."""
    found = under_way(here)
    began = time.monotonic()
    fault(here.site, random)
    here.site.keep_up()
    here.site.wait(here.site.is_ready, RECOVERY_SECONDS, f"recovery from {name}")
    diary.fault(name, " and ".join(found) or "traffic", time.monotonic() - began)
    return found


def settle(diary: Diary, here: Stage) -> None:
    """Touch nothing more: all that was asked for must come to its end, and fresh runs too."""
    imports = here.call.said.imports
    took = here.wait_for(IMPORTS_DONE, imports, what="the last import", seconds=700)
    diary.fact("Until every file handed over was in, after the last fault", f"{took:.0f} s")
    last = here.ask("SELECT max(id) FROM runs_run")[0][0]
    took = here.wait_for(DECIDED, last, KINDS, len(KINDS), what="the next run of each kind")
    diary.fact("Until the next run of each kind was through, by schedule", f"{took:.0f} s")


def tell(diary: Diary, here: Stage) -> None:
    """Count what was seen, and check what was promised."""
    said, site = here.call.said, here.site
    during = Counter(during for _, during, _ in diary.faults)
    diary.fact("What was under way when a fault came", _counted(during))
    sizes = (f"{len(each):,}" for each in (said.orders, said.products, said.events))
    diary.fact("Acknowledged orders, products, events", ", ".join(sizes))
    diary.fact("Files taken and imported by workers", len(said.imports))
    for what in sorted({what for what, _ in said.answers}):
        found = {status: count for (name, status), count in said.answers.items() if name == what}
        diary.fact(f"Answers to {what}", _counted(found))
    diary.fact("Runs", _counted(dict(here.ask("SELECT status, count(*) FROM runs_run GROUP BY 1"))))
    errors = here.ask("SELECT DISTINCT error FROM runs_run WHERE error <> ''")
    diary.fact("Errors of runs", "; ".join(row[0] for row in errors) or "none")
    diary.fact("Runs that readers saw", len(said.runs_shown))
    diary.fact("Starts of the whole site by its service manager", site.starts)
    diary.broken += promises.broken_at_the_end(site, said)
    diary.broken += promises.sums_that_differ(diary, site)


def _counted(found: dict) -> str:
    ordered = sorted(found.items(), key=lambda pair: -pair[1])
    return ", ".join(f"{name} {count:,}" for name, count in ordered)
