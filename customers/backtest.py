"""What segments made a quarter ago would have said of what customers spent since."""

from dataclasses import dataclass

import numpy as np

from customers.features import Features
from customers.scoring import measure_yardsticks, rfm_groups, score_customers
from customers.segmentation.clusters import assign, fit_clusters
from customers.segmentation.evidence import eta_squared
from customers.transform import apply_transform, fit_transform

LONGEST_DAYS, SHORTEST_DAYS = 91, 14
FEWEST_CUSTOMERS, FEWEST_BUYERS = 300, 20
FEWEST_ORDERS_AGAIN = 0.02  # a share of buyers below which there is nothing to foretell
TOO_LITTLE_TO_COMPARE = 0.02


@dataclass(frozen=True)
class Foresight:
    """η² of log spend in the days that followed, by three ways to group customers."""

    days: int
    customers: int
    segments: float
    with_tiers: float
    rfm: float

    @property
    def against_rfm(self) -> float | None:
        """Segment × tier over RFM names; None when neither foretells anything."""
        if max(self.rfm, self.with_tiers) < TOO_LITTLE_TO_COMPARE:
            return None
        return self.with_tiers / max(self.rfm, 1e-9)


def horizon_days(history: float) -> int | None:
    """Return how many days to look back, given days of history; None when there are too few.

    Examples
    --------
    >>> horizon_days(730), horizon_days(60), horizon_days(20)
    (91, 20, None)
    """
    days = int(min(LONGEST_DAYS, history // 3))
    return days if days >= SHORTEST_DAYS else None


def look_back(
    features: Features, spent: np.ndarray, days: int, k: int, *, seed: int
) -> Foresight | None:
    """Segment customers as they were then, and see what that says of what they spent since.

    Parameters
    ----------
    features : Features
        As of `days` ago, norms measured then.
    spent : ndarray of shape (n_customers,)
        Money each has spent since.
    days : int
        How long ago that is.
    k : int
        Segments.
    seed : int
        Of the starts.

    Returns
    -------
    Foresight or None
        None when too few customers, or buyers among them, tell anything.
    """
    buyers = int((spent > 0).sum())
    needed = max(FEWEST_BUYERS, FEWEST_ORDERS_AGAIN * len(spent))
    if len(spent) < FEWEST_CUSTOMERS or buyers < needed:
        return None
    try:
        z = apply_transform(fit_transform(features), features)
        labels = assign(z, fit_clusters(z, k, seed=seed).centres).labels.astype(int)
    except ValueError:
        return None
    scores = score_customers(features, measure_yardsticks(features))
    return Foresight(
        days=days,
        customers=len(spent),
        segments=eta_squared(labels, spent),
        with_tiers=eta_squared(3 * labels + scores.tiers, spent),
        rfm=eta_squared(rfm_groups(scores), spent),
    )
