"""Sums over shoppers -> how often lists are clicked on and bought from, and how sure that is.

Impressions of one shopper are alike, so they are no independent trials: every interval here is that
of a ratio of sums over shoppers, by the spread between shoppers. Without knowing the shopper, each
event counts as one's own.
"""

from dataclasses import dataclass
from math import exp, log, sqrt

# Standard errors to either side, for 95 % of intervals to hold the truth.
REACH = 1.959964
# Below these an interval would say more than is known.
LEAST_UNITS, LEAST_HITS = 30, 10


@dataclass(frozen=True)
class Sums:
    """What a group of shoppers did, summed over them.

    Attributes
    ----------
    units : int
        Shoppers.
    impressions, clicks, orders : float
        Of products in lists; `orders` are clicks after which the product was ordered.
    revenue : float
        Of those orders, in the shop's currency.
    impressions_squared, clicks_squared, orders_squared, revenue_squared : float
        Sums of each shopper's square.
    clicks_by_impressions, orders_by_clicks, revenue_by_impressions : float
        Sums of each shopper's product of the two.
    """

    units: int
    impressions: float
    clicks: float
    orders: float
    revenue: float
    impressions_squared: float
    clicks_squared: float
    orders_squared: float
    revenue_squared: float
    clicks_by_impressions: float
    orders_by_clicks: float
    revenue_by_impressions: float


@dataclass(frozen=True)
class Estimate:
    """A figure and how sure it is.

    Attributes
    ----------
    value : float or None
        None where nothing was counted.
    low, high : float or None
        Where it lies in 95 of 100 such samples; None when there are too few to tell.
    """

    value: float | None
    low: float | None = None
    high: float | None = None

    @property
    def is_sure(self) -> bool:
        """Whether there are enough to tell."""
        return self.low is not None


@dataclass(frozen=True)
class Rates:
    """How a group's lists did.

    Attributes
    ----------
    clicks : Estimate
        Clicks of impressions: a share.
    orders : Estimate
        Orders of clicks: a share.
    revenue : Estimate
        Revenue of a thousand impressions, in the shop's currency.
    """

    clicks: Estimate
    orders: Estimate
    revenue: Estimate


def rates(sums: Sums) -> Rates:
    """Find what share of impressions was clicked, of clicks ordered, and what they brought.

    Parameters
    ----------
    sums : Sums
        Of the group.

    Returns
    -------
    Rates
        Each with its interval.

    Examples
    --------
    A hundred shoppers saw ten products each; twenty of them clicked on one.

    >>> found = rates(Sums(100, 1000, 20, 0, 0, 10_000, 20, 0, 0, 200, 0, 0))
    >>> found.clicks.value, round(found.clicks.low, 3), round(found.clicks.high, 3)
    (0.02, 0.012, 0.028)
    """
    clicks = (sums.clicks, sums.impressions, sums.clicks_squared, sums.impressions_squared)
    orders = (sums.orders, sums.clicks, sums.orders_squared, sums.clicks_squared)
    revenue = (sums.revenue, sums.impressions, sums.revenue_squared, sums.impressions_squared)
    return Rates(
        clicks=_ratio(sums, *clicks, sums.clicks_by_impressions, hits=sums.clicks),
        orders=_ratio(sums, *orders, sums.orders_by_clicks, hits=sums.orders),
        revenue=_ratio(sums, *revenue, sums.revenue_by_impressions, hits=sums.orders, per=1000),
    )


def lift(model: Estimate, baseline: Estimate) -> Estimate:
    """Find by how much one figure is above the other, as a share of the other.

    Parameters
    ----------
    model, baseline : Estimate
        From different shoppers.

    Returns
    -------
    Estimate
        0.25 means a quarter more. Its interval is that of a ratio of independent figures, on the
        scale of logarithms.

    Examples
    --------
    >>> found = lift(Estimate(0.05, 0.045, 0.055), Estimate(0.04, 0.036, 0.044))
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3)
    (0.25, 0.085, 0.44)
    """
    if not (model.value and baseline.value):
        return Estimate(None)
    ratio = model.value / baseline.value
    if not (model.is_sure and baseline.is_sure):
        return Estimate(ratio - 1)
    spread = sqrt(sum(((e.high - e.value) / e.value) ** 2 for e in (model, baseline)))
    return Estimate(ratio - 1, exp(log(ratio) - spread) - 1, exp(log(ratio) + spread) - 1)


def _ratio(
    sums: Sums,
    above: float,
    below: float,
    above_squared: float,
    below_squared: float,
    product: float,
    *,
    hits: float,
    per: float = 1,
) -> Estimate:
    """Estimate above / below by its linearisation: the spread of above - ratio * below."""
    if not below:
        return Estimate(None)
    ratio = above / below
    if sums.units < LEAST_UNITS or hits < LEAST_HITS:
        return Estimate(per * ratio)
    spread = max(above_squared - 2 * ratio * product + ratio**2 * below_squared, 0)
    error = sqrt(spread * sums.units / (sums.units - 1)) / below
    return Estimate(per * ratio, per * max(ratio - REACH * error, 0), per * (ratio + REACH * error))
