"""`python -m benchmarks [--only NAME …] [--size small|big]`: run benchmarks, one process each."""

import argparse
import subprocess
import sys
from pathlib import Path

# In the order they are worth running; each is a module that publishes one report.
NAMES = [
    "similar_speed",
    "recommendation_quality",
    "segments_quality",
    "segments_speed",
    "import_speed",
    "api_speed",
]


def main() -> int:
    """Run what was asked for; return 1 when a promise was broken or a benchmark failed."""
    here = Path(__file__).parent
    there = [name for name in NAMES if (here / f"{name}.py").exists()]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", choices=there, default=None)
    parser.add_argument("--size", choices=["small", "big"], default="small")
    asked = parser.parse_args()
    failed = []
    for name in asked.only or there:
        print(f"== {name}", flush=True)
        done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}", "--size", asked.size])
        failed += [name] * (done.returncode != 0)
    if failed:
        print(f"Broken promises or failures in: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
