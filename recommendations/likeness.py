"""How alike two rows of weights are: a number that is equal whenever it should be."""

import numpy as np

# Scores are multiples of 1 / STEPS, the finest that single precision can hold up to 1.
STEPS = 2**24


def cosine_steps(dots: np.ndarray, squared_lengths: np.ndarray) -> np.ndarray:
    """Turn exact dot products into cosines, in whole steps.

    Parameters
    ----------
    dots : ndarray of float, any shape
        Dot products of rows of whole numbers.
    squared_lengths : ndarray of float, the same shape
        The squared length of the one row times that of the other.

    Returns
    -------
    ndarray of int64, the same shape
        Cosines in steps of 1 / `STEPS`, rounded to the nearest: from 0 to `STEPS`.

    Examples
    --------
    >>> cosine_steps(np.array([25.0, 24.0]), np.array([625.0, 625.0])) / STEPS
    array([1.        , 0.95999998])
    """
    return np.rint(dots / np.sqrt(np.maximum(squared_lengths, 1)) * STEPS).astype(np.int64)
