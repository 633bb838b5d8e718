"""An older version serves, while this one migrates and takes over."""

import subprocess
import threading
from argparse import Namespace
from pathlib import Path
from random import Random

from benchmarks.soaking import shop, work
from benchmarks.soaking.diary import Diary, NotPlayed
from benchmarks.soaking.site import PROJECT, Site
from benchmarks.soaking.stage import PATIENCE_SECONDS, Stage, first_results

DECIDED = """
    SELECT 1 FROM runs_run WHERE id > %s AND kind = 'segments'
    AND status NOT IN ('waiting', 'running', 'failed')"""


def play(diary: Diary, folder: Path, asked: Namespace) -> None:
    """Migrations during traffic: the old version serves on, the new one takes over."""
    commit = before_last_migration()
    if not commit:
        raise NotPlayed("there is no history to take an older version from")
    old = check_out(commit, folder / "old")
    diary.fact("The older version", f"{commit[:10]}, before the last change of the schema")
    site, new = Site(folder / "var", old), Site(folder / "var")
    files = shop.write_files(folder)
    site.start()
    try:
        here = first_results(site, files)
        answers = during(here, asked, lambda: take_over(new))
        diary.fact("What the old version answered meanwhile", answers)
        bad = {status for status in answers if status != 200}
        diary.broken += [f"the old version answered {status} while migrating" for status in bad]
        site.stop()
        new.wait(new.is_ready, PATIENCE_SECONDS, "the new version alone")
        here.call.site = here.site = new
        after = here.call("/products/p1/similar/?limit=8")
        if not after or len(after["results"]) != 8:
            diary.broken.append("the new version does not answer")
        next_run(diary, here)
        here.judge(diary)
    finally:
        site.stop()
        new.stop()


def take_over(new: Site) -> None:
    """Start the new version, which migrates first."""
    new.start()
    new.wait(new.is_ready, PATIENCE_SECONDS, "the new version's start")


def during(here: Stage, asked: Namespace, what) -> dict[int | str, int]:
    """Read from the site while something happens; count its answers."""
    here.call.said.answers.clear()
    random, over = Random(asked.seed), threading.Event()

    def read() -> None:
        while not over.is_set():
            work.read(here.call, random, here.files.product_ids, here.files.customer_ids)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        what()
    finally:
        over.set()
        reader.join()
    return {status: count for (_, status), count in here.call.said.answers.items()}


def next_run(diary: Diary, here: Stage) -> None:
    """Refresh segments with the new version."""
    [[last]] = here.ask("SELECT max(id) FROM runs_run")
    here.call("/runs/", {"kind": "segments"}, "runs")
    took = here.wait_for(DECIDED, last, what="the new version's first refresh")
    diary.fact("Until the new version's first refresh was through", f"{took:.0f} s")


def before_last_migration() -> str:
    """Return the commit before the one that last added a migration."""
    added = ["log", "-1", "--diff-filter=A", "--format=%H^", "--", "*/migrations/0*.py"]
    last = _git(*added)
    return _git("rev-parse", "--verify", "--quiet", last) if last else ""


def check_out(commit: str, folder: Path) -> Path:
    """Put an older version into a folder, with this one's environment."""
    folder.mkdir()
    archive = subprocess.Popen(["git", "archive", commit], cwd=PROJECT, stdout=subprocess.PIPE)
    subprocess.run(["tar", "-x", "-C", folder], stdin=archive.stdout, check=True)
    if archive.wait():
        raise RuntimeError(f"git archive {commit} failed")
    return folder


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=PROJECT, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""
