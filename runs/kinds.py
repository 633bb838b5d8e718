"""The kinds of run: each app says in `ready()` how its kind is made, published, taken back."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal

from django.utils.module_loading import import_string

from runs.gates import HOLD, REFUSE, Gate, failed, verdict
from runs.models import Run


@dataclass(frozen=True)
class Verdict:
    """What the gates say of a finished run; reasons are ``{"code", "text"}``."""

    decision: Literal["publish", "hold", "refuse"]
    metrics: dict = field(default_factory=dict)
    reasons: list[dict] = field(default_factory=list)

    @classmethod
    def by(cls, gates: Sequence[Gate], metrics: dict) -> "Verdict":
        """Decide as the gravest gate does; reasons are those that did not pass, gravest first."""
        decision = {HOLD: "hold", REFUSE: "refuse"}.get(verdict(gates), "publish")
        reasons = [{"code": gate.code, "text": gate.text} for gate in failed(gates)]
        return cls(decision, metrics | {"gates": [asdict(gate) for gate in gates]}, reasons)


@dataclass(frozen=True)
class Kind:
    """One kind of result. All functions but `prepare`, `work` and `finish` run in a transaction.

    `prepare` may run again after a lost worker, so it begins by clearing what it had stored;
    it returns the number of chunks, 0 when `finish` does all the work. `work` stores one chunk's
    result in the transaction that marks the chunk done. `publish` and `take_back` get the run
    that becomes the published one and the one it replaces.
    """

    name: str
    prepare: Callable[[Run], int]
    finish: Callable[[Run], Verdict]
    publish: Callable[[Run, Run | None], None]
    take_back: Callable[[Run, Run], None]
    forget: Callable[[Run], None]
    work: Callable[[Run, int], None] | None = None


_kinds: dict[str, Kind | str] = {}


def register(name: str, kind: Kind | str) -> None:
    """Make a kind known; called once, from its app's `ready()`.

    A dotted path to the kind is imported at its first use: what computes is slow to import,
    and only workers compute.
    """
    _kinds[name] = kind


def get(name: str) -> Kind:
    """Return the kind of this name; KeyError when there is none."""
    kind = _kinds[name]
    return import_string(kind) if isinstance(kind, str) else kind


def names() -> list[str]:
    """Return the names of all kinds, in a fixed order."""
    return sorted(_kinds, key=["segments", "similar", "bought-together", "personal"].index)
