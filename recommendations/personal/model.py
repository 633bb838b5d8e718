"""A shop's history -> all that scoring needs: a shelf, and each product's row of weights."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from recommendations.personal.appeal import adoption, make_field
from recommendations.personal.history import History
from recommendations.personal.scoring import Basis, Scores, Shelf, score
from recommendations.personal.weights import KEPT, ItemWeights, item_weights, most_bought

# Weights are learned from this many customers with this many products; below, appeal stands alone.
FEWEST_CUSTOMERS, FEWEST_PRODUCTS = 200, 5


@dataclass(frozen=True)
class Model:
    """What was learned of a shop.

    Parameters
    ----------
    targets : ndarray of int, shape (n_targets,)
        Column numbers of the products on the shelf, ascending.
    shelf : Shelf
        What they are to scoring.
    weights : ItemWeights or None
        None in a shop too small for them.
    codes : mapping of str to ndarray of int, shape (n_products,)
        Every product's value of each field.
    """

    targets: np.ndarray
    shelf: Shelf
    weights: ItemWeights | None
    codes: Mapping[str, np.ndarray]


def telling_customers(history: History) -> int:
    """Count the customers that weights can be learned from.

    Parameters
    ----------
    history : History

    Returns
    -------
    int
        Those who bought `FEWEST_PRODUCTS` different products.
    """
    return int((np.diff(history.bought.indptr) >= FEWEST_PRODUCTS).sum())


def is_large_enough(history: History) -> bool:
    """Say whether a shop has customers enough to learn weights from.

    Parameters
    ----------
    history : History

    Returns
    -------
    bool
        Whether `FEWEST_CUSTOMERS` tell something.
    """
    return telling_customers(history) >= FEWEST_CUSTOMERS


def fit(
    history: History, codes: Mapping[str, np.ndarray], allowed: np.ndarray, kept: int = KEPT
) -> Model:
    """Learn what to recommend to the customers of a shop.

    Parameters
    ----------
    history : History
        Who bought what.
    codes : mapping of str to ndarray of int, shape (n_products,)
        For ``"top"``, ``"category"`` and ``"brand"`` the number of each product's value, -1 for
        none.
    allowed : ndarray of bool, shape (n_products,)
        What may be recommended at all.
    kept : int
        Weights to keep for each product.

    Returns
    -------
    Model
        Without weights where the shop is too small.
    """
    targets = most_bought(history.buyers, allowed)
    weights = None
    if is_large_enough(history) and len(targets):
        weights = item_weights(history.bought, targets, kept)
    affinity = np.asarray(history.affinity.sum(axis=0)).ravel()
    fields = {name: make_field(values, affinity) for name, values in codes.items()}
    shelf = Shelf(
        base=weights.base if weights else np.zeros(0, dtype=np.float32),
        buyers=history.buyers[targets],
        adoption=adoption(history.buyers, history.new_buyers, history.bought.shape[0])[targets],
        fields={
            name: type(field)(field.codes[targets], field.shares) for name, field in fields.items()
        },
    )
    return Model(targets, shelf, weights, codes)


def basis_of(model: Model, history: History, customer: int) -> Basis:
    """Gather one customer's purchases and their rows of weights.

    Parameters
    ----------
    model : Model
    history : History
        It may be a later one than the model was learned from.
    customer : int
        Row number.

    Returns
    -------
    Basis
        Products without a row of weights add the base alone.
    """
    ends = history.affinity.indptr[customer : customer + 2]
    products = history.affinity.indices[slice(*ends)]
    codes = {name: values[products] for name, values in model.codes.items()}
    neighbours = np.full((len(products), 1), -1, dtype=np.int32)
    deviations = np.zeros((len(products), 1), dtype=np.float32)
    if model.weights and len(model.weights.sources):
        row = _places(model.weights.sources, products)
        neighbours = np.where(row[:, None] >= 0, model.weights.neighbours[row], -1)
        deviations = np.where(row[:, None] >= 0, model.weights.deviations[row], 0)
    return Basis(
        places=_places(model.targets, products),
        amounts=np.ones(len(products)),
        affinity=history.affinity.data[slice(*ends)],
        codes=codes,
        neighbours=neighbours,
        deviations=deviations,
    )


def scores_for(model: Model, history: History, customer: int) -> Scores:
    """Score the shelf for one customer of a history.

    Parameters
    ----------
    model : Model
    history : History
    customer : int
        Row number.

    Returns
    -------
    Scores
    """
    return score(model.shelf, basis_of(model, history, customer))


def _places(ascending: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return where each wanted number stands, -1 for those that do not."""
    if not len(ascending):
        return np.full(len(wanted), -1)
    place = np.searchsorted(ascending, wanted).clip(max=len(ascending) - 1)
    return np.where(ascending[place] == wanted, place, -1)
