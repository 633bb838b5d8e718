"""Conditions that a list of customers has by a filter or a link, written as `name:value`."""

import re
from collections.abc import Mapping

from customers.insights.counted import Buyers

NONE, BORDERLINE, NEVER = "none", "borderline", "never"
SEARCHED_MOST = 100
_FIXED = {
    f"segment:{NONE}": "in no segment",
    f"segment:{BORDERLINE}": "nearly in another segment",
    f"last_order:{NEVER}": "who never ordered",
}
_MOVED = re.compile(r"[-\w]+\.[-\w]+")


def makes_sense(condition: str) -> bool:
    """Say whether a condition can be kept.

    Examples
    --------
    >>> [makes_sense(each) for each in ("q:ada", "segment:none", "bought:2026-03.12.top5", "x:y")]
    [True, True, True, False]
    """
    name, _, value = condition.partition(":")
    if name == "q":
        return value.isprintable() and 0 < len(value.strip()) <= SEARCHED_MOST
    if name == "moved":
        return bool(_MOVED.fullmatch(value))
    return condition in _FIXED or (name == "bought" and Buyers.read(value) is not None)


def said(condition: str, segment_names: Mapping[str, str] | None = None) -> str:
    r"""Say who meets a condition, as a clause after "Customers".

    Parameters
    ----------
    condition : str
        One that makes sense; any other is told as met by nobody.
    segment_names : mapping of str to str, optional
        What each segment's key is called.

    Returns
    -------
    str

    Examples
    --------
    >>> said("bought:2026-03.12.top5.loyal", {"loyal": "Loyal"})
    'among the top 5\xa0% of the 12 months to Mar 2026, counted within Loyal'
    >>> said("moved:loyal.none", {"loyal": "Loyal"})
    'who moved lately from Loyal to no segment'
    """
    if not makes_sense(condition):
        return "of a kind that is not known: nobody"
    names = {NONE: "no segment", **(segment_names or {})}
    name, _, value = condition.partition(":")
    if name == "q":
        return f"found by “{value}”"
    if name == "moved":
        left, entered = (names.get(key, key) for key in value.split("."))
        return f"who moved lately from {left} to {entered}"
    if name == "bought":
        counted = Buyers.read(value)
        segment = counted.segment
        within = f", counted within {names.get(segment, segment)}" if segment else ""
        return f"among the {counted.words}{within}"
    return _FIXED[condition]
