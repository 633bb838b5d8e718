"""What a list's id tells: equal for equal lists, and enough to say where each place came from.

So a shown or clicked product is counted for its source without anything stored when lists are read.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from itertools import groupby

KINDS = ("similar", "bought-together", "basket", "for-customer", "buy-again", "popular")
SIGNS = {
    "similar": "s",
    "bought_together": "b",
    "personal": "p",
    "buy_again": "a",
    "pinned": "i",
    "popular_in_category": "c",
    "popular_in_segment": "g",
    "popular": "o",
}
_SOURCES = {sign: source for source, sign in SIGNS.items()}
MOST_PLACES = 100
_ID = re.compile(
    "(" + "|".join(KINDS) + r")-(model|baseline)-((?:[1-9]\d{0,2}[a-z])*)-[0-9a-f]{18}"
)


@dataclass(frozen=True)
class ListTold:
    """What the id of a list tells.

    Attributes
    ----------
    kind : str
        What was asked for: one of `KINDS`.
    arm : str
        ``"model"`` or, of the hold-out, ``"baseline"``.
    sources : tuple of str
        The source of each place, the first place first.
    """

    kind: str
    arm: str
    sources: tuple[str, ...]


def list_id(kind: str, arm: str, places: Iterable[tuple[str, str]]) -> str:
    """Write the id of a list.

    Parameters
    ----------
    kind, arm : str
        What was asked for, and the hold-out's arm.
    places : iterable of (str, str)
        The product's id and the source of each place, in order.

    Returns
    -------
    str
        Kind, arm, how many places each source has in turn, and a hash of all that is shown.

    Examples
    --------
    >>> list_id("similar", "model", [("cup", "similar"), ("jug", "similar"), ("hat", "popular")])
    'similar-model-2s1o-c5ffcbf1beb1d5a754'
    """
    shown = list(places)
    runs = groupby(SIGNS[source] for _, source in shown)
    counts = "".join(f"{len(list(run))}{sign}" for sign, run in runs)
    digest = blake2b(repr(shown).encode(), digest_size=9).hexdigest()
    return f"{kind}-{arm}-{counts}-{digest}"


def read_list_id(text: str) -> ListTold | None:
    """Read what an id tells; None when no list of ours has such an id.

    Parameters
    ----------
    text : str
        As `list_id` writes it.

    Returns
    -------
    ListTold or None
        The kind, the arm and the source of each place.

    Examples
    --------
    >>> read_list_id("similar-model-2s1o-c5ffcbf1beb1d5a754").sources
    ('similar', 'similar', 'popular')
    >>> read_list_id("anything")
    """
    told = _ID.fullmatch(text)
    if not told:
        return None
    runs = [(int(count), sign) for count, sign in re.findall(r"(\d+)([a-z])", told[3])]
    if sum(count for count, _ in runs) > MOST_PLACES or any(s not in _SOURCES for _, s in runs):
        return None
    sources = [_SOURCES[sign] for count, sign in runs for _ in range(count)]
    return ListTold(told[1], told[2], tuple(sources))
