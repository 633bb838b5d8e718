"""Evidence that segments mean something: structure, balance, and what customers did next."""

import numpy as np

from customers.segmentation.clusters import fit_clusters

SAMPLE = 10_000
WINSORISED_AT = 0.99


def structure_gain(z: np.ndarray, k: int, *, seed: int) -> float:
    """Compare how well customers cluster with a Gaussian cloud of the same covariance.

    Parameters
    ----------
    z : ndarray of shape (n_customers, n_features)
        Coordinates; up to SAMPLE of them, spread evenly over the rows, are looked at.
    k : int
        Segments.
    seed : int
        Of the cloud and the starts.

    Returns
    -------
    float
        ln(inertia of the cloud / inertia of the customers): 0 without structure, 0.4 with plenty.

    References
    ----------
    Tibshirani, R., Walther, G., Hastie, T. (2001). Estimating the number of clusters in a data
    set via the gap statistic. J. R. Stat. Soc. B 63(2).
    """
    z = z[:: max(1, -(-len(z) // SAMPLE))].astype(np.float64)
    random = np.random.default_rng(seed)
    covariance = np.cov(z, rowvar=False).reshape(z.shape[1], z.shape[1])
    cloud = random.multivariate_normal(z.mean(axis=0), covariance, len(z), method="svd")
    inertia = [
        fit_clusters(points, k, seed=seed, n_init=5).mean_squared_distance for points in (cloud, z)
    ]
    return float(np.log(inertia[0] / max(inertia[1], 1e-12)))


def dominance(centres: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Split what sets segments apart by feature.

    Parameters
    ----------
    centres : ndarray of shape (k, n_features)
        Centres.
    sizes : ndarray of shape (k,)
        Customers in each.

    Returns
    -------
    ndarray of shape (n_features,)
        Shares of the sum of squares between segments, adding up to 1.

    Examples
    --------
    >>> dominance(np.array([[0.0, 0.0], [2.0, 4.0]]), np.array([5, 5])).tolist()
    [0.2, 0.8]
    """
    middle = np.average(centres, axis=0, weights=sizes)
    between = (sizes[:, None] * (centres - middle) ** 2).sum(axis=0)
    return between / max(between.sum(), 1e-12)


def eta_squared(groups: np.ndarray, spent: np.ndarray) -> float:
    """Return how much of what customers spent next their groups explain.

    Parameters
    ----------
    groups : ndarray of int, shape (n_customers,)
        Group of each customer, numbered from 0.
    spent : ndarray of shape (n_customers,)
        What each spent afterwards, in money; below 0 counts as 0, and what is above the 99th
        percentile of buyers counts as that.

    Returns
    -------
    float
        Share of the variance of log spend between groups, from 0 to 1.

    Examples
    --------
    >>> eta_squared(np.array([0, 0, 1, 1]), np.array([0.0, 0.0, 9.0, 9.0]))
    1.0
    """
    spent = np.maximum(spent, 0)
    buyers = spent[spent > 0]
    if not len(buyers):
        return 0.0
    log = np.log1p(np.minimum(spent, np.quantile(buyers, WINSORISED_AT)))
    sizes = np.bincount(groups)
    means = np.bincount(groups, log) / np.maximum(sizes, 1)
    between = (sizes * (means - log.mean()) ** 2).sum()
    within = ((log - log.mean()) ** 2).sum()
    return float(between / within) if within > 0 else 0.0
