"""Commands that documents show: fenced blocks, each with its language and a word of what it is."""

import re
from pathlib import Path

FENCE = re.compile(r"^```(\w*)(?: (\w+))?\n(.*?)^```", re.M | re.S)


def blocks(page: Path, language: str, kind: str = "") -> list[str]:
    """Return a page's blocks of this language and kind, in order."""
    found = FENCE.findall(page.read_text())
    return [text for name, word, text in found if (name, word) == (language, kind)]
