"""RFM codes and value tiers of all customers, by the yardsticks kept with a model."""

from dataclasses import dataclass

import numpy as np

from customers import rfm, value
from customers.features import Features
from customers.norms import usual_gap
from customers.rfm import Thresholds


@dataclass(frozen=True)
class Yardsticks:
    """The shop's RFM thresholds, and the expected values that part its three tiers."""

    thresholds: Thresholds
    tiers: tuple[float, float]

    def to_json(self) -> dict:
        """Return plain lists of numbers."""
        return {"thresholds": self.thresholds.to_json(), "tiers": list(self.tiers)}

    @classmethod
    def from_json(cls, stored: dict) -> "Yardsticks":
        """Read what `to_json` wrote."""
        return cls(Thresholds.from_json(stored["thresholds"]), tuple(stored["tiers"]))


@dataclass(frozen=True)
class Scores:
    """RFM codes of shape (n_customers, 3), and tiers of shape (n_customers,) from 0 to 2."""

    codes: np.ndarray
    tiers: np.ndarray

    @property
    def packed(self) -> np.ndarray:
        """Return one number a customer: the code's three digits, then the tier's."""
        return self.codes @ np.array([1000, 100, 10]) + self.tiers


def measure_yardsticks(features: Features) -> Yardsticks:
    """Measure thresholds and tiers from these customers.

    Parameters
    ----------
    features : Features
        Raw features of at least one customer.

    Returns
    -------
    Yardsticks
        Values that occur, so that equal customers are equally scored.
    """
    return Yardsticks(
        rfm.measure_thresholds(*_rfm_columns(features)), value.measure_tiers(_expected(features))
    )


def score_customers(features: Features, yardsticks: Yardsticks) -> Scores:
    """Score customers by recency, frequency, money, and by expected value.

    Parameters
    ----------
    features : Features
        Raw features.
    yardsticks : Yardsticks
        As of `measure_yardsticks`, of these or other customers.

    Returns
    -------
    Scores
        Rows as in `features`.
    """
    return Scores(
        rfm.score(yardsticks.thresholds, *_rfm_columns(features)),
        value.tier(_expected(features), yardsticks.tiers),
    )


def rfm_groups(scores: Scores) -> np.ndarray:
    """Return the place of each customer's RFM name in `rfm.GROUPS`.

    Parameters
    ----------
    scores : Scores
        Of any customers.

    Returns
    -------
    ndarray of int, shape (n_customers,)
        From 0 to 10.
    """
    names = list(rfm.GROUPS)
    of_code = np.zeros((6, 6, 6), dtype=int)
    for code in np.ndindex(5, 5, 5):
        recency, frequency, money = (digit + 1 for digit in code)
        of_code[recency, frequency, money] = names.index(rfm.name_of(recency, frequency, money))
    return of_code[tuple(scores.codes.T)]


def _rfm_columns(features: Features) -> list[np.ndarray]:
    wanted = ("days_since_last_order", "order_count", "total_spent")
    return [features.column(name).astype(float) for name in wanted]


def _expected(features: Features) -> np.ndarray:
    orders, each, first, last = (
        features.column(name).astype(float)
        for name in (
            "order_count",
            "average_order_value",
            "days_since_first_order",
            "days_since_last_order",
        )
    )
    gap = usual_gap(first, last, orders, features.norms)
    return value.expected_value(orders, each, first, last, gap)
