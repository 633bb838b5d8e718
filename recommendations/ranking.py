"""Candidates -> the list that is shown: exactly as many as asked for, each with its place.

A walk goes down the candidates of every source in turn and takes what may be shown until the
list is full. It reads no further than that, so sources may be generators.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from math import inf

HIDDEN, OUT_OF_STOCK, PURCHASED = "hidden", "out_of_stock", "purchased"
SAME_GROUP, FILTERED = "same_group", "filtered"
# Why a candidate is dropped; where several apply, the first of these counts.
REASONS = (HIDDEN, OUT_OF_STOCK, PURCHASED, SAME_GROUP, FILTERED)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A product that a source proposes.

    Attributes
    ----------
    product : int
        Its key; the same product may be proposed by several sources.
    source : str
        Who proposes it.
    name : str
        What orders candidates of equal score.
    score : float or None
        What the source says of it, without unit; None where the source only has an order.
    group : str
        Variants of one article share it; empty for a product that stands alone.
    reason : str
        One of `REASONS` when it may not be shown, whatever else is in the list; else empty.
    """

    product: int
    source: str
    name: str = ""
    score: float | None = None
    group: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Ranking:
    """A list, and what was left out of it.

    Attributes
    ----------
    places : list of Candidate
        What is shown, first place first.
    removed : dict of str to int
        How many different candidates were dropped above the last place, for each of `REASONS`.
    is_full : bool
        Whether as many were found as were asked for.
    """

    places: list[Candidate]
    removed: dict[str, int]
    is_full: bool


def by_score(
    candidates: Iterable[Candidate], boosts: Mapping[int, float] | None = None
) -> list[Candidate]:
    """Order the candidates of one source by falling score, equal ones by name.

    Parameters
    ----------
    candidates : iterable of Candidate
        All with a score.
    boosts : mapping of int to float, optional
        Factors by product key, above 0, 1 where not given. They change the order, never a score; a
        score below 0 is divided by them, so that a factor above 1 moves any product up.

    Returns
    -------
    list of Candidate
        The same candidates, best first.

    Examples
    --------
    >>> pan, pot = Candidate(1, "similar", "pan", 0.5), Candidate(2, "similar", "pot", 0.4)
    >>> [candidate.name for candidate in by_score([pot, pan])]
    ['pan', 'pot']
    >>> [candidate.name for candidate in by_score([pot, pan], boosts={2: 2.0})]
    ['pot', 'pan']
    """
    factors = boosts or {}

    def place(candidate: Candidate) -> tuple[float, str]:
        factor = factors.get(candidate.product, 1.0)
        score = candidate.score * (factor if candidate.score > 0 else 1 / factor)
        return -score, candidate.name

    return sorted(candidates, key=place)


def rank(
    candidates: Iterable[Candidate],
    limit: int,
    *,
    one_per_group: bool = True,
    min_score: float = -inf,
    pins: Mapping[int, Candidate] | None = None,
) -> Ranking:
    """Take the first candidates that may be shown.

    Parameters
    ----------
    candidates : iterable of Candidate
        In the order in which they are to be shown, source after source. A product that comes
        again is passed over.
    limit : int
        How many places there are, from 1.
    one_per_group : bool
        Whether a group that is in the list gets no second place.
    min_score : float
        Candidates with a score below it are dropped as filtered; those without one are not.
    pins : mapping of int to Candidate, optional
        By position from 1, what stands there ahead of all sources. A pin that may not be shown
        is dropped like any candidate, and its position goes to the next in line.

    Returns
    -------
    Ranking
        As many places as `limit`; fewer only when the candidates ran out, and then everything
        that was dropped is counted.

    Raises
    ------
    ValueError
        If limit is less than 1.

    Examples
    --------
    Two cups of one group, a sold-out pot, a pan: the better cup and the pan are shown.

    >>> ranking = rank(
    ...     [
    ...         Candidate(1, "similar", "cup", 0.9, group="cups"),
    ...         Candidate(2, "similar", "large cup", 0.8, group="cups"),
    ...         Candidate(3, "similar", "pot", 0.7, reason="out_of_stock"),
    ...         Candidate(4, "popular", "pan"),
    ...     ],
    ...     limit=2,
    ... )
    >>> [place.name for place in ranking.places]
    ['cup', 'pan']
    >>> {reason: number for reason, number in ranking.removed.items() if number}
    {'out_of_stock': 1, 'same_group': 1}
    """
    if limit < 1:
        raise ValueError(f"limit is {limit}; a list has at least one place")
    walk = _Walk(one_per_group, min_score)
    wished = sorted((pins or {}).items())
    pinned = {at: pin for at, pin in wished if at <= limit and walk.takes(pin)}
    wanted = limit - len(pinned)
    taken = list(islice(filter(walk.takes, candidates), wanted))
    line = iter(taken)
    places = [pinned.get(at) or next(line, None) for at in range(1, limit + 1)]
    return Ranking([place for place in places if place], walk.removed, len(taken) == wanted)


@dataclass
class _Walk:
    """What a walk has met so far."""

    one_per_group: bool
    min_score: float
    seen: set[int] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    removed: dict[str, int] = field(default_factory=lambda: dict.fromkeys(REASONS, 0))

    def takes(self, candidate: Candidate) -> bool:
        """Say whether the candidate gets a place; remember it either way."""
        if candidate.product in self.seen:
            return False
        self.seen.add(candidate.product)
        if reason := self._reason_against(candidate):
            self.removed[reason] += 1
            return False
        if self.one_per_group and candidate.group:
            self.groups.add(candidate.group)
        return True

    def _reason_against(self, candidate: Candidate) -> str:
        if candidate.reason not in ("", FILTERED):
            return candidate.reason
        if candidate.group in self.groups:
            return SAME_GROUP
        too_low = candidate.score is not None and candidate.score < self.min_score
        return FILTERED if too_low else candidate.reason
