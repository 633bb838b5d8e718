"""Whether the shop has drifted from the model, so that it must be fitted again."""

from dataclasses import dataclass

import numpy as np

from runs.wording import percent

SHARES_PSI = 0.10
DISTANCE_RATIO = (0.85, 1.20)
SMALLEST_SHARE = 0.02
OLDEST_DAYS = 91.0  # 13 weeks
ORDER_VALUE_PSI, DISCOUNT_PSI = 0.10, 0.50
ALARM_REST_DAYS = 14.0  # after a fit the orders that alarmed are in it
FEWEST_ORDERS = 200  # in either period, below which an alarm would be noise
FLOOR = 1e-4


@dataclass(frozen=True)
class Trigger:
    """A reason to fit again."""

    code: str
    text: str


@dataclass(frozen=True)
class Drift:
    """What was measured of a frozen model on today's customers.

    Shares are of customers by segment, `distance_ratio` is the mean squared distance against the
    fit's, `age` days since the fit, and the two PSI compare orders of the last 28 days with the 8
    weeks before (None: too few orders to tell).
    """

    shares_then: np.ndarray
    shares_now: np.ndarray
    distance_ratio: float
    age: float
    order_value_psi: float | None = None
    discount_psi: float | None = None


def population_stability(expected: np.ndarray, actual: np.ndarray) -> float:
    """Return the population stability index of two sets of shares.

    Parameters
    ----------
    expected, actual : ndarray of shape (n_bins,)
        Shares, each adding up to 1.

    Returns
    -------
    float
        Σ (actual − expected) · ln(actual / expected), no unit; 0 when equal, above 0.25 is large.

    Examples
    --------
    >>> round(population_stability(np.array([0.5, 0.5]), np.array([0.6, 0.4])), 4)
    0.0405
    """
    expected, actual = np.maximum(expected, FLOOR), np.maximum(actual, FLOOR)
    return float(((actual - expected) * np.log(actual / expected)).sum())


def shift_of_values(before: np.ndarray, now: np.ndarray, n_bins: int = 10) -> float | None:
    """Return how far the distribution of an order's value has shifted.

    Parameters
    ----------
    before, now : ndarray of shape (n_before,), (n_now,)
        One number an order, in any unit.
    n_bins : int
        Bins with equal shares of `before`; equal values share a bin.

    Returns
    -------
    float or None
        Population stability index; None with fewer than FEWEST_ORDERS orders in a period.

    Examples
    --------
    >>> shift_of_values(np.arange(1000), np.arange(1000))
    0.0
    """
    if min(len(before), len(now)) < FEWEST_ORDERS:
        return None
    edges = np.unique(np.quantile(before, np.linspace(0, 1, n_bins + 1)[1:-1], method="lower"))
    shares = [
        np.bincount(np.searchsorted(edges, values, "left"), minlength=len(edges) + 1) / len(values)
        for values in (before, now)
    ]
    return population_stability(*shares)


def find_triggers(drift: Drift) -> list[Trigger]:
    """Say why the model must be fitted again, if it must.

    Parameters
    ----------
    drift : Drift
        What was measured.

    Returns
    -------
    list of Trigger
        Empty while the model holds.

    Examples
    --------
    >>> even = np.array([0.5, 0.5])
    >>> [trigger.code for trigger in find_triggers(Drift(even, even, 1.3, 91.0))]
    ['distance_drift', 'model_age']
    """
    found = []
    psi = population_stability(drift.shares_then, drift.shares_now)
    if psi > SHARES_PSI:
        found.append(
            Trigger("shares_drift", f"The sizes of segments have shifted (PSI {psi:.2f}).")
        )
    if not DISTANCE_RATIO[0] <= drift.distance_ratio <= DISTANCE_RATIO[1]:
        ratio = f"Customers lie {drift.distance_ratio:.2f} times as far from their segment's centre"
        found.append(Trigger("distance_drift", f"{ratio} as when the model was fitted."))
    if drift.shares_now.min() < SMALLEST_SHARE:
        smallest = drift.shares_now.min()
        found.append(
            Trigger("segment_shrunk", f"A segment holds only {percent(smallest, 1)} of customers.")
        )
    if drift.age >= OLDEST_DAYS:
        found.append(Trigger("model_age", f"The model is {drift.age:.0f} days old."))
    return found + _order_alarms(drift)


def _order_alarms(drift: Drift) -> list[Trigger]:
    if drift.age < ALARM_REST_DAYS:
        return []
    against = "of the last 28 days differ from the 8 weeks before"
    alarms = (
        ("order_value_alarm", "Order values", drift.order_value_psi, ORDER_VALUE_PSI),
        ("discount_alarm", "Discounts", drift.discount_psi, DISCOUNT_PSI),
    )
    return [
        Trigger(code, f"{what} {against} (PSI {psi:.2f}).")
        for code, what, psi, limit in alarms
        if psi is not None and psi > limit
    ]
