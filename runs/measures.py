"""Figures and parameters of runs as staff read them: a name in words, a value with its unit."""

from runs.cells import NOTHING, number, share

SHARES = ("share", "rate", "recall", "coverage", "hit", "stability", "loss")


def readable(figures: dict) -> list[tuple[str, str]]:
    """Write each figure as a name and a value; those within another come after their name."""
    rows = []
    for name, value in figures.items():
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
        return share(value) if is_share else number(value, 0 if value.is_integer() else 3)
    return number(value) if isinstance(value, int) else str(value)
