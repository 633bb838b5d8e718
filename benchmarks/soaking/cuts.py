"""Processes paused and cut off from each other while the site is at work."""

from argparse import Namespace
from pathlib import Path

from benchmarks.soaking.diary import Diary
from benchmarks.soaking.faults import CUTS
from benchmarks.soaking.kills import play_faults


def play(diary: Diary, folder: Path, asked: Namespace) -> None:
    """Processes paused, connections cut, at random moments of import, refresh, publishing."""
    play_faults(diary, folder, asked, CUTS)
