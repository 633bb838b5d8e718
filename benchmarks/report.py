"""How a benchmark says what it measured: a table printed, kept as JSON, and shown in the docs."""

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from pathlib import Path

KEPT = Path(__file__).parent / "results"
RESULTS = Path(os.environ.get("BENCHMARK_RESULTS", KEPT))
STOPPED = "This run was stopped before its end; the table shows what it had measured until then."
PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"


@dataclass
class Report:
    """One benchmark's figures: peer, floor and segrec side by side, from one run.

    `rows` hold a value for each of `columns`; `broken` names promises that were not kept. A run
    that was `stopped` has kept the rows it had added until then.
    """

    name: str
    title: str
    command: str
    columns: list[str]
    rows: list[list] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    stopped: bool = False
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
        print(f"\n{self.title}\n\n{self.table()}\n", *self.notes, sep="\n")
        self.stopped = False
        self._keep()

    def _keep(self) -> None:
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
        "This page is written by the benchmarks; do not edit it.",
    ]
    for report in load_reports():
        parts += [f"## {report.title}", f"`{report.command}`", report.table(), *report.notes]
        parts += [STOPPED] * report.stopped
    return "\n\n".join(parts) + "\n"


def write_page() -> None:
    """Write the docs' page anew."""
    PAGE.write_text(page())


def _text(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4f}" if abs(value) < 0.1 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
