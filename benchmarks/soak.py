"""`python -m benchmarks.soak [PART …]`: maltreat a site at work, and see whether it keeps its word.

Each part starts a site of its own, ends it, and takes at most 20 minutes. The exit code is 1 when
a promise was broken or a part could not be played. What happened is printed and kept in
docs/soak.md.
"""

import argparse
import importlib
import sys
import time
import traceback
from pathlib import Path

from benchmarks.soaking.diary import Diary, NotPlayed, write_page

PARTS = ["kills", "deaths", "cuts", "twice", "away", "disk", "clock", "upgrade"]
MOST_MINUTES = 20


def main() -> int:
    """Play the parts that were asked for; return 1 unless all were played and kept their word."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=PARTS)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--faults", type=int, default=28, help="of each part that kills or cuts")
    parser.add_argument("--keep", action="store_true", help="leave the sites' folders")
    asked = parser.parse_args()
    failed = []
    for name in asked.parts:
        play = importlib.import_module(f"benchmarks.soaking.{name}").play
        diary = Diary(name, (play.__doc__ or "").partition("\n")[0])
        began = time.monotonic()
        try:
            with diary.folder(keep=asked.keep) as folder:
                play(diary, Path(folder), asked)
        except NotPlayed as problem:
            diary.not_played = str(problem)
        except Exception as problem:
            traceback.print_exc()
            diary.broken.append(f"{type(problem).__name__}: {problem}")
        diary.minutes = round((time.monotonic() - began) / 60, 1)
        if diary.minutes > MOST_MINUTES:
            diary.broken.append(f"it took {diary.minutes} minutes, of {MOST_MINUTES} at most")
        diary.publish()
        failed += [name] * bool(diary.broken or diary.not_played)
    write_page()
    if failed:
        print(f"Broken promises, or not played: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
