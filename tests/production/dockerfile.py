"""Reads a Dockerfile: its stages, each with its steps."""

from pathlib import Path


def stages(path: Path) -> dict[str, list[tuple[str, str]]]:
    """Return the steps of each named stage, as (word, rest), FROM first."""
    text = path.read_text().replace("\\\n", " ")
    found: dict[str, list[tuple[str, str]]] = {}
    for line in text.splitlines():
        word, _, rest = line.strip().partition(" ")
        if not word or word.startswith("#"):
            continue
        if word == "FROM":
            steps = found.setdefault(rest.split()[-1], [])
        steps.append((word, rest))
    return found
