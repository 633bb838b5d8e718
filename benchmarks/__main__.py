"""`python -m benchmarks [--only NAME …] [--size tiny|small|big]`: benchmarks, one process each.

What they print is kept in benchmarks/results, or where BENCHMARK_RESULTS says, and shown in
docs/benchmarks.md. A tiny run shows that they work, and no figures.
"""

import argparse
import subprocess
import sys
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
    "api_speed",
    "admin_speed",
    "scaling",
]
NAMES = [name for name in ORDER if Path(__file__).with_name(f"{name}.py").exists()]


def main() -> int:
    """Run what was asked for; return 1 when a promise was broken or a benchmark failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", choices=NAMES, default=None)
    parser.add_argument("--size", choices=["tiny", "small", "big"], default="small")
    asked = parser.parse_args()
    failed = []
    for name in asked.only or NAMES:
        print(f"== {name}", flush=True)
        done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}", "--size", asked.size])
        failed += [name] * (done.returncode != 0)
    if failed:
        print(f"Broken promises or failures in: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
