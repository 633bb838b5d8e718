"""K-Means centres, and whom they draw: fit once, then assign with a little inertia."""

import warnings
from dataclasses import dataclass

import numpy as np

HYSTERESIS = 0.80  # a customer moves only when the new centre is this much nearer
BORDERLINE = 0.10  # below this confidence the second-best segment is shown too
ROWS_AT_ONCE = 65_536
STARTS, STARTED_ROWS = (10, 40), 400_000  # few customers are fitted from more random starts
MANY = 200_000  # from here on a random start is found on a part, and all follow from it


@dataclass(frozen=True)
class Clusters:
    """Centres found, in a stated order, with how tightly customers lie around them."""

    centres: np.ndarray
    mean_squared_distance: float

    @property
    def k(self) -> int:
        """How many centres there are."""
        return len(self.centres)


@dataclass(frozen=True)
class Assignment:
    """Whose segment is which: all arrays of shape (n_customers,).

    `second` is the nearest centre that is not the customer's own. `confidence` is 1 − d1/d2 of
    the distances to these two, at least 0. `squared_distance` is to the nearest of all centres.
    """

    labels: np.ndarray
    second: np.ndarray
    confidence: np.ndarray
    squared_distance: np.ndarray

    @property
    def borderline(self) -> np.ndarray:
        """Say who might as well be in the second-best segment."""
        return self.confidence < BORDERLINE


def fit_clusters(
    z: np.ndarray, k: int, *, seed: int, n_init: int | None = None, start: np.ndarray | None = None
) -> Clusters:
    """Find k centres by Lloyd's algorithm, from k-means++ or from given centres.

    Parameters
    ----------
    z : ndarray of shape (n_customers, n_features)
        Coordinates; in a stated order of rows, since k-means++ draws by row number.
    k : int
        Centres to find.
    seed : int
        Of the random start; the same seed and rows give the same centres.
    n_init : int, optional
        Starts to choose the best from, 10 to 40 unless told; of more than MANY customers an even
        part is tried with.
    start : ndarray of shape (k, n_features), optional
        Centres to start from, in place of random ones.

    Returns
    -------
    Clusters
        Centres by falling first coordinate, then second, and so on: K-Means' own numbering means
        nothing.

    Raises
    ------
    ValueError
        If there are fewer than k distinct customers.

    References
    ----------
    Lloyd, S. (1982). Least squares quantization in PCM. IEEE Trans. Information Theory 28(2).
    Arthur, D., Vassilvitskii, S. (2007). k-means++: the advantages of careful seeding. SODA.

    Examples
    --------
    >>> found = fit_clusters(np.array([[0.0], [2.0], [10.0], [12.0]]), 2, seed=1)
    >>> found.centres.tolist(), found.mean_squared_distance
    ([[11.0], [1.0]], 1.0)
    """
    # Imported when a model is learned: 80 MB that assigning by a model does without.
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    if n_init is None:
        n_init = int(np.clip(STARTED_ROWS // max(len(z), 1), *STARTS))
    if start is None and len(z) > MANY:
        part = z[:: -(-len(z) // MANY)]
        start = fit_clusters(part, k, seed=seed, n_init=n_init).centres
    too_few = f"fewer than {k} distinct customers"
    if len(z) < k:
        raise ValueError(too_few)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            found = KMeans(
                k,
                init="k-means++" if start is None else start.astype(z.dtype),
                n_init=n_init if start is None else 1,
                max_iter=200,
                algorithm="lloyd",
                random_state=seed,
            ).fit(z)
        except ConvergenceWarning:
            raise ValueError(too_few) from None
    centres = found.cluster_centers_.astype(np.float64)
    order = np.lexsort(-centres.T[::-1])
    return Clusters(centres[order], float(found.inertia_) / len(z))


def assign(
    z: np.ndarray,
    centres: np.ndarray,
    current: np.ndarray | None = None,
    hysteresis: float = HYSTERESIS,
) -> Assignment:
    """Give every customer a segment; whoever has one leaves it only for a clearly nearer one.

    Parameters
    ----------
    z : ndarray of shape (n_customers, n_features)
        Coordinates.
    centres : ndarray of shape (k, n_features)
        At least two.
    current : ndarray of int, shape (n_customers,), optional
        The segment of each customer until now, −1 for none.
    hysteresis : float
        Moves happen when d_new ≤ hysteresis · d_current; 1 means always to the nearest.

    Returns
    -------
    Assignment
        Of equally near centres, the one of lower number.

    Examples
    --------
    >>> z, centres = np.array([[4.9], [5.1], [9.0]]), np.array([[0.0], [10.0]])
    >>> assign(z, centres).labels.tolist()
    [0, 1, 1]
    >>> assign(z, centres, np.array([0, 0, 0])).labels.tolist()
    [0, 0, 1]
    """
    n = len(z)
    labels, second = np.empty(n, np.int16), np.empty(n, np.int16)
    confidence, nearest = np.empty(n, np.float32), np.empty(n, np.float32)
    for begin in range(0, n, ROWS_AT_ONCE):
        rows = slice(begin, begin + ROWS_AT_ONCE)
        distance = squared_distances(z[rows], centres)
        every = np.arange(len(distance))
        own = distance.argmin(axis=1)
        nearest[rows] = distance[every, own]
        if current is not None:
            had = current[rows]
            stays = (had >= 0) & (nearest[rows] > hysteresis**2 * distance[every, had])
            own = np.where(stays, had, own)
        d1 = distance[every, own]
        distance[every, own] = np.inf
        other = distance.argmin(axis=1)
        labels[rows], second[rows] = own, other
        confidence[rows] = _confidence(d1, distance[every, other])
    return Assignment(labels, second, confidence, nearest)


def squared_distances(z: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Return the squared distance of each row to each centre.

    Parameters
    ----------
    z : ndarray of shape (n_customers, n_features)
        Coordinates.
    centres : ndarray of shape (k, n_features)
        Centres.

    Returns
    -------
    ndarray of shape (n_customers, k)
        Never below 0.

    Examples
    --------
    >>> squared_distances(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0], [0.0, 1.0]])).tolist()
    [[25.0, 1.0]]
    """
    z = z.astype(np.float64)
    whole = (z**2).sum(axis=1)[:, None] - 2 * z @ centres.T + (centres**2).sum(axis=1)
    return np.maximum(whole, 0)


def _confidence(own: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return 1 − d1/d2 of squared distances; two centres at no distance give no confidence."""
    ratio = np.sqrt(own / np.where(other > 0, other, 1))
    return np.where(other > 0, np.clip(1 - ratio, 0, 1), 0)
