"""Features in, comparable coordinates out: log, winsorised standardisation, clip, block weights."""

from dataclasses import asdict, dataclass

import numpy as np

from customers.features import FEATURES, Features
from customers.norms import percentile_of

BLOCK_WEIGHTS = {"value": 1.15, "timing": 1.0, "style": 1.25, "preference": 0.3}
YOUNG_STYLE_WEIGHT = 0.7
# In the first year little is known of style, and no season can be told from the calendar.
SEASON_SEEN_DAYS, FULL_HISTORY_DAYS = 400, 550
WINSORISED = (0.01, 0.99)
CLIPPED_AT = 3.0
GRID_STEPS = np.linspace(0, 1, 201)
CONSTANT = 1e-5  # a spread this small, against the mean, is rounding
LEAST_LOG_SPREAD = 0.25  # customers who differ by less than a quarter are not blown up to differ

_GRAIN = {feature.name: feature.grain for feature in FEATURES if feature.log}
_BLOCK = {feature.name: feature.block for feature in FEATURES}


@dataclass(frozen=True)
class Transform:
    """How raw features become coordinates; JSON-able and kept with the model.

    `mean` and `spread` are of the winsorised (and logged) features used, `weight` what each is
    multiplied by at the end. `left_out` says which features are not used, and why. `quantiles`
    are of the raw values of every feature, for percentiles.
    """

    names: tuple[str, ...]
    mean: tuple[float, ...]
    spread: tuple[float, ...]
    weight: tuple[float, ...]
    left_out: dict[str, str]
    quantiles: dict[str, list[float]]

    def to_json(self) -> dict:
        """Return plain lists and numbers."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict) -> "Transform":
        """Read what `to_json` wrote."""
        lists = ("names", "mean", "spread", "weight")
        return cls(**{key: tuple(v) if key in lists else v for key, v in stored.items()})


def fit_transform(features: Features) -> Transform:
    """Learn the coordinates from these customers.

    Parameters
    ----------
    features : Features
        Raw features of at least one customer.

    Returns
    -------
    Transform
        Without the features that are (nearly) constant, whose source is missing, or that need a
        longer history than the shop's.

    Raises
    ------
    ValueError
        If there is no customer, or no feature differs between customers.

    Examples
    --------
    >>> from customers.features import NAMES
    >>> from customers.norms import ShopNorms
    >>> values = np.zeros((3, len(NAMES)), dtype=np.float32)
    >>> values[:, 0] = np.expm1([1, 2, 3])
    >>> norms = ShopNorms(1, 0, 0, 0, 30, 800, {}, {}, [])
    >>> found = fit_transform(Features(np.arange(3), values, norms))
    >>> found.names, np.round(found.mean, 3).tolist(), found.weight
    (('order_count',), [2.0], (1.15,))
    """
    if not len(features.values):
        raise ValueError("there is no customer to learn from")
    left_out = _unusable(features)
    mean, spread = {}, {}
    for name in features.names:
        if name not in left_out:
            column = _logged(name, features.column(name))
            column = np.clip(column, *np.quantile(column, WINSORISED))
            mean[name], spread[name] = float(column.mean()), float(column.std())
            if spread[name] <= CONSTANT * max(1.0, abs(mean[name])):
                left_out[name] = "the same for nearly every customer"
            if name in _GRAIN:
                spread[name] = max(spread[name], LEAST_LOG_SPREAD)
    names = tuple(name for name in features.names if name not in left_out)
    if not names:
        raise ValueError("no feature differs between customers")
    return Transform(
        names=names,
        mean=tuple(mean[name] for name in names),
        spread=tuple(spread[name] for name in names),
        weight=_weights(names, features.norms.history),
        left_out=left_out,
        quantiles=_quantiles(features),
    )


def percentiles_only(features: Features, names: tuple[str, ...]) -> Transform:
    """Learn the places of customers, without coordinates; any number of customers will do.

    Parameters
    ----------
    features : Features
        Raw features of at least one customer.
    names : tuple of str
        The features that profiles should tell of.

    Returns
    -------
    Transform
        Good for `percentiles`, not for `apply_transform`.
    """
    return Transform(names, (), (), (), {}, _quantiles(features))


def apply_transform(transform: Transform, features: Features) -> np.ndarray:
    """Compute the coordinates of customers.

    Parameters
    ----------
    transform : Transform
        As learned by `fit_transform`.
    features : Features
        Raw features, of these or other customers.

    Returns
    -------
    ndarray of shape (n_customers, n_used), float32
        No unit; squared distances weigh each block of features by its weight squared.

    Raises
    ------
    ValueError
        If a value is not finite.
    """
    z = np.empty((len(features.values), len(transform.names)), dtype=np.float32)
    for number, name in enumerate(transform.names):
        column = _logged(name, features.column(name))
        column -= transform.mean[number]
        column /= transform.spread[number]
        np.clip(column, -CLIPPED_AT, CLIPPED_AT, out=column)
        z[:, number] = column * transform.weight[number]
    if not np.isfinite(z).all():
        raise ValueError("a feature is not a finite number")
    return z


def percentiles(transform: Transform, features: Features) -> np.ndarray:
    """Place customers among those the transform was learned from, by every feature.

    Parameters
    ----------
    transform : Transform
        As learned by `fit_transform`.
    features : Features
        Raw features.

    Returns
    -------
    ndarray of shape (n_customers, n_features)
        From 0 to 100 in the order of `features.names`; equal values share a middle place.
    """
    return np.column_stack(
        [
            100 * percentile_of(features.column(name), np.asarray(transform.quantiles[name]))
            for name in features.names
        ]
    )


def _quantiles(features: Features) -> dict[str, list[float]]:
    return {
        name: np.quantile(features.column(name), GRID_STEPS).round(6).tolist()
        for name in features.names
    }


def _logged(name: str, column: np.ndarray) -> np.ndarray:
    column = column.astype(np.float64)
    return np.log1p(column / _GRAIN[name]) if name in _GRAIN else column


def _unusable(features: Features) -> dict[str, str]:
    norms, reasons = features.norms, {}
    if norms.history <= SEASON_SEEN_DAYS:
        reasons["season_share"] = f"needs more than {SEASON_SEEN_DAYS} days of history"
    if norms.discount_rate == 0:
        reasons["discount_share"] = "no order has a discount"
    if norms.return_rate == 0:
        reasons["return_rate"] = "nothing was returned"
    if len(norms.category_shares) < 2:
        reasons["category_variety"] = reasons["top_category_share"] = "there are no categories"
    return {name: why for name, why in reasons.items() if name in features.names}


def _weights(names: tuple[str, ...], history: float) -> tuple[float, ...]:
    """Return what each feature is multiplied by; style grows into its full weight with the shop.

    By degrees, so that no birthday of the shop moves its customers.
    """
    blocks = [_BLOCK[name] for name in names]
    grown = (history - SEASON_SEEN_DAYS) / (FULL_HISTORY_DAYS - SEASON_SEEN_DAYS)
    grown = min(max(grown, 0.0), 1.0)
    of = BLOCK_WEIGHTS | {
        "style": YOUNG_STYLE_WEIGHT + grown * (BLOCK_WEIGHTS["style"] - YOUNG_STYLE_WEIGHT)
    }
    weights = {
        name: of[block] / float(np.sqrt(blocks.count(block)))
        for name, block in zip(names, blocks, strict=True)
    }
    if "season_share" in weights:
        weights["season_share"] *= grown
    return tuple(weights.values())
