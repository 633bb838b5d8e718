"""Workers, web and schedule killed with no chance to tidy up, while the site is at work."""

from argparse import Namespace
from pathlib import Path

from benchmarks.soaking.diary import Diary
from benchmarks.soaking.faults import KILLS_OF_OURS
from benchmarks.soaking.kills import play_faults


def play(diary: Diary, folder: Path, asked: Namespace) -> None:
    """Workers, web, schedule killed (kill -9) at random moments of import, refresh, publishing."""
    play_faults(diary, folder, asked, KILLS_OF_OURS)
