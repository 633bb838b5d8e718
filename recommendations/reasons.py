"""Why a product is in a list -> one short clause for shoppers: "Also merino, same brand"."""

import re
from collections.abc import Collection, Sequence
from math import hypot

# A clause is read in passing: this many things, each of this many words.
MOST_THINGS = 2
MOST_WORDS = 3
# What is said first; of each only what counts most. A word says more than its category.
ORDER = ("word", "category", "same", "price")

_MEASURE = re.compile(r"[\d.,]+[^\W\d]{1,5}")
_WORD = re.compile(r"[^\s,;:/()|]+|[,;:/()|]")


def shared_terms(
    one: tuple[Sequence[int], Sequence[float]], other: tuple[Sequence[int], Sequence[float]]
) -> list[tuple[int, float]]:
    """Part the cosine of two products into what each shared term gives.

    Parameters
    ----------
    one, other : tuple of (sequence of int, sequence of float)
        The columns of a product's terms, at least one, and their weights: no unit, above 0.

    Returns
    -------
    list of (int, float)
        Shared columns and what each gives, the most first, of equal shares the lower column.
        The shares sum to the cosine: no unit, from 0 to 1.

    Examples
    --------
    >>> shared_terms(([0, 1, 2], [1.0, 2.0, 2.0]), ([1, 2], [3.0, 4.0]))
    [(2, 0.5333333333333333), (1, 0.4)]
    """
    length = hypot(*one[1]) * hypot(*other[1])
    weights = dict(zip(*one, strict=True))
    shares = [
        (column, weights[column] * weight / length)
        for column, weight in zip(*other, strict=True)
        if column in weights
    ]
    return sorted(shares, key=lambda term: (-term[1], term[0]))


def clause(labels: Sequence[str], title: str = "", product_type: str = "") -> str:
    """Say what two products share.

    Parameters
    ----------
    labels : sequence of str
        Shared terms, what counts most first: plain words, or a name and a value as in
        ``"brand: acme"``, ``"category: home > mugs"``.
    title, product_type : str
        Of the product that is recommended: which words stand side by side there, and how its
        category is spelled.

    Returns
    -------
    str
        A clause without a full stop; empty when nothing can be said in a few words.

    Examples
    --------
    >>> clause(["merino", "brand: acme", "crew"], "Men's Merino Crew Socks")
    'Also merino crew, same brand'
    >>> clause(["category: home > mugs", "price: 11 to 17 EUR"], product_type="Home > Mugs")
    'Also in Mugs, similar price'
    """
    words = {label for label in labels if ": " not in label}
    said: dict[str, str] = {}
    for label in labels:
        kind, text = _thing(label, words, title, product_type)
        if text:
            said.setdefault(kind, text)
    if "word" in said:
        said.pop("category", None)
    things = ", ".join([said[kind] for kind in ORDER if kind in said][:MOST_THINGS])
    return things[:1].upper() + things[1:]


def _thing(label: str, words: Collection[str], title: str, product_type: str) -> tuple[str, str]:
    """Return what kind of thing a term says, and how; nothing when it would be no help."""
    name, colon, value = label.partition(": ")
    if not colon and _MEASURE.fullmatch(label):
        return "same", "same size"
    if not colon:
        says_something = len(label) > 2 and not label.isdigit()
        return "word", f"also {_phrase(label, words, title)}" if says_something else ""
    if name == "brand":
        return "same", "same brand"
    if name == "price":
        return "price", "similar price"
    if name == "category":
        return "category", f"also in {_leaf(value, product_type)}"
    if value in ("yes", "no"):
        return "word", f"also {name}" if value == "yes" else ""
    return ("word", f"also {value}") if value.isalpha() else ("same", f"same {name}")


def _phrase(word: str, words: Collection[str], title: str) -> str:
    """Return a shared word with the shared words beside it in the title."""
    parts = _WORD.findall(title.casefold())
    if word not in parts:
        return word
    first = last = parts.index(word)
    while first > 0 and last - first + 1 < MOST_WORDS and parts[first - 1] in words:
        first -= 1
    while last + 1 < len(parts) and last - first + 1 < MOST_WORDS and parts[last + 1] in words:
        last += 1
    return " ".join(parts[first : last + 1])


def _leaf(folded_path: str, product_type: str) -> str:
    """Return the last step of a shared category, spelled as in the product's path."""
    steps = [step.strip() for step in product_type.split(">")]
    depth = folded_path.count(">")
    return steps[depth] if depth < len(steps) else folded_path.rsplit("> ", 1)[-1]
