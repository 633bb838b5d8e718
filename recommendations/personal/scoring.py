"""A customer's purchases, a moment ago included -> the score of every product, and its shares."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from recommendations.personal.appeal import Field, appeal, appeal_alone, lift

# What appeal weighs beside the purchases' weights, each brought to unit spread: where a shop's last
# months do not tell, and what is tried on them.
APPEAL_SHARE, APPEAL_SHARES = 0.35, (0.0, 0.1, 0.2, 0.35, 0.5)


@dataclass(frozen=True)
class Shelf:
    """The products that can be recommended, as scoring sees them.

    Parameters
    ----------
    base : ndarray of float32, shape (n_targets,)
        What any purchase adds; empty in a shop too small for weights.
    buyers : ndarray of int, shape (n_targets,)
        Customers who ever bought each.
    adoption : ndarray of float, shape (n_targets,)
        Share of customers who took it up of late.
    fields : mapping of str to Field
        ``"top"``, ``"category"`` and ``"brand"``, with codes of the targets.
    appeal_share : float
        What appeal weighs beside purchases, one of `APPEAL_SHARES`.
    """

    base: np.ndarray
    buyers: np.ndarray
    adoption: np.ndarray
    fields: Mapping[str, Field]
    appeal_share: float = APPEAL_SHARE


@dataclass(frozen=True)
class Basis:
    """One customer's purchases, one entry a product.

    Parameters
    ----------
    places : ndarray of int, shape (n_bought,)
        Where the products stand on the shelf; -1 for those that do not.
    amounts : ndarray of float, shape (n_bought,)
        1 for a purchase; less for what was only looked at.
    affinity : ndarray of float, shape (n_bought,)
        `history.affinity_of` what was bought of it.
    codes : mapping of str to ndarray of int, shape (n_bought,)
        The products' codes for each field of the shelf; -1 for none.
    neighbours, deviations : ndarray, shape (n_bought, n_kept)
        Their rows of item weights: positions on the shelf, -1 for none, and weights less base.
    """

    places: np.ndarray
    amounts: np.ndarray
    affinity: np.ndarray
    codes: Mapping[str, np.ndarray]
    neighbours: np.ndarray
    deviations: np.ndarray


@dataclass(frozen=True)
class Scores:
    """What every product of the shelf gets, as a sum of parts.

    Parameters
    ----------
    total : ndarray of float, shape (n_targets,)
        The higher, the better; no unit.
    parts : mapping of str to ndarray of float, shape (n_targets,)
        ``"purchases"`` and ``"appeal"``, or the parts of `appeal_alone`; they sum to the total.
    scale : float
        What one unit of a purchase's weight adds to a score.
    """

    total: np.ndarray
    parts: Mapping[str, np.ndarray]
    scale: float


def score(shelf: Shelf, basis: Basis) -> Scores:
    """Score every product for one customer.

    Parameters
    ----------
    shelf : Shelf
        Products that can be recommended.
    basis : Basis
        The customer's purchases; there may be none.

    Returns
    -------
    Scores
        With weights, purchases' part and the shelf's share of the appeal, each divided by its
        spread over what the customer has not bought; without, the appeal alone.

    Examples
    --------
    Whoever bought a product that is not on the shelf gets the second of the shelf first.

    >>> none = {name: Field(np.full(2, -1), np.array([])) for name in ("top", "category", "brand")}
    >>> shelf = Shelf(np.zeros(2), np.array([5, 5]), np.array([0.1, 0.1]), none)
    >>> basis = Basis(np.array([-1]), np.ones(1), np.ones(1), dict.fromkeys(none, np.full(1, -1)),
    ...               np.array([[1]]), np.array([[0.6]]))
    >>> score(shelf, basis).total.tolist()
    [0.0, 2.0]
    """
    lifts = {
        name: lift(field, basis.codes[name], basis.affinity) for name, field in shelf.fields.items()
    }
    if not len(shelf.base):
        parts = appeal_alone(shelf.buyers, shelf.adoption, shelf.fields, lifts)
        return Scores(sum(parts.values()), parts, 0.0)
    bought = _sum_of_weights(shelf, basis)
    liked = appeal(shelf.adoption, shelf.fields, lifts)
    is_new = np.ones(len(bought), dtype=bool)
    is_new[basis.places[basis.places >= 0]] = False
    scale = _one_over_spread(bought[is_new])
    parts = {
        "purchases": bought * scale,
        "appeal": liked * (shelf.appeal_share * _one_over_spread(liked[is_new])),
    }
    return Scores(sum(parts.values()), parts, scale)


def share_of_purchases(
    shelf: Shelf, basis: Basis, scores: Scores, targets: np.ndarray
) -> np.ndarray:
    """Say how much of each product's score each purchase gives, exactly.

    Parameters
    ----------
    shelf : Shelf
    basis : Basis
        As they were scored.
    scores : Scores
        What `score` returned for them.
    targets : ndarray of int, shape (n_asked,)
        Positions on the shelf.

    Returns
    -------
    ndarray of float, shape (n_asked, n_bought)
        Rows sum to the part ``"purchases"`` of the score; zeros in a shop without weights.

    Examples
    --------
    >>> none = {name: Field(np.full(2, -1), np.array([])) for name in ("top", "category", "brand")}
    >>> shelf = Shelf(np.array([0.1, 0.1]), np.array([5, 5]), np.array([0.1, 0.1]), none)
    >>> basis = Basis(np.full(2, -1), np.ones(2), np.ones(2), dict.fromkeys(none, np.full(2, -1)),
    ...               np.array([[1], [-1]]), np.array([[0.6], [0.0]]))
    >>> scores = score(shelf, basis)
    >>> (share_of_purchases(shelf, basis, scores, np.array([1])) / scores.scale).round(3).tolist()
    [[0.7, 0.1]]
    """
    if not len(shelf.base):
        return np.zeros((len(targets), len(basis.amounts)))
    asked = np.full(len(shelf.base) + 1, -1)  # the last entry is what neighbour -1 finds
    asked[targets] = np.arange(len(targets))
    row = asked[basis.neighbours]
    bought, place = np.nonzero(row >= 0)
    cells = row[bought, place] * len(basis.amounts) + bought
    listed = np.bincount(
        cells, basis.deviations[bought, place], minlength=len(targets) * len(basis.amounts)
    ).reshape(len(targets), -1)
    return (listed + shelf.base[targets][:, None]) * basis.amounts * scores.scale


def _sum_of_weights(shelf: Shelf, basis: Basis) -> np.ndarray:
    is_listed = basis.neighbours >= 0
    amounts = np.broadcast_to(basis.amounts[:, None], basis.neighbours.shape)[is_listed]
    listed = np.bincount(
        basis.neighbours[is_listed],
        basis.deviations[is_listed] * amounts,
        minlength=len(shelf.base),
    )
    return listed + basis.amounts.sum() * shelf.base


def _one_over_spread(values: np.ndarray) -> float:
    spread = float(values.std()) if len(values) else 0.0
    return 1.0 / spread if spread > 1e-12 else 0.0
