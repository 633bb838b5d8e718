"""What a fit learns: norms, coordinates, centres; found cold or from what was known before."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime

import numpy as np

from customers.features import Features
from customers.norms import ShopNorms
from customers.segmentation.choice import Candidate, Choice, choose_k
from customers.segmentation.clusters import Assignment, Clusters, assign, fit_clusters
from customers.segmentation.matching import match_segments
from customers.transform import Transform, apply_transform, fit_transform

CLEARLY_TIGHTER = 0.97  # of another fit's inertia, for which more customers may have to move


@dataclass(frozen=True)
class Learned:
    """All that is needed to assign a customer again, without the data it was learned from.

    `shares` and `mean_squared_distance` are those of the customers it was learned from, `start`
    says which start won.
    """

    norms: ShopNorms
    transform: Transform
    centres: np.ndarray
    shares: np.ndarray
    mean_squared_distance: float
    fitted_as_of: datetime
    choice: Choice
    start: str

    @property
    def k(self) -> int:
        """How many segments there are."""
        return len(self.centres)

    def coordinates(self, features: Features) -> np.ndarray:
        """Return the coordinates of customers whose features were built with these norms."""
        return apply_transform(self.transform, features)

    def to_json(self) -> dict:
        """Return plain lists and numbers."""
        return {
            "norms": self.norms.to_json(),
            "transform": self.transform.to_json(),
            "centres": self.centres.tolist(),
            "shares": self.shares.tolist(),
            "mean_squared_distance": self.mean_squared_distance,
            "fitted_as_of": self.fitted_as_of.isoformat(),
            "choice": asdict(self.choice),
            "start": self.start,
        }

    @classmethod
    def from_json(cls, stored: dict) -> "Learned":
        """Read what `to_json` wrote."""
        candidates = tuple(Candidate(**one) for one in stored["choice"]["candidates"])
        return cls(
            norms=ShopNorms.from_json(stored["norms"]),
            transform=Transform.from_json(stored["transform"]),
            centres=np.array(stored["centres"]),
            shares=np.array(stored["shares"]),
            mean_squared_distance=stored["mean_squared_distance"],
            fitted_as_of=datetime.fromisoformat(stored["fitted_as_of"]),
            choice=Choice(**stored["choice"] | {"candidates": candidates}),
            start=stored["start"],
        )


def learn(
    features: Features,
    as_of: datetime,
    *,
    seed: int,
    current: np.ndarray | None = None,
    current_k: int | None = None,
    pinned: int | None = None,
) -> tuple[Learned, Assignment, np.ndarray]:
    """Fit segments to these customers, continuing those there are.

    Parameters
    ----------
    features : Features
        Raw features, norms measured from these customers.
    as_of : datetime
        The instant they were computed for.
    seed : int
        Of samples and starts.
    current : ndarray of int, shape (n_customers,), optional
        Segment of each customer by the model until now, −1 for none.
    current_k : int, optional
        How many segments there are now.
    pinned : int, optional
        How many staff ask for.

    Returns
    -------
    learned : Learned
        The new model.
    assignment : Assignment
        Of these customers by it; whoever has a segment that goes on leaves it only for a clearly
        nearer one.
    matched : ndarray of int, shape (k,)
        The segment until now that each new one continues, −1 for none.

    Raises
    ------
    ValueError
        If customers do not differ, or there are fewer distinct ones than segments.
    """
    transform = fit_transform(features)
    z = apply_transform(transform, features)
    choice = choose_k(z, seed=seed, current=current_k, pinned=pinned)
    clusters, start = best_start(z, choice.k, seed, current)
    assignment = assign(z, clusters.centres)
    matched = np.full(choice.k, -1)
    if current is not None and current_k:
        matched = match_segments(current, assignment.labels, current_k, choice.k)
        assignment = assign(z, clusters.centres, _carried(current, matched, current_k))
    learned = Learned(
        norms=features.norms,
        transform=transform,
        centres=clusters.centres,
        shares=np.bincount(assignment.labels, minlength=choice.k) / len(z),
        mean_squared_distance=clusters.mean_squared_distance,
        fitted_as_of=as_of,
        choice=choice,
        start=start,
    )
    return learned, assignment, matched


def best_start(
    z: np.ndarray, k: int, seed: int, current: np.ndarray | None
) -> tuple[Clusters, str]:
    """Fit from nothing, from the present segments, or leave these where their members are now.

    Parameters
    ----------
    z : ndarray of shape (n_customers, n_features)
        Coordinates.
    k : int
        Segments.
    seed : int
        Of the start from nothing.
    current : ndarray of int, shape (n_customers,), optional
        Present segment of each customer, −1 for none.

    Returns
    -------
    clusters : Clusters
        Those that change least, unless others are clearly tighter.
    start : str
        `recentred`, `warm` or `cold`; always cold unless there are just k segments now.
    """
    cold = fit_clusters(z, k, seed=seed)
    means = None if current is None else _means(z, current, k)
    if means is None:
        return cold, "cold"
    warm = fit_clusters(z, k, seed=seed, start=means)
    recentred = Clusters(means, float(assign(z, means).squared_distance.mean()))
    ladder = ((recentred, "recentred"), (warm, "warm"), (cold, "cold"))
    tightest = min(found.mean_squared_distance for found, _ in ladder)
    return next(
        (found, start)
        for found, start in ladder
        if CLEARLY_TIGHTER * found.mean_squared_distance <= tightest
    )


def renumbered(
    learned: Learned, assignment: Assignment, order: np.ndarray
) -> tuple[Learned, Assignment]:
    """Number segments in another order.

    Parameters
    ----------
    learned, assignment : Learned, Assignment
        As of `learn`.
    order : ndarray of int, shape (k,)
        The present number of the segment that comes first, second, and so on.

    Returns
    -------
    Learned, Assignment
        The same, by the new numbers.
    """
    place = np.argsort(order)
    return (
        replace(learned, centres=learned.centres[order], shares=learned.shares[order]),
        replace(assignment, labels=place[assignment.labels], second=place[assignment.second]),
    )


def _means(z: np.ndarray, current: np.ndarray, k: int) -> np.ndarray | None:
    """Return where the present segments are now; None when there are not k of them."""
    has = current >= 0
    sizes = np.bincount(current[has], minlength=k)
    if len(sizes) != k or not sizes.all():
        return None
    return np.column_stack(
        [np.bincount(current[has], column[has], minlength=k) / sizes for column in z.T]
    )


def _carried(current: np.ndarray, matched: np.ndarray, current_k: int) -> np.ndarray:
    """Translate present segments to the new ones that continue them, −1 for those that end."""
    continued = np.full(current_k + 1, -1)
    for new, old in enumerate(matched):
        if old >= 0:
            continued[old] = new
    return continued[current]
