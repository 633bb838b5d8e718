"""Figures and parameters of runs as staff read them: a name in words, a value with its unit."""

from runs.cells import NOTHING, number, share

SHARES = ("share", "rate", "coverage", "stability")


def readable(figures: dict) -> list[tuple[str, str]]:
    """Write each figure as a name and a value, by name; inner ones carry both names."""
    rows = []
    for name, value in sorted(figures.items()):
        words = name.replace("_", " ").capitalize()
        if isinstance(value, dict):
            rows += [(f"{words}: {inner.lower()}", text) for inner, text in readable(value)]
        else:
            rows.append((words, _written(name, value)))
    return rows


def _written(name: str, value: object) -> str:
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_written(name, each) for each in value) or NOTHING
    if isinstance(value, float):
        is_share = any(word in name for word in SHARES) and -1 <= value <= 1
        return share(value) if is_share else f"{value:,.4g}"
    return number(value) if isinstance(value, int) else str(value)
