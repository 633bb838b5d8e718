"""How much of the revenue a few customers bring."""

import numpy as np

# Shares of customers at which concentration is kept and shown.
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def places(customers: int, steps: tuple[float, ...] = STEPS) -> np.ndarray:
    """Count how many customers each share of them is.

    Parameters
    ----------
    customers : int
        How many there are.
    steps : tuple of float
        Shares from 0 to 1.

    Returns
    -------
    ndarray of int, shape (n_steps,)
        Rounded up, so that a share of any customers is at least one.

    Examples
    --------
    >>> places(250, (0.01, 0.1, 1.0)).tolist()
    [3, 25, 250]
    """
    return np.ceil(np.array(steps) * customers - 1e-9).astype(int)


def top_shares(spent: np.ndarray, steps: tuple[float, ...] = STEPS) -> np.ndarray:
    """Measure which share of all spending the customers who spent most bring.

    The points of a Lorenz curve, counted from the top.

    Parameters
    ----------
    spent : ndarray of shape (n_customers,)
        Money, falling; below 0, where returns outweigh, counts as 0.
    steps : tuple of float
        Shares of customers, from 0 to 1.

    Returns
    -------
    ndarray of float, shape (n_steps,)
        Shares from 0 to 1; NaN where nobody spent anything.

    Raises
    ------
    ValueError
        If the amounts do not fall.

    References
    ----------
    M. O. Lorenz (1905), Methods of measuring the concentration of wealth, Publications of the
    American Statistical Association 9.

    Examples
    --------
    >>> top_shares(np.array([60.0, 30.0, 10.0, 0.0]), (0.25, 0.5, 1.0)).tolist()
    [0.6, 0.9, 1.0]
    """
    spent = np.maximum(spent, 0)
    if (np.diff(spent) > 0).any():
        raise ValueError("amounts must fall")
    total = spent.sum()
    if not total:
        return np.full(len(steps), np.nan)
    return np.cumsum(spent)[places(len(spent), steps) - 1] / total
