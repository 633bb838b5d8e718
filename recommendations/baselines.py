"""Plain ways to recommend, against which ours are measured: BM25, ALS, EASE."""

import numpy as np
from scipy.sparse import csr_array, csr_matrix

from recommendations.personal.weights import regression, through

# BM25 as it did best between customers and products of a grocery chain.
SATURATION, LENGTH_SHARE, KEPT = 0.2, 0.25, 400
# ALS, likewise.
ALS = {"factors": 48, "alpha": 2.0, "regularization": 30.0, "iterations": 15}


def ease(bought: csr_array, targets: np.ndarray, rows: csr_array) -> np.ndarray:
    """Score products by the regression alone, with all its weights.

    Parameters
    ----------
    bought : csr_array of shape (n_customers, n_products)
        What it learns from.
    targets : ndarray of int, shape (n_targets,)
        Column numbers of the products to score.
    rows : csr_array of shape (n_asked, n_products)
        Purchases of those to recommend to.

    Returns
    -------
    ndarray of float32, shape (n_asked, n_targets)
        Scores of products already bought are not meant.

    Examples
    --------
    >>> bought = csr_array(np.array([[1.0, 1, 0], [1, 1, 0], [0, 0, 1]]))
    >>> scores = ease(bought, np.arange(3), csr_array(np.array([[1.0, 0, 0]])))
    >>> bool(scores[0, 1] > scores[0, 2])
    True
    """
    return through(rows, *regression(bought, targets)).astype(np.float32)


def bm25(bought: csr_array, counts: csr_array, rows: csr_array, kept: int = KEPT) -> np.ndarray:
    """Score products by nearest neighbours of BM25-weighted rows.

    Parameters
    ----------
    bought : csr_array of shape (n_customers, n_products)
        1 where a customer bought a product.
    counts : csr_array of shape (n_customers, n_products)
        How often, however counted.
    rows : csr_array of shape (n_asked, n_products)
        Purchases of those to recommend to.
    kept : int
        Neighbours of each product that count.

    Returns
    -------
    ndarray of float32, shape (n_asked, n_products)

    References
    ----------
    Robertson, S. and Zaragoza, H. (2009). The probabilistic relevance framework: BM25 and
    beyond. Foundations and Trends in Information Retrieval 3(4).

    Examples
    --------
    >>> bought = csr_array(np.array([[1.0, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1]]))
    >>> scores = bm25(bought, bought, csr_array(np.array([[1.0, 0, 0, 0]])))
    >>> bool(scores[0, 1] > scores[0, 2])
    True
    """
    weighted = _bm25_weights(counts)
    scores = np.zeros((rows.shape[0], bought.shape[1]), dtype=np.float32)
    by_product = csr_array(weighted.T)
    for start in range(0, bought.shape[1], 1000):
        some = slice(start, start + 1000)
        alike = (by_product[some] @ weighted).toarray()
        if alike.shape[1] > kept:
            least = np.partition(alike, -kept, axis=1)[:, -kept]
            alike[alike < least[:, None]] = 0
        scores += rows[:, some] @ csr_array(alike)
    return scores


def als(counts: csr_array, rows: csr_array) -> np.ndarray:
    """Score products by factors of customers and products, as the package implicit finds them.

    Parameters
    ----------
    counts : csr_array of shape (n_customers, n_products)
        How much each customer bought of what.
    rows : csr_array of shape (n_asked, n_products)
        The same of those to recommend to.

    Returns
    -------
    ndarray of float32, shape (n_asked, n_products)

    References
    ----------
    Hu, Y., Koren, Y. and Volinsky, C. (2008). Collaborative filtering for implicit feedback
    datasets. ICDM '08.
    """
    from implicit.als import AlternatingLeastSquares

    model = AlternatingLeastSquares(**ALS, random_state=0, num_threads=1)
    model.fit(csr_matrix(counts), show_progress=False)
    asked = model.recalculate_user(np.arange(rows.shape[0]), csr_matrix(rows))
    return asked @ model.item_factors.T


def _bm25_weights(counts: csr_array) -> csr_array:
    """Weigh products as documents and customers as their terms."""
    counts = counts.astype(np.float64).tocsr()
    rarity = np.log(counts.shape[1]) - np.log1p(np.diff(counts.indptr))
    length = counts.sum(axis=0)
    norm = (1 - LENGTH_SHARE) + LENGTH_SHARE * length / length[length > 0].mean()
    damped = counts.data * (SATURATION + 1) / (SATURATION * norm[counts.indices] + counts.data)
    weights = damped * np.repeat(rarity, np.diff(counts.indptr))
    return csr_array((weights.astype(np.float32), counts.indices, counts.indptr), counts.shape)
