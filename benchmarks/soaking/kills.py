"""Processes killed with no chance to tidy up, while the site is at work."""

import itertools
import time
from argparse import Namespace
from collections import Counter
from contextlib import suppress
from pathlib import Path
from random import Random

from benchmarks.soaking import promises, staff, work
from benchmarks.soaking.diary import Diary
from benchmarks.soaking.faults import KILLS_OF_SERVERS, Fault
from benchmarks.soaking.stage import Stage, stage

KINDS = ["segments", "similar", "bought-together", "personal"]
RECOVERY_SECONDS = 120
MOST_WAIT_SECONDS = 12
MOST_IMPORTS_OPEN = 3
ENDED = """
    SELECT (SELECT count(*) FROM runs_run WHERE finished_at IS NOT NULL),
        (SELECT count(*) FROM runs_import WHERE finished_at IS NOT NULL)"""
UNDER_WAY = """
    SELECT kind FROM runs_run WHERE status = 'running'
    UNION SELECT 'import' FROM runs_import WHERE status = 'running' ORDER BY 1"""
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
        for name in chosen_faults(asked.faults, [*faults], random):
            wait_for_work(here)
            time.sleep(random.uniform(0, 6))
            play_fault(diary, here, name, faults[name], random)
            diary.broken += promises.broken_now(here.site)
        busy.stop()
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


def wait_for_work(here: Stage) -> None:
    """Wait until something has come to its end since the last fault, but not for long."""
    before = here.ask(ENDED)
    with suppress(TimeoutError):
        here.site.wait(lambda: here.ask(ENDED) not in ([], before), MOST_WAIT_SECONDS, "progress")


def chosen_faults(number: int, names: list[str], random: Random) -> list[str]:
    """Return so many faults, each kind as often as the others, in random order."""
    chosen = list(itertools.islice(itertools.cycle(names), number))
    random.shuffle(chosen)
    return chosen


def play_fault(diary: Diary, here: Stage, name: str, fault: Fault, random: Random) -> None:
    """Do something to the site; wait until it serves requests again."""
    during = " and ".join(row[0] for row in here.ask(UNDER_WAY)) or "traffic"
    began = time.monotonic()
    fault(here.site, random)
    here.site.keep_up()
    here.site.wait(here.site.is_ready, RECOVERY_SECONDS, f"recovery from {name}")
    diary.fault(name, during, time.monotonic() - began)


def settle(diary: Diary, here: Stage) -> None:
    """Touch nothing more: all that was asked for must come to its end, and fresh runs too."""
    imports = here.call.said.imports
    took = here.wait_for(IMPORTS_DONE, imports, what="the last import", seconds=700)
    diary.fact("Until every file handed over was in, after the last fault", f"{took:.0f} s")
    last = here.ask("SELECT max(id) FROM runs_run")[0][0]
    kinds = [*here.published()]
    took = here.wait_for(DECIDED, last, kinds, len(kinds), what="the next run of each kind")
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
