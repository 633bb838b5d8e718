"""How many segments: stable first, then well separated, and not another number every month."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from customers.segmentation.clusters import assign, fit_clusters
from runs.wording import percent

COUNTS = tuple(range(5, 11))
PINNED = "k_pinned"
STABLE = 0.75
STABLE_ENOUGH_TO_STAY = 0.60
SMALLEST_SHARE = 0.02
CLOSE_TO_BEST = 0.95  # of the best silhouette
# What makes a sticky k give way: a silhouette so many times, a stability so much higher.
CLEARLY_BETTER, CLEARLY_STABLER = 1.10, 0.15
CUSTOMERS_A_SEGMENT = 50
SAMPLE, SILHOUETTE_SAMPLE = 10_000, 5_000
BOOTSTRAP_STARTS, STARTS = 3, 10
# Resamples: the fewer the customers, the more it takes to know how stable segments are.
BOOTSTRAPS, BOOTSTRAPPED_ROWS = (8, 12), 30_000


@dataclass(frozen=True)
class Candidate:
    """What a number of segments is worth.

    `stability` is the mean adjusted Rand index of fits to bootstrap samples against the fit to
    all, `silhouette` the mean over a sample, `smallest` the share of the smallest segment.
    """

    k: int
    stability: float
    silhouette: float
    smallest: float

    @property
    def sound(self) -> bool:
        """Say whether it is stable and has no tiny segment."""
        return self.stability >= STABLE and self.smallest >= SMALLEST_SHARE


@dataclass(frozen=True)
class Choice:
    """The number of segments, why it was taken, and what was measured of all."""

    k: int
    code: str
    text: str
    candidates: tuple[Candidate, ...]

    @property
    def chosen(self) -> Candidate:
        """Return what was measured of the k taken."""
        return next(candidate for candidate in self.candidates if candidate.k == self.k)


def choose_k(
    z: np.ndarray,
    *,
    seed: int,
    current: int | None = None,
    pinned: int | None = None,
    counts: Sequence[int] = COUNTS,
) -> Choice:
    """Choose how many segments these customers support.

    Parameters
    ----------
    z : ndarray of shape (n_customers, n_features)
        Coordinates; up to SAMPLE of them, spread evenly over the rows, are looked at.
    seed : int
        Of bootstraps, starts and samples.
    current : int, optional
        The number in use, which is kept while it is good enough.
    pinned : int, optional
        The number staff ask for; it is taken, and measured.
    counts : sequence of int
        Numbers to consider; those above one for each CUSTOMERS_A_SEGMENT customers are not.

    Returns
    -------
    Choice
        Rule: among numbers with stability ≥ STABLE and no segment below SMALLEST_SHARE, the
        largest whose silhouette is within 5 % of the best of them; when there is none, the most
        stable one without a tiny segment (code `k_soft`).

    Raises
    ------
    ValueError
        If there are fewer distinct customers than segments.

    References
    ----------
    Hennig, C. (2007). Cluster-wise assessment of cluster stability. Comput. Stat. Data Anal. 52.
    """
    z = z[:: max(1, -(-len(z) // SAMPLE))]
    if pinned:
        return _choice([measure_k(z, pinned, seed)], pinned, PINNED)
    counts = [k for k in counts if k * CUSTOMERS_A_SEGMENT <= len(z)] or [min(counts)]
    return decide_k([measure_k(z, k, seed) for k in counts], current)


def restate(choice: Choice, code: str) -> Choice:
    """Give another reason for the number in use, such as that staff ask for it from now on.

    Parameters
    ----------
    choice : Choice
        Made before.
    code : str
        `k_pinned` or `k_kept`.

    Returns
    -------
    Choice
        The same number and measurements.
    """
    return _choice(choice.candidates, choice.k, code)


def decide_k(candidates: Sequence[Candidate], current: int | None = None) -> Choice:
    """Apply the rule of `choose_k` to what was measured.

    Examples
    --------
    >>> decide_k([Candidate(4, 0.9, 0.30, 0.1), Candidate(5, 0.8, 0.29, 0.1),
    ...     Candidate(6, 0.7, 0.31, 0.1)]).k
    5
    """
    sound = [candidate for candidate in candidates if candidate.sound]
    if not sound:
        roomy = [c for c in candidates if c.smallest >= SMALLEST_SHARE] or candidates
        fresh = max(roomy, key=lambda c: (c.stability, -c.k))
    else:
        best = max(candidate.silhouette for candidate in sound)
        close = [c for c in sound if c.silhouette >= CLOSE_TO_BEST * best]
        fresh = max(close, key=lambda c: c.k)
    kept = next((c for c in candidates if c.k == current), None)
    if kept and kept.k != fresh.k and _may_stay(kept, fresh):
        return _choice(candidates, kept.k, "k_kept")
    return _choice(candidates, fresh.k, "k_chosen" if sound else "k_soft")


def measure_k(z: np.ndarray, k: int, seed: int) -> Candidate:
    """Measure what k segments of these customers are worth.

    Parameters
    ----------
    z : ndarray of shape (n_customers, n_features)
        Coordinates.
    k : int
        Segments, at least 2.
    seed : int
        Of bootstraps, starts and samples.

    Returns
    -------
    Candidate
        Stability from −1 to 1, silhouette from −1 to 1, share from 0 to 1.
    """
    from sklearn.metrics import adjusted_rand_score, silhouette_score  # as in `fit_clusters`

    random = np.random.default_rng(seed)
    labels = assign(z, fit_clusters(z, k, seed=seed, n_init=STARTS).centres).labels
    agreements = []
    for _ in range(int(np.clip(BOOTSTRAPPED_ROWS // len(z), *BOOTSTRAPS))):
        drawn = z[random.integers(0, len(z), len(z))]
        again = fit_clusters(drawn, k, seed=int(random.integers(2**31)), n_init=BOOTSTRAP_STARTS)
        agreements.append(adjusted_rand_score(labels, assign(z, again.centres).labels))
    sample = z[:: max(1, -(-len(z) // SILHOUETTE_SAMPLE))]
    sample_labels = labels[:: max(1, -(-len(z) // SILHOUETTE_SAMPLE))]
    apart = len(np.unique(sample_labels))
    return Candidate(
        k=k,
        stability=float(np.mean(agreements)),
        silhouette=float(silhouette_score(sample, sample_labels)) if apart > 1 else 0.0,
        smallest=float(np.bincount(labels, minlength=k).min() / len(z)),
    )


def _may_stay(kept: Candidate, fresh: Candidate) -> bool:
    """Say whether the number in use is good enough; of two poor ones, the one in use is."""
    if kept.smallest < SMALLEST_SHARE:
        return False
    if not fresh.sound:
        return kept.stability >= fresh.stability - CLEARLY_STABLER
    return (
        kept.stability >= STABLE_ENOUGH_TO_STAY
        and fresh.silhouette <= CLEARLY_BETTER * kept.silhouette
    )


def _choice(candidates: Sequence[Candidate], k: int, code: str) -> Choice:
    taken = next(candidate for candidate in candidates if candidate.k == k)
    why = {
        PINNED: "as staff asked for",
        "k_kept": "as before, since no other number is clearly better",
        "k_chosen": "the finest split that is stable and nearly as well separated as the best",
        "k_soft": "the most stable split; none is as stable as it should be",
    }[code]
    text = (
        f"{k} segments, {why} (stability {taken.stability:.2f}, silhouette "
        f"{taken.silhouette:.2f}, smallest {percent(taken.smallest)})."
    )
    return Choice(k, code, text, tuple(candidates))
