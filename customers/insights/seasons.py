"""Which months are strong for which categories."""

import numpy as np

FEWEST_MONTHS = 6


def season_index(net: np.ndarray) -> np.ndarray | None:
    """Divide each month of a category by the category's mean month.

    Parameters
    ----------
    net : ndarray of shape (n_categories, n_months)
        Money.

    Returns
    -------
    ndarray of the same shape, or None
        1 is a mean month, 2 one twice as strong; NaN in a category without sales. None for fewer
        than FEWEST_MONTHS, of which no season can be told.

    Examples
    --------
    >>> season_index(np.array([[1.0, 1, 1, 1, 1, 7]]))[0].tolist()
    [0.5, 0.5, 0.5, 0.5, 0.5, 3.5]
    """
    if net.shape[1] < FEWEST_MONTHS:
        return None
    mean = net.mean(axis=1, keepdims=True)
    return np.divide(net, mean, out=np.full(net.shape, np.nan), where=mean > 0)
