"""How a benchmark says what it measured: a table printed, kept as JSON, and shown in the docs."""

import json
import os
import platform
import subprocess
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

KEPT = Path(__file__).parent / "results"
RESULTS = Path(os.environ.get("BENCHMARK_RESULTS", KEPT))
STOPPED = "This run was stopped before its end; the table shows what it had measured until then."
PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
BEGAN = time.monotonic()  # of the process, as good as


@dataclass
class Report:
    """One benchmark's figures: peer, floor and segrec side by side, from one run.

    `rows` hold a value for each of `columns`; `broken` names promises that were not kept, and `why`
    the page of the docs that explains those known. A run that was `stopped` has kept the rows it
    had added until then. Of old results is not known when they were measured, and of what.
    """

    name: str
    title: str
    command: str
    columns: list[str]
    rows: list[list] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    why: str = ""
    stopped: bool = False
    commit: str = ""
    date: str = ""
    minutes: float | None = None
    machine: str = field(
        default_factory=lambda: f"{platform.machine()}, Python {platform.python_version()}"
    )

    def table(self) -> str:
        """Return the figures as a Markdown table."""
        lines = [self.columns, ["---"] * len(self.columns), *self.rows]
        return "\n".join("| " + " | ".join(map(_text, line)) + " |" for line in lines)

    def add(self, *row: object) -> None:
        """Print one more row and keep it, so that it outlives a run that is stopped."""
        self.rows.append([*row])
        print(*map(_text, row), sep="  ", flush=True)
        self.stopped = True
        self._keep()

    def publish(self) -> None:
        """Print the figures, keep them, and put them into the docs' page."""
        print(f"\n{self.title}\n\n{self.table()}\n", *self.notes, *self.verdict(), sep="\n")
        self.stopped = False
        self._keep()

    def verdict(self) -> list[str]:
        """Say which promises were not kept, if any."""
        if not self.broken:
            return []
        known = f" What is known of it: [{self.why}]({self.why})." if self.why else ""
        return [f"**Broken: {'; '.join(self.broken)}.**{known}"]

    def measured(self) -> str:
        """Say by what it was measured, when, of what, and how long that took."""
        if not self.date:
            return f"`{self.command}`"
        return f"`{self.command}`, {self.date} at {self.commit}, {self.minutes} minutes."

    def _keep(self) -> None:
        self.commit, self.date = self.commit or _commit(), f"{datetime.now(UTC):%Y-%m-%d}"
        self.minutes = round((time.monotonic() - BEGAN) / 60, 1)
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{self.name}.json").write_text(json.dumps(asdict(self), indent=1) + "\n")
        if RESULTS == KEPT:
            write_page()


def load_reports() -> list[Report]:
    """Return all kept reports, by name."""
    files = sorted(RESULTS.glob("*.json"))
    return [Report(**json.loads(file.read_text())) for file in files]


def page() -> str:
    """Return the docs' page as the kept results make it."""
    parts = [
        "# Benchmarks",
        "Every figure here was printed by the command above its table, peer, floor and segrec in "
        "one run on the same data. The machine had two noisy cores: ratios count, seconds do not. "
        "What was promised and not reached stands as broken below its table. "
        "This page is written by the benchmarks; do not edit it.",
    ]
    for report in load_reports():
        parts += [f"## {report.title}", report.measured(), report.table(), *report.notes]
        parts += [*report.verdict(), *[STOPPED] * report.stopped]
    return "\n\n".join(parts) + "\n"


def write_page() -> None:
    """Write the docs' page anew."""
    PAGE.write_text(page())


def _commit() -> str:
    """Return the commit that is measured, where there is a history; + is code changed since."""
    here = {"cwd": KEPT.parent.parent, "capture_output": True, "text": True}
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], **here).stdout.strip()
    is_clean = subprocess.run(["git", "diff", "--quiet", "HEAD", "--", "*.py"], **here)
    return f"{commit}{'+' * is_clean.returncode}" if commit else "no commit"


def _text(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4f}" if abs(value) < 0.1 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
