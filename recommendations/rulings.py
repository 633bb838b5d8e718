"""Rules that staff set, as lists follow them: what is pinned where, what is boosted how far."""

from collections.abc import Iterable
from dataclasses import dataclass

PIN, HIDE, BOOST, SAME, OTHER = "pin", "hide", "boost", "same", "other"


@dataclass(frozen=True, slots=True)
class Ruling:
    """A rule in force, reduced to what a list needs to know.

    Attributes
    ----------
    id : int
        Of two rules that contradict each other, the lower one is followed first.
    action : {"pin", "hide", "boost", "same", "other"}
        What it does.
    within : str
        A category path: for lists beside its products, and lists asked for of it. Empty: any.
    product : int or None
        The key of the product it is about.
    category, brand : str
        The category path or brand it is about, in the place of a product; empty: none.
    attribute : str
        What must be, or must not be, as of the product shown.
    position : int
        Of a pin, from 1.
    factor : float
        Of a boost, above 0.
    """

    id: int
    action: str
    within: str = ""
    product: int | None = None
    category: str = ""
    brand: str = ""
    attribute: str = ""
    position: int = 0
    factor: float = 1.0


def is_in(product_type: str, path: str) -> bool:
    """Say whether a category path is another one or lies below it, whatever the case.

    Parameters
    ----------
    product_type, path : str
        As in ``"Home > Mugs"``.

    Returns
    -------
    bool
        Every path lies below the empty one.

    Examples
    --------
    >>> is_in("Home > Mugs > Small", "home >mugs"), is_in("Homeware", "Home")
    (True, False)
    """
    steps, above = (
        [s.strip().lower() for s in p.split(">") if s.strip()] for p in (product_type, path)
    )
    return steps[: len(above)] == above


def in_force(rulings: Iterable[Ruling], product_type: str, asked: str) -> list[Ruling]:
    """Leave out rules for other categories.

    Parameters
    ----------
    rulings : iterable of Ruling
        Of any category.
    product_type, asked : str
        The category path of the product shown, and that asked for; empty for none.

    Returns
    -------
    list of Ruling
        Those for every list, and those for the category of this one.

    Examples
    --------
    >>> rulings = [Ruling(n, "hide", within=path) for n, path in enumerate(["", "Home", "Food"], 1)]
    >>> [ruling.id for ruling in in_force(rulings, "Home > Mugs", "")]
    [1, 2]
    """
    paths = [path for path in (product_type, asked) if path]
    return [
        ruling
        for ruling in rulings
        if not ruling.within or any(is_in(path, ruling.within) for path in paths)
    ]


def pins(rulings: Iterable[Ruling], limit: int) -> dict[int, int]:
    """Say which product is pinned to which place.

    Parameters
    ----------
    rulings : iterable of Ruling
        Those in force.
    limit : int
        How many places the list has.

    Returns
    -------
    dict of int to int
        Product keys by position from 1. Where a place is taken, the next free one is meant; what
        does not fit in is left out, and a product is pinned once.

    Examples
    --------
    >>> told = [Ruling(1, "pin", product=7, position=2), Ruling(2, "pin", product=8, position=2)]
    >>> pins(told, limit=10), pins(told, limit=2)
    ({2: 7, 3: 8}, {2: 7})
    """
    places: dict[int, int] = {}
    wished = [r for r in rulings if r.action == PIN and r.product is not None]
    for ruling in sorted(wished, key=lambda ruling: (ruling.position, ruling.id)):
        position = ruling.position
        while position in places:
            position += 1
        if position <= limit and ruling.product not in places.values():
            places[position] = ruling.product
    return places


def boost(rulings: Iterable[Ruling], product: int, product_type: str, brand: str) -> float:
    """Say how far a product is boosted.

    Parameters
    ----------
    rulings : iterable of Ruling
        Those in force.
    product : int
        Its key.
    product_type, brand : str
        Its category path and brand.

    Returns
    -------
    float
        The product of all factors, 1 where no rule is about it.

    Examples
    --------
    >>> of_brand = Ruling(1, "boost", brand="ACME", factor=2.0)
    >>> rulings = [of_brand, Ruling(2, "boost", product=7, factor=0.5)]
    >>> boost(rulings, 7, "", "Acme"), boost(rulings, 8, "", "Acme"), boost(rulings, 8, "", "")
    (1.0, 2.0, 1.0)
    """
    factor = 1.0
    for ruling in rulings:
        if ruling.action == BOOST and is_about(ruling, product, product_type, brand):
            factor *= ruling.factor
    return factor


def is_about(ruling: Ruling, product: int, product_type: str, brand: str) -> bool:
    """Say whether a rule is about a product, its category or its brand.

    Parameters
    ----------
    ruling : Ruling
        Any.
    product : int
        The product's key.
    product_type, brand : str
        Its category path and brand.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_about(Ruling(1, "hide", category="Home"), 7, "Home > Mugs", "")
    True
    """
    if ruling.product is not None:
        return ruling.product == product
    if ruling.category:
        return is_in(product_type, ruling.category)
    return bool(ruling.brand) and ruling.brand.lower() == brand.lower()
