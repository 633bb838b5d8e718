"""The disk is full: while files are imported, results refreshed, orders written."""

import itertools
import os
import shutil
import subprocess
import time
from argparse import Namespace
from contextlib import contextmanager
from pathlib import Path
from random import Random

from benchmarks.soaking import promises, staff, work
from benchmarks.soaking.diary import Diary, NotPlayed
from benchmarks.soaking.stage import Stage, stage

DISK, LEFT = "1500m", 3 << 20
SECONDS_FULL, TIMES = 40, 3
DECIDED = """
    SELECT 1 FROM runs_run WHERE id > %s AND kind = 'segments'
    AND status NOT IN ('waiting', 'running', 'failed')"""


def play(diary: Diary, folder: Path, asked: Namespace) -> None:
    """The disk is full while the site is at work."""
    with small_disk(folder), stage(folder, asked) as here:
        random, numbers = Random(asked.seed), itertools.count(1)
        for number in range(TIMES):
            began = time.monotonic()
            with full(here.site.var):
                end = time.monotonic() + SECONDS_FULL
                while time.monotonic() < end:
                    attempt(here, random, numbers)
            diary.broken += promises.broken_now(here.site)
            here.site.wait(here.site.is_ready, 200, "recovery from a full disk")
            staff_file = staff.hand_over(here.site, here.files.later[number])
            here.call.said.imports += staff_file
            done = "SELECT 1 FROM runs_import WHERE id = ANY(%s) AND status = 'done'"
            here.wait_for(done, staff_file, what="an import after the disk was full")
            seconds = time.monotonic() - began - SECONDS_FULL
            diary.fault("disk full", "import, refresh and writes", seconds)
        next_run(diary, here)
        diary.fact("Answers", dict(here.call.said.answers))
        diary.fact("Acknowledged orders", len(here.call.said.orders))
        here.judge(diary)


def attempt(here: Stage, random: Random, numbers: itertools.count) -> None:
    """Do a little of everything; some of it fails now, and says so."""
    here.site.keep_up()
    for _ in range(5):
        work.read(here.call, random, here.files.product_ids, here.files.customer_ids)
        work.write(here.call, numbers, here.files.product_ids)
    here.call("/runs/", {"kind": "similar"}, "runs")
    here.site.run("import_orders", str(here.files.orders), check=False)


def next_run(diary: Diary, here: Stage) -> None:
    """Ask for a refresh, as the schedule would; it must come through."""
    last = here.ask("SELECT max(id) FROM runs_run")[0][0]
    here.site.wait(
        lambda: here.call("/runs/", {"kind": "segments"}, "runs") is not None, 300, "a refresh"
    )
    took = here.wait_for(DECIDED, last, what="the next refresh")
    diary.fact("Until the next refresh was through", f"{took:.0f} s")


@contextmanager
def small_disk(folder: Path):
    """Put a small disk of memory where the site lives."""
    var = folder / "var"
    var.mkdir()
    if os.geteuid():
        raise NotPlayed("a small disk takes root: run `unshare -rm make soak ONLY=disk`")
    size = ["-o", f"size={DISK},mode=755"]
    subprocess.run(["mount", "-t", "tmpfs", *size, "segrec-soak", str(var)], check=True)
    log = folder / "log"  # elsewhere, so that it can be read what became of the site
    log.mkdir()
    (var / "log").symlink_to(log)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(var)], check=True)


@contextmanager
def full(var: Path):
    """Fill the disk; free it again afterwards."""
    filler = var / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(var).free - LEFT)
    try:
        yield
    finally:
        filler.unlink()
