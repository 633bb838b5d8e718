"""What happened in a part of the soak: printed, kept as JSON, and shown in docs/soak.md."""

import json
import shutil
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

RESULTS = Path(__file__).parents[1] / "results" / "soak"
PAGE = Path(__file__).parents[2] / "docs" / "soak.md"
INTRODUCTION = """# Soak

What segrec was put through, as `make soak` printed it: a site at work — readers, writers, files \
being imported, results being refreshed — whose processes are killed, paused and cut off from each \
other, whose disk is full, whose clock jumps. Nothing is done by hand meanwhile: `manage.py up` \
starts again what died, the sweep hands on what lost its worker, and where all of it is killed a \
service manager would start `up` again. A promise that is broken makes the command fail, and so \
does a part that could not be played.

Times are those of a machine with two busy cores. This page is written by the soak."""


class NotPlayed(Exception):
    """A part cannot be played here; the text says what it lacks."""


@dataclass
class Diary:
    """One part: what was done, how long until all was well again, what was seen, what broke."""

    name: str
    title: str
    faults: list[tuple[str, str, float]] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    minutes: float = 0.0
    not_played: str = ""

    def fault(self, what: str, during: str, seconds: float) -> None:
        """Note what was done, during what, and after how long requests were served again."""
        self.faults.append((what, during, round(seconds, 1)))
        print(f"  {len(self.faults):>3}  {what}, during {during}: {seconds:.1f} s", flush=True)

    def fact(self, name: str, value: object) -> None:
        """Note something seen or counted."""
        text = f"{value:,}" if isinstance(value, int) else str(value)
        self.facts.append((name, text))
        print(f"  {name}: {text}", flush=True)

    def expect(self, holds: bool, otherwise: str) -> None:
        """Note a promise as broken unless it holds."""
        if not holds:
            self.broken.append(otherwise)

    @contextmanager
    def folder(self, keep: bool) -> Iterator[str]:
        """Give the part a folder; it is deleted unless it is to be kept or something broke."""
        print(f"== {self.name}: {self.title}", flush=True)
        path = tempfile.mkdtemp(prefix=f"segrec-soak-{self.name}-")
        Path(path).chmod(0o755)
        yield path
        if not (keep or self.broken):
            shutil.rmtree(path, ignore_errors=True)

    def publish(self) -> None:
        """Keep it as JSON, and say whether a promise broke."""
        RESULTS.mkdir(parents=True, exist_ok=True)
        (RESULTS / f"{self.name}.json").write_text(json.dumps(asdict(self), indent=1) + "\n")
        print(f"  {self.verdict()}, {self.minutes} minutes", flush=True)

    def verdict(self) -> str:
        """Say what was broken, or why nothing can be said."""
        if self.not_played:
            return f"Not played: {self.not_played}".rstrip(".")
        if not self.broken:
            return "Lost: nothing. Broken: nothing"
        return f"Broken: {'; '.join(self.broken[:5])}".rstrip(".")

    def section(self) -> str:
        """Return this part of the page."""
        parts = [f"## {self.title}", f"`make soak ONLY={self.name}`, {self.minutes} minutes."]
        if self.faults:
            by_kind = defaultdict(list)
            for what, _, seconds in self.faults:
                by_kind[what].append(seconds)
            rows = [
                "| fault | times | seconds until served again: median | most |",
                "|---|---|---|---|",
            ]
            for what, seconds in sorted(by_kind.items()):
                middle = statistics.median(seconds)
                rows.append(f"| {what} | {len(seconds)} | {middle:.1f} | {max(seconds):.1f} |")
            rows.append(f"| **all** | **{len(self.faults)}** | | |")
            parts.append("\n".join(rows))
        if self.facts:
            parts.append("\n".join(f"- {name}: {value}" for name, value in self.facts))
        parts.append(f"**{self.verdict()}.**")
        return "\n\n".join(parts)


def page() -> str:
    """Return docs/soak.md as the kept diaries make it."""
    from benchmarks.soak import PARTS

    kept = [RESULTS / f"{name}.json" for name in PARTS]
    diaries = [Diary(**json.loads(file.read_text())) for file in kept if file.exists()]
    return "\n\n".join([INTRODUCTION, *(diary.section() for diary in diaries)]) + "\n"


def write_page() -> None:
    """Write docs/soak.md anew."""
    PAGE.write_text(page())
