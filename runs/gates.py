"""Checks of a run before readers see it: what was measured, what is asked, how it came out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

PASS, WARN, HOLD, REFUSE = "pass", "warn", "hold", "refuse"
LEVELS = (PASS, WARN, HOLD, REFUSE)
Level = Literal["pass", "warn", "hold", "refuse"]


@dataclass(frozen=True)
class Gate:
    """One check: its stable code, how it came out, what was measured, and one sentence.

    `asked` says what passes, and what does not even warn.
    """

    code: str
    level: Level
    value: float | None
    text: str
    asked: str = ""


def verdict(gates: Sequence[Gate]) -> Level:
    """Return the gravest level; a run without warnings passes.

    Examples
    --------
    >>> verdict([Gate("a", "warn", 1.0, ""), Gate("b", "hold", 1.0, "")])
    'hold'
    """
    return max((gate.level for gate in gates), key=LEVELS.index, default=PASS)


def failed(gates: Sequence[Gate]) -> list[Gate]:
    """Return the gates that did not pass, the gravest first.

    Examples
    --------
    >>> [gate.code for gate in failed([Gate("a", "warn", 1.0, ""), Gate("b", "hold", 1.0, "")])]
    ['b', 'a']
    """
    return sorted(
        (gate for gate in gates if gate.level != PASS), key=lambda gate: -LEVELS.index(gate.level)
    )
