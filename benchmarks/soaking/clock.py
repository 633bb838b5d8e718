"""The clock of the machine with web and workers jumps by two days, forth and back."""

import shutil
import struct
import subprocess
import time
from argparse import Namespace
from pathlib import Path
from random import Random

from benchmarks.soaking import promises, work
from benchmarks.soaking.diary import Diary, NotPlayed
from benchmarks.soaking.stage import Stage, stage

SOURCE = Path(__file__).with_name("clock.c")
DAYS = 86400
JUMPS = (2 * DAYS, 0, -2 * DAYS, 0, 3600, 0)
BY_SCHEDULE = """
    SELECT 1 FROM runs_run WHERE id > %s AND kind = 'segments' AND requested_by = 'schedule'
    AND status NOT IN ('waiting', 'running', 'failed')"""


def play(diary: Diary, folder: Path, asked: Namespace) -> None:
    """The clock of web and workers jumps forth and back, the database's stays."""
    if not shutil.which("cc"):
        raise NotPlayed("there is no C compiler here to make the clock jump with")
    library, offset = folder / "clock.so", folder / "offset"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl"], check=True)
    offset.write_bytes(struct.pack("l", 0))
    preload = {"LD_PRELOAD": str(library), "SOAK_CLOCK": str(offset)}
    with stage(folder, asked, SEGMENTS_SCHEDULE="* * * * *", **preload) as here:
        random = Random(asked.seed)
        for seconds in JUMPS:
            jump(diary, here, offset, seconds, random)
        diary.fact("Answers to readers meanwhile", dict(here.call.said.answers))
        here.judge(diary)


def jump(diary: Diary, here: Stage, offset: Path, seconds: int, random: Random) -> None:
    """Set the clock; the next refresh by schedule must come as if nothing had been."""
    here.call("/runs/", {"kind": "similar"}, "runs")
    [[last]] = here.ask("SELECT max(id) FROM runs_run")
    with offset.open("r+b") as file:
        file.write(struct.pack("l", seconds))
    began = time.monotonic()

    def is_through() -> bool:
        work.read(here.call, random, here.files.product_ids, here.files.customer_ids)
        return bool(here.ask(BY_SCHEDULE, last))

    here.site.wait(is_through, 200, f"the next refresh with a clock off by {seconds} s")
    diary.broken += promises.broken_now(here.site)
    what = f"{abs(seconds) // 3600} hours {'ahead' if seconds > 0 else 'behind'}"
    diary.fault(f"clock {what if seconds else 'right again'}", "refresh", time.monotonic() - began)
