"""Who bought what -> what one purchase says about each other product.

Two item-item models share one set of weights: EASE, a regression of every product on all others,
and the few tastes that explain most of the purchases. Both are linear in the customer's purchases,
so a score is a sum over them and every purchase has an exact share of it.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack
from scipy.sparse import csr_array, eye_array, issparse
from scipy.sparse.linalg import svds

# Ridge of the regression, in customers.
REGULARISATION = 500.0
# Up to so many customers the regression is solved in their space, exactly and for all products;
# above, in the space of so many products: those most bought.
MOST_SOLVED = 8000
# A product that one customer alone bought says nothing about others.
FEWEST_BUYERS = 2
TASTES = 64
# What the tastes' scores weigh beside the regression's, each brought to unit spread.
TASTES_SHARE = 0.2
# Many purchases and much bought products count less towards tastes, by these powers.
CUSTOMER_POWER, PRODUCT_POWER = 0.25, 0.25
# Weights kept of each product; the rest is told by one base weight of each target.
KEPT = 200
_ROWS_AT_ONCE = 512
_SAMPLE = 500  # customers whose scores say how much they spread


@dataclass(frozen=True)
class ItemWeights:
    """What a purchase adds to the score of other products.

    The weight of source i for target j is ``base[j]`` plus, where j is among i's neighbours, the
    deviation listed there.

    Parameters
    ----------
    targets : ndarray of int, shape (n_targets,)
        Column numbers of the products that can be recommended, ascending.
    base : ndarray of float32, shape (n_targets,)
        What a purchase adds on average, as far as it is not listed.
    sources : ndarray of int, shape (n_sources,)
        Column numbers of the products that say something, ascending.
    neighbours : ndarray of int32, shape (n_sources, n_kept)
        Positions in `targets`; -1 where there are fewer.
    deviations : ndarray of float32, shape (n_sources, n_kept)
        Weight less base; 0 where there is no neighbour.
    """

    targets: np.ndarray
    base: np.ndarray
    sources: np.ndarray
    neighbours: np.ndarray
    deviations: np.ndarray


def most_bought(buyers: np.ndarray, allowed: np.ndarray, most: int = MOST_SOLVED) -> np.ndarray:
    """Choose the products that are worth recommending to a customer.

    Parameters
    ----------
    buyers : ndarray of int, shape (n_products,)
        Customers who bought each.
    allowed : ndarray of bool, shape (n_products,)
        What may be shown at all.
    most : int
        How many at most.

    Returns
    -------
    ndarray of int
        Column numbers, ascending; of equally bought products, the first ones.

    Examples
    --------
    >>> most_bought(np.array([3, 0, 5, 3]), np.array([True, True, True, True]), most=2).tolist()
    [0, 2]
    """
    order = np.argsort(-buyers, kind="stable")
    return np.sort(order[(buyers > 0)[order] & allowed[order]][:most])


def regression(
    bought: csr_array, targets: np.ndarray, ridge: float = REGULARISATION, most: int = MOST_SOLVED
) -> tuple[csr_array, np.ndarray]:
    """Solve EASE: regress each target on all other products, with a ridge.

    In the dual form, with K = XX' + ridge I and K^-1 x_j known, the weights of target j are
    X'K^-1 x_j / (1 - x_j'K^-1 x_j), its own set to 0. The primal form inverts X'X + ridge I.

    Parameters
    ----------
    bought : csr_array of shape (n_customers, n_products)
        1 where a customer bought a product.
    targets : ndarray of int, shape (n_targets,)
        Column numbers.
    ridge : float
        Above 0, in customers.
    most : int
        Up to so many customers the dual form; above, the primal on as many products.

    Returns
    -------
    left : csr_array of shape (n_products, n_inner)
    right : ndarray of float32, shape (n_inner, n_targets)
        ``left @ right`` has the weight of each product for each target; a target's weight for
        itself is not meant and must be passed over.

    References
    ----------
    Steck, H. (2019). Embarrassingly shallow autoencoders for sparse data. WWW '19.

    Examples
    --------
    Two customers bought both products, a third only the first:
    each predicts the other by 2 / (buyers + ridge).

    >>> bought = csr_array(np.array([[1.0, 1], [1, 1], [1, 0]]))
    >>> left, right = regression(bought, np.array([0, 1]), ridge=2.0)
    >>> weights = left @ right
    >>> weights[1, 0].round(3).item(), weights[0, 1].round(3).item()
    (0.5, 0.4)
    """
    if bought.shape[0] <= most:
        inverse = _inverse((bought @ bought.T).toarray(), ridge)
        chosen = bought[:, targets]
        right = np.ascontiguousarray((csr_array(chosen.T) @ inverse).T)
        own = chosen.multiply(right).sum(axis=0)
        return csr_array(bought.T), right / (1 - own)
    used = np.sort(np.argsort(-_buyers(bought), kind="stable")[:most])
    some = bought[:, used]
    inverse = _inverse((some.T @ some).toarray(), ridge)
    left = eye_array(bought.shape[1], dtype=np.float32, format="csr")[:, used]
    place = np.searchsorted(used, targets).clip(max=len(used) - 1)
    right = -inverse[:, place] / inverse.diagonal()[place]
    right[:, used[place] != targets] = 0
    return csr_array(left), right


def through(rows: csr_array, left: csr_array | np.ndarray, right: np.ndarray) -> np.ndarray:
    """Score targets by weights kept in two factors.

    Parameters
    ----------
    rows : csr_array of shape (n_customers, n_products)
        Purchases.
    left : csr_array or ndarray, shape (n_products, n_inner)
    right : ndarray, shape (n_inner, n_targets)
        As `regression` and `tastes` return them.

    Returns
    -------
    ndarray of shape (n_customers, n_targets)

    Examples
    --------
    >>> through(csr_array(np.array([[1.0, 1]])), np.array([[1.0], [2]]), np.array([[3.0]])).item()
    9.0
    """
    inner = rows @ left
    # What is mostly filled is multiplied faster as if it were all filled.
    if issparse(inner) and inner.nnz > 0.1 * inner.shape[0] * inner.shape[1]:
        inner = inner.toarray()
    return inner @ right


def tastes(
    bought: csr_array, targets: np.ndarray, count: int = TASTES
) -> tuple[np.ndarray, np.ndarray]:
    """Find the directions in which customers differ most, and how products lie along them.

    Parameters
    ----------
    bought : csr_array of shape (n_customers, n_products)
        1 where a customer bought a product.
    targets : ndarray of int, shape (n_targets,)
        Column numbers.
    count : int
        Directions to keep; fewer where there are fewer customers or products.

    Returns
    -------
    left : ndarray of float32, shape (n_products, count)
    right : ndarray of float32, shape (count, n_targets)
        ``left @ right`` has the weight of each product for each target.

    References
    ----------
    Nikolakopoulos, A. N. et al. (2019). EigenRec: generalizing PureSVD for effective and
    efficient top-N recommendations. Knowledge and Information Systems 58.
    """
    count = min(count, min(bought.shape) - 1)
    if count < 1:
        return np.zeros((bought.shape[1], 1), np.float32), np.zeros((1, len(targets)), np.float32)
    by_customer = np.maximum(bought.sum(axis=1), 1) ** -CUSTOMER_POWER
    by_product = np.maximum(_buyers(bought), 1) ** -PRODUCT_POWER
    damped = csr_array(bought.multiply(by_customer[:, None]).multiply(by_product[None, :]))
    start = np.ones(min(damped.shape))
    _, _, directions = svds(damped.astype(float), k=count, v0=start)
    left = (directions * by_product).T.astype(np.float32)
    return left, directions[:, targets].astype(np.float32)


def item_weights(bought: csr_array, targets: np.ndarray, kept: int = KEPT) -> ItemWeights:
    """Learn what each purchase adds to the score of each target, and keep what tells most.

    Parameters
    ----------
    bought : csr_array of float32, shape (n_customers, n_products)
        1 where a customer bought a product.
    targets : ndarray of int, shape (n_targets,)
        Column numbers of products with buyers, ascending.
    kept : int
        Neighbours to list for each source: those whose weight is furthest from the average.

    Returns
    -------
    ItemWeights
        In units of the spread of customers' scores.

    Raises
    ------
    ValueError
        If there are no targets.
    """
    if not len(targets):
        raise ValueError("no product can be recommended: nothing was bought")
    return _keep_most(weight_parts(bought, targets), _buyers(bought), targets, kept)


def weight_parts(bought: csr_array, targets: np.ndarray) -> list[tuple]:
    """Learn the weights that `item_weights` keeps the most telling of.

    Parameters
    ----------
    bought : csr_array of float32, shape (n_customers, n_products)
        1 where a customer bought a product.
    targets : ndarray of int, shape (n_targets,)
        Column numbers.

    Returns
    -------
    list of (left, right)
        As `regression` and `tastes` return them, in units of the spread of customers' scores; the
        weights are the sum of ``left @ right``.

    Examples
    --------
    >>> bought = csr_array(np.array([[1.0, 1, 0], [1, 1, 0], [1, 0, 1], [0, 0, 1]]))
    >>> weights = sum(left @ right for left, right in weight_parts(bought, np.arange(3)))
    >>> bool(weights[0, 1] > weights[0, 2])
    True
    """
    sample = bought[:: max(1, bought.shape[0] // _SAMPLE)]
    parts = []
    for (left, right), share in (
        (regression(bought, targets), 1.0),
        (tastes(bought, targets), TASTES_SHARE),
    ):
        spread = through(sample, left, right).std()
        parts.append((left, right * np.float32(share / spread if spread > 0 else 0.0)))
    return parts


def _keep_most(parts: list, buyers: np.ndarray, targets: np.ndarray, kept: int) -> ItemWeights:
    """List the weights furthest from the mean; give the mean of the others as base.

    Means are over a random purchase: each source counts as often as it was bought.
    """
    sources = np.flatnonzero(buyers >= FEWEST_BUYERS)
    kept = min(kept, len(targets))
    often = np.where(buyers >= FEWEST_BUYERS, buyers, 0).astype(np.float64)
    own = sum(_own_weights(left, right, targets) for left, right in parts)
    total = sum((often @ left) @ right for left, right in parts) - often[targets] * own
    count = often.sum() - often[targets]
    mean = (total / np.maximum(count, 1)).astype(np.float32)
    neighbours = np.full((len(sources), kept), -1, dtype=np.int32)
    weights = np.zeros((len(sources), kept), dtype=np.float32)
    for start in range(0, len(sources), _ROWS_AT_ONCE):
        here = slice(start, start + _ROWS_AT_ONCE)
        some = sources[here]
        rows = sum(left[some] @ right for left, right in parts)
        distance = np.abs(rows - mean)
        distance[some[:, None] == targets[None, :]] = -1
        nearest = np.argpartition(-distance, kept - 1, axis=1)[:, :kept]
        is_other = np.take_along_axis(distance, nearest, axis=1) >= 0
        neighbours[here] = np.where(is_other, nearest, -1)
        weights[here] = np.where(is_other, np.take_along_axis(rows, nearest, axis=1), 0)
    at, listed = neighbours.ravel(), np.repeat(often[sources], kept)
    is_listed = at >= 0
    at, listed, flat = at[is_listed], listed[is_listed], weights.ravel()[is_listed]
    total -= np.bincount(at, listed * flat, minlength=len(targets))
    count -= np.bincount(at, listed, minlength=len(targets))
    base = np.where(count > 0.5, total / np.maximum(count, 1), 0).astype(np.float32)
    deviations = np.where(neighbours >= 0, weights - base[neighbours], 0).astype(np.float32)
    return ItemWeights(targets, base, sources, neighbours, deviations)


def _own_weights(left: csr_array | np.ndarray, right: np.ndarray, targets: np.ndarray):
    if isinstance(left, np.ndarray):
        return np.einsum("ij,ji->i", left[targets], right)
    return left[targets].multiply(right.T).sum(axis=1)


def _buyers(bought: csr_array) -> np.ndarray:
    return np.bincount(bought.indices, minlength=bought.shape[1])


def _inverse(gram: np.ndarray, ridge: float) -> np.ndarray:
    """Invert a symmetric matrix with a ridge added, by its Cholesky factor, in its own memory."""
    matrix = np.asfortranarray(gram, dtype=np.float64)
    matrix[np.diag_indices_from(matrix)] += ridge
    factor, problem = lapack.dpotrf(matrix, lower=True, overwrite_a=True)
    inverse, also = lapack.dpotri(factor, lower=True, overwrite_c=True)
    if problem or also:
        raise ValueError("the ridge must be above 0")
    lower = np.tril(inverse, -1)
    return (lower + lower.T + np.diag(inverse.diagonal())).astype(np.float32)
