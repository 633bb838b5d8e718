"""Faces and keys: a colour and a mark for life, a key that is never used twice."""

import re
from collections.abc import Collection

# Okabe and Ito's colours and those of Tol's muted set that differ from them, for the colour-blind.
COLOURS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#332288",
    "#882255",
    "#999933",
    "#117733",
    "#CC6677",
    "#44AA99",
)
MARKS = ("●", "▲", "■", "◆", "★", "▼", "✚", "⬢", "♥", "♣", "♠", "◗")
LONGEST_KEY = 80

Face = tuple[str, str]


def next_face(taken: Collection[Face]) -> Face:
    """Choose a colour and a mark for a new segment.

    Parameters
    ----------
    taken : collection of (str, str)
        Faces of the segments alive.

    Returns
    -------
    tuple of (str, str)
        The first colour and the first mark that none of them has; when all are in use, the pair
        least in use.

    Examples
    --------
    >>> next_face([("#0072B2", "●")])
    ('#D55E00', '▲')
    """
    colours, marks = [colour for colour, _ in taken], [mark for _, mark in taken]
    return min(COLOURS, key=colours.count), min(MARKS, key=marks.count)


def new_key(name: str, taken: Collection[str]) -> str:
    """Make a key of a name, unlike any key ever given.

    Parameters
    ----------
    name : str
        The segment's name.
    taken : collection of str
        All keys given so far, those of retired segments too.

    Returns
    -------
    str
        Lower-case letters, digits and hyphens.

    Examples
    --------
    >>> new_key("One-time, gone quiet", {"one-time-gone-quiet"})
    'one-time-gone-quiet-2'
    """
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[: LONGEST_KEY - 5] or "segment"
    keys = [slug, *(f"{slug}-{number}" for number in range(2, len(taken) + 3))]
    return next(key for key in keys if key not in taken)
