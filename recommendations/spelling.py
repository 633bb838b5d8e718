"""Names that a name may have been meant for."""

from collections.abc import Iterable
from difflib import get_close_matches


def near(name: str, known: Iterable[str], most: int = 3) -> list[str]:
    """Return the known names most like one; of a category path, its last step will do.

    Parameters
    ----------
    name : str
        As somebody wrote it.
    known : iterable of str
        Brands, attributes or category paths, those preferred first.
    most : int
        How many to return.

    Returns
    -------
    list of str
        The nearest first; empty where nothing is near.

    Examples
    --------
    >>> near("akme", ["Zen", "Acme"]), near("Mugs", ["Home", "Home > Mugs"]), near("x", ["Zen"])
    (['Acme'], ['Home > Mugs'], [])
    """
    folded: dict[str, str] = {}
    for each in known:
        for key in (each, each.rpartition(">")[2]):
            folded.setdefault(key.strip().lower(), each)
    found = get_close_matches(name.strip().lower(), folded, n=most)
    return list(dict.fromkeys(folded[key] for key in found))
