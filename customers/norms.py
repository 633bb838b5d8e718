"""What is usual in a shop, measured from sums of orders: few orders are drawn towards it."""

from dataclasses import asdict, dataclass
from datetime import datetime

import numpy as np
import pandas as pd

CUSTOMER_COLUMNS = (
    "customer_id",
    "order_count",
    "units",
    "gross",
    "net",
    "discount",
    "returned",
    "season_orders",
    "first_order_at",
    "last_order_at",
    "decayed_spend",
)
CATEGORY_COLUMNS = ("customer_id", "category", "lines", "units", "net")

PRICE_STEPS = np.linspace(0, 1, 101)
USUAL_GAP_DAYS = 30.0  # between two orders, where nobody has ordered twice yet


@dataclass(frozen=True)
class ShopNorms:
    """What is usual in the shop: few orders of a customer are drawn towards it.

    Kept with a model, so that the same orders give the same features until the next fit.
    Money is in the shop's currency, rates are from 0 to 1, gaps and history are days; prices are
    quantiles of customers' average price a unit, in each category and in all.
    """

    order_value: float
    discount_rate: float
    return_rate: float
    season_rate: float
    usual_gap: float
    history: float
    category_shares: dict[int, float]
    category_prices: dict[int, list[float]]
    unit_prices: list[float]

    def to_json(self) -> dict:
        """Return plain lists and numbers."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict) -> "ShopNorms":
        """Read what `to_json` wrote; JSON's keys are always text."""
        by_category = ("category_shares", "category_prices")
        return cls(
            **{
                name: {int(key): of for key, of in value.items()} if name in by_category else value
                for name, value in stored.items()
            }
        )


def measure_norms(totals: pd.DataFrame, categories: pd.DataFrame, as_of: datetime) -> ShopNorms:
    """Measure what is usual in the shop.

    Parameters
    ----------
    totals : DataFrame of CUSTOMER_COLUMNS
        One row a customer with at least one counted order; money in the shop's currency,
        times as UTC instants. `net` is gross less discount and returns. `decayed_spend` is the
        sum of net · 2^(−age / 90 days) as of `as_of`.
    categories : DataFrame of CATEGORY_COLUMNS
        One row for each customer and top category bought in; `category` is its number.
    as_of : datetime
        The instant features are computed for.

    Returns
    -------
    ShopNorms
        Medians and rates over all customers.

    Examples
    --------
    >>> day = pd.Timestamp("2024-01-01", tz="UTC")
    >>> row = (7, 2, 3, 40.0, 36.0, 4.0, 0.0, 1, day, day + pd.Timedelta("9D"), 30.0)
    >>> totals = pd.DataFrame([row], columns=CUSTOMER_COLUMNS)
    >>> nothing = pd.DataFrame(columns=CATEGORY_COLUMNS)
    >>> norms = measure_norms(totals, nothing, day + pd.Timedelta("10D"))
    >>> norms.order_value, norms.discount_rate, norms.season_rate, norms.usual_gap
    (20.0, 0.1, 0.5, 9.0)
    """
    orders = totals["order_count"].to_numpy(float)
    gross = totals["gross"].to_numpy(float)
    first, last = (days_before(as_of, totals[name]) for name in ("first_order_at", "last_order_at"))
    again = orders >= 2
    gaps = (first - last)[again] / (orders[again] - 1)
    return ShopNorms(
        order_value=_median(np.maximum(gross, 0) / np.maximum(orders, 1), default=0.0),
        discount_rate=_rate(totals["discount"].sum(), gross.sum()),
        return_rate=_rate(totals["returned"].sum(), gross.sum() - totals["discount"].sum()),
        season_rate=_rate(totals["season_orders"].sum(), orders.sum()),
        usual_gap=_median(gaps, default=USUAL_GAP_DAYS),
        history=float(first.max(initial=0)),
        category_shares=_category_shares(categories),
        category_prices=_category_prices(categories),
        unit_prices=_unit_prices(totals),
    )


def usual_gap(
    days_since_first: np.ndarray, days_since_last: np.ndarray, orders: np.ndarray, norms: ShopNorms
) -> np.ndarray:
    """Return a customer's usual days between orders, drawn towards the shop's for few orders.

    Parameters
    ----------
    days_since_first, days_since_last : ndarray of shape (n_customers,)
        Days since the first and the last order.
    orders : ndarray of shape (n_customers,)
        Orders counted, at least 1.
    norms : ShopNorms
        What is usual in the shop.

    Returns
    -------
    ndarray of shape (n_customers,)
        Days: ((first − last) + the shop's usual gap) / orders.
    """
    return (days_since_first - days_since_last + norms.usual_gap) / orders


def percentile_of(values: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """Place values on a grid of quantiles, ties in the middle of their places.

    Parameters
    ----------
    values : ndarray of shape (n,)
        What to place.
    grid : ndarray of shape (n_steps,)
        Quantiles in rising order, evenly spaced in probability.

    Returns
    -------
    ndarray of shape (n,)
        Shares of the population below, from 0 to 1.

    Examples
    --------
    >>> percentile_of(np.array([0.0, 1.0, 9.0]), np.array([1.0, 1.0, 1.0, 2.0])).tolist()
    [0.0, 0.375, 1.0]
    """
    below = np.searchsorted(grid, values, "left") + np.searchsorted(grid, values, "right")
    return below / (2 * len(grid))


def share_below(values: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """Say how many of a population have less, equal values not among them.

    Parameters
    ----------
    values : ndarray of shape (n,)
        What to compare.
    grid : ndarray of shape (n_steps,)
        Quantiles in rising order, evenly spaced in probability.

    Returns
    -------
    ndarray of shape (n,)
        Shares of the population, from 0 to 1.

    Examples
    --------
    >>> share_below(np.array([0.0, 1.0, 2.0]), np.array([1.0, 1.0, 1.0, 2.0])).tolist()
    [0.0, 0.0, 0.75]
    """
    return np.searchsorted(grid, values, "left") / len(grid)


def price_a_unit(totals: pd.DataFrame) -> np.ndarray:
    """Return what customers paid for a unit on average.

    Parameters
    ----------
    totals : DataFrame of CUSTOMER_COLUMNS
        As for `measure_norms`.

    Returns
    -------
    ndarray of shape (n_customers,)
        Money; NaN for who bought no unit.
    """
    units = totals["units"].to_numpy(float)
    paid = totals["gross"].to_numpy(float) - totals["discount"].to_numpy(float)
    return np.divide(paid, units, out=np.full(len(units), np.nan), where=units > 0)


def days_before(as_of: datetime, times: pd.Series) -> np.ndarray:
    """Count whole days from instants to `as_of`.

    Parameters
    ----------
    as_of : datetime
        The later instant.
    times : Series of datetime64, shape (n,)
        UTC instants.

    Returns
    -------
    ndarray of shape (n,)
        Days, at least 0.
    """
    passed = pd.Timestamp(as_of) - pd.to_datetime(times, utc=True)
    days = passed.dt.total_seconds().to_numpy(float) // 86_400
    return np.maximum(days, 0)


def _category_shares(categories: pd.DataFrame) -> dict[int, float]:
    spent = categories.groupby("category")["net"].sum().astype(float).clip(lower=0)
    whole = spent.sum()
    return {int(name): float(net / whole) for name, net in spent.items()} if whole > 0 else {}


def _category_prices(categories: pd.DataFrame) -> dict[int, list[float]]:
    sold = categories[categories["units"] > 0]
    price = sold["net"].astype(float) / sold["units"].astype(float)
    return {
        int(name): np.quantile(prices, PRICE_STEPS).round(6).tolist()
        for name, prices in price.groupby(sold["category"])
    }


def _unit_prices(totals: pd.DataFrame) -> list[float]:
    price = price_a_unit(totals)
    price = price[np.isfinite(price)]
    return np.quantile(price, PRICE_STEPS).round(6).tolist() if len(price) else []


def _median(values: np.ndarray, default: float) -> float:
    return float(np.median(values)) if len(values) else default


def _rate(part: float, whole: float) -> float:
    return float(np.clip(part / whole, 0, 1)) if whole > 0 else 0.0
