"""`python -m benchmarks [--only NAME …] [--size tiny|small|big]`: benchmarks, one process each.

What they print is kept in benchmarks/results, or where BENCHMARK_RESULTS says, and shown in
docs/benchmarks.md. A tiny run shows that they work, and no figures. One that takes too long is
stopped. The exit code is 1 when one was stopped, failed, or found a promise broken.
"""

import argparse
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

# In the order they are worth running; each is a module that publishes one report.
ORDER = [
    "similar_speed",
    "freshness",
    "recommendation_quality",
    "segments_quality",
    "segments_speed",
    "segments_history",
    "import_speed",
    "import_again",
    "api_speed",
    "admin_speed",
    "scaling",
    "demo_start",
]
MOST_MINUTES = 20.0
SECONDS_TO_TIDY_UP = 30
NAMES = [name for name in ORDER if Path(__file__).with_name(f"{name}.py").exists()]


def main() -> int:
    """Run what was asked for; return 1 unless all came to their end and no promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", choices=NAMES, default=None)
    parser.add_argument("--size", choices=["tiny", "small", "big"], default="small")
    parser.add_argument("--minutes", type=float, default=MOST_MINUTES, help="of each, at most")
    asked = parser.parse_args()
    failed = []
    for name in asked.only or NAMES:
        print(f"== {name}", flush=True)
        outcome = play(command_of(name, asked.size), asked.minutes)
        failed += [f"{name} {outcome}"] * bool(outcome)
    if failed:
        print("Not all is well:", *failed, sep="\n  ", file=sys.stderr)
    return 1 if failed else 0


def command_of(name: str, size: str) -> list[str]:
    """Return how a benchmark is run."""
    return [sys.executable, "-m", f"benchmarks.{name}", "--size", size]


def play(command: list[str], minutes: float) -> str:
    """Run one, with all it starts in a group of its own; say what went wrong."""
    process = subprocess.Popen(command, start_new_session=True)
    try:
        code = process.wait(60 * minutes)
        return "broke a promise or failed" if code else ""
    except subprocess.TimeoutExpired:
        return f"was stopped after {minutes:g} minutes"
    finally:
        stop(process)


def stop(process: subprocess.Popen) -> None:
    """End it as Ctrl-C does, and then whatever of it is left."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(SECONDS_TO_TIDY_UP)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


if __name__ == "__main__":
    sys.exit(main())
