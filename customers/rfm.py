"""Recency, frequency, money: scores from 1 to 5, and a name for each of the 125 codes."""

from dataclasses import asdict, dataclass

import numpy as np

QUINTILES = (0.2, 0.4, 0.6, 0.8)

# Rows: recency from 5 (just bought) to 1; columns: the mean of frequency and money, 1 to 5.
GRID = {
    5: ("New", "New", "Active", "Champions", "Champions"),
    4: ("Promising", "Promising", "Active", "Loyal", "Loyal"),
    3: ("Needs attention", "Needs attention", "Needs attention", "Loyal", "Loyal"),
    2: ("Almost lost", "Almost lost", "At risk", "At risk", "Previously loyal"),
    1: ("Dormant", "Dormant", "At risk", "At risk", "Previously loyal"),
}
BIG_SPENDERS = "Big spenders"  # here lately, few orders, the most money

# What staff read of each group: who they are, and what to do.
GROUPS = {
    "Champions": (
        "Bought just now, buy often and spend the most.",
        "Early access and a loyalty tier, no discounts.",
    ),
    "Loyal": (
        "Buy often and spend well, and were here lately.",
        "Cross-sell to the next category; ask for a referral.",
    ),
    BIG_SPENDERS: (
        "Few orders but large ones, and the last is not long ago.",
        "Accessories and care for what they bought; personal service.",
    ),
    "Active": (
        "Bought lately, now and then, for a middling sum.",
        "Show what goes with their last order.",
    ),
    "New": (
        "Bought just now, and not much so far.",
        "Welcome series and a reason for the second order.",
    ),
    "Promising": (
        "Bought lately, and not much so far.",
        "A nudge towards the second order.",
    ),
    "Needs attention": (
        "Neither lately nor long ago, with little to middling spend.",
        "A reminder of what they looked for.",
    ),
    "Almost lost": (
        "Long silent, with few orders and little spend.",
        "A low-cost reminder.",
    ),
    "At risk": (
        "Used to buy regularly and have gone quiet.",
        "A personal reminder before any discount.",
    ),
    "Previously loyal": (
        "Were among the best customers and have gone quiet.",
        "Personal win-back; ask what went wrong.",
    ),
    "Dormant": (
        "Silent the longest, with few orders and little spend.",
        "One last message, then leave them in peace.",
    ),
}


@dataclass(frozen=True)
class Thresholds:
    """The cut points of a shop; a customer's score counts those passed.

    Days since the last order, number of orders, and money spent: four of each, rising.
    """

    days_since_last_order: tuple[float, ...]
    order_count: tuple[float, ...]
    total_spent: tuple[float, ...]

    def to_json(self) -> dict:
        """Return plain lists of numbers."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict) -> "Thresholds":
        """Read what `to_json` wrote."""
        return cls(**{name: tuple(values) for name, values in stored.items()})


def measure_thresholds(
    days_since_last_order: np.ndarray, order_count: np.ndarray, total_spent: np.ndarray
) -> Thresholds:
    """Find the cut points that part customers into fifths, as far as equal values allow.

    Parameters
    ----------
    days_since_last_order, order_count, total_spent : ndarray of shape (n_customers,)
        Days, orders, and money of at least one customer.

    Returns
    -------
    Thresholds
        Values that occur, so that equal customers always get equal scores.

    Examples
    --------
    >>> fives = np.arange(1.0, 6)
    >>> measure_thresholds(fives, fives, fives).order_count
    (1.0, 2.0, 3.0, 4.0)
    """
    return Thresholds(
        *(
            tuple(np.quantile(values, QUINTILES, method="inverted_cdf").tolist())
            for values in (days_since_last_order, order_count, total_spent)
        )
    )


def score(
    thresholds: Thresholds,
    days_since_last_order: np.ndarray,
    order_count: np.ndarray,
    total_spent: np.ndarray,
) -> np.ndarray:
    """Score customers from 1 to 5 by recency, frequency and money.

    Parameters
    ----------
    thresholds : Thresholds
        The shop's cut points.
    days_since_last_order, order_count, total_spent : ndarray of shape (n_customers,)
        Days, orders, and money.

    Returns
    -------
    ndarray of int, shape (n_customers, 3)
        Recency (5 = latest), frequency, money; equal values have equal scores.

    Examples
    --------
    >>> cuts = Thresholds((7, 30, 90, 365), (1, 1, 2, 4), (10, 20, 50, 100))
    >>> score(cuts, np.array([3, 400]), np.array([1, 2]), np.array([60, 10])).tolist()
    [[5, 1, 4], [1, 3, 1]]
    """
    passed = [
        np.searchsorted(np.asarray(cuts), values, "left")
        for cuts, values in (
            (thresholds.days_since_last_order, days_since_last_order),
            (thresholds.order_count, order_count),
            (thresholds.total_spent, total_spent),
        )
    ]
    return np.column_stack([5 - passed[0], 1 + passed[1], 1 + passed[2]])


def name_of(recency: int, frequency: int, money: int) -> str:
    """Name a code; every one of the 125 has exactly one name.

    Parameters
    ----------
    recency, frequency, money : int
        Scores from 1 to 5.

    Returns
    -------
    str
        One of the 11 names of GROUPS.

    Raises
    ------
    ValueError
        If a score is not from 1 to 5.

    Examples
    --------
    >>> name_of(5, 5, 5), name_of(4, 1, 5), name_of(1, 1, 1)
    ('Champions', 'Big spenders', 'Dormant')
    """
    if not all(1 <= mark <= 5 for mark in (recency, frequency, money)):
        raise ValueError("scores are from 1 to 5")
    if money == 5 and frequency <= 2 and recency >= 3:
        return BIG_SPENDERS
    return GRID[recency][(frequency + money + 1) // 2 - 1]


def key_of(name: str) -> str:
    """Return the segment key of a group that stands in for segments.

    Examples
    --------
    >>> key_of("Needs attention")
    'rfm-needs-attention'
    """
    return "rfm-" + name.lower().replace(" ", "-")
