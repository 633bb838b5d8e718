"""Two lists side by side: what came, what is gone, what moved past others."""

from bisect import bisect_left
from collections.abc import Sequence

CAME, GONE, MOVED = "came", "gone", "moved"


def changes(before: Sequence[int], after: Sequence[int]) -> dict[int, str]:
    """Say what happened to each product between two lists.

    Parameters
    ----------
    before, after : sequence of int
        Product keys by place, each at most once.

    Returns
    -------
    dict of int to {"came", "gone", "moved"}
        As few as possible are said to have moved: what was only pushed on by others has not.

    Examples
    --------
    >>> changes([1, 2, 3, 4], [4, 1, 2, 3])
    {4: 'moved'}
    >>> changes([1, 2, 3], [2, 3, 5])
    {1: 'gone', 5: 'came'}
    """
    places = {product: place for place, product in enumerate(before)}
    stayed = [product for product in after if product in places]
    kept = {stayed[n] for n in _rising([places[product] for product in stayed])}
    gone = {*before} - {*after}
    said = {product: GONE for product in before if product in gone}
    said |= {product: CAME for product in after if product not in places}
    return said | {product: MOVED for product in stayed if product not in kept}


def _rising(numbers: Sequence[int]) -> list[int]:
    """Return the indices of a longest rising part of distinct numbers.

    >>> _rising([3, 0, 1, 2])
    [1, 2, 3]
    """
    ends: list[int] = []  # of the best part of each length, its last number
    last_of: list[int] = []  # and that one's index
    came_from: list[int] = []
    for index, number in enumerate(numbers):
        length = bisect_left(ends, number)
        ends[length : length + 1] = [number]
        last_of[length : length + 1] = [index]
        came_from.append(last_of[length - 1] if length else -1)
    found, index = [], last_of[-1] if last_of else -1
    while index >= 0:
        found.append(index)
        index = came_from[index]
    return found[::-1]
