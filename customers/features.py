"""Sums of orders in, one row of features a customer out: what the segments are made from."""

from dataclasses import dataclass
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
class Feature:
    """One thing measured of a customer; `log` features are compared by ratio, not difference."""

    name: str
    block: str
    label: str
    log: bool = False


FEATURES = (
    Feature("order_count", "value", "number of orders", log=True),
    Feature("total_spent", "value", "total spend", log=True),
    Feature("average_order_value", "value", "average order value", log=True),
    Feature("recent_spend", "value", "recent spend", log=True),
    Feature("days_since_last_order", "timing", "days since the last order", log=True),
    Feature("days_since_first_order", "timing", "days since the first order", log=True),
    Feature("overdue", "timing", "silence against the usual gap", log=True),
    Feature("discount_share", "style", "share of discounts"),
    Feature("price_tier", "style", "price level within categories"),
    Feature("units_per_order", "style", "units per order", log=True),
    Feature("return_rate", "style", "share of value returned"),
    Feature("season_share", "style", "share of orders in the gift season"),
    Feature("category_variety", "preference", "variety of categories"),
    Feature("top_category_share", "preference", "share of the favourite category"),
)
NAMES = tuple(feature.name for feature in FEATURES)


@dataclass(frozen=True)
class ShopNorms:
    """What is usual in the shop: few orders of a customer are drawn towards it.

    Kept with a model, so that the same orders give the same features until the next fit.
    Money is in the shop's currency, rates are from 0 to 1, gaps and history are days.
    """

    order_value: float
    discount_rate: float
    return_rate: float
    season_rate: float
    usual_gap: float
    history: float
    category_shares: dict[str, float]
    category_prices: dict[str, list[float]]


@dataclass(frozen=True)
class Features:
    """Feature values in their own units, one row a customer, rows by rising customer id."""

    customer_ids: np.ndarray
    values: np.ndarray
    norms: ShopNorms
    names: tuple[str, ...] = NAMES

    def column(self, name: str) -> np.ndarray:
        """Return one feature of all customers."""
        return self.values[:, self.names.index(name)]

    def rows(self, chosen: np.ndarray) -> "Features":
        """Keep some customers, by row numbers or a mask."""
        return Features(self.customer_ids[chosen], self.values[chosen], self.norms, self.names)


def measure_norms(totals: pd.DataFrame, categories: pd.DataFrame, as_of: datetime) -> ShopNorms:
    """Measure what is usual in the shop.

    Parameters
    ----------
    totals : DataFrame of CUSTOMER_COLUMNS
        One row a customer with at least one counted order; money in the shop's currency,
        times as UTC instants. `net` is gross less discount and returns. `decayed_spend` is the
        sum of net · 2^(−age / 90 days) as of `as_of`.
    categories : DataFrame of CATEGORY_COLUMNS
        One row for each customer and top category bought in.
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
    first, last = (
        _days_before(as_of, totals[name]) for name in ("first_order_at", "last_order_at")
    )
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
    )


def build_features(
    totals: pd.DataFrame,
    categories: pd.DataFrame,
    as_of: datetime,
    norms: ShopNorms | None = None,
) -> Features:
    """Compute the features of every customer.

    Parameters
    ----------
    totals, categories : DataFrame of CUSTOMER_COLUMNS, of CATEGORY_COLUMNS
        As for `measure_norms`; rows in any order.
    as_of : datetime
        The instant features are computed for; an order after it counts as made at it.
    norms : ShopNorms, optional
        What is usual in the shop; measured from these customers when absent.

    Returns
    -------
    Features
        `values` of shape (n_customers, n_features), float32: money in the shop's currency, days,
        counts, and shares from 0 to 1, in the order of NAMES. Spend below 0 counts as 0.

    Raises
    ------
    ValueError
        If a customer has two rows, or none of the orders that features need.

    Examples
    --------
    >>> day = pd.Timestamp("2024-01-01", tz="UTC")
    >>> row = (7, 2, 3, 40.0, 36.0, 4.0, 0.0, 1, day, day + pd.Timedelta("9D"), 30.0)
    >>> totals = pd.DataFrame([row], columns=CUSTOMER_COLUMNS)
    >>> nothing = pd.DataFrame(columns=CATEGORY_COLUMNS)
    >>> features = build_features(totals, nothing, day + pd.Timedelta("10D"))
    >>> [round(float(features.column(name)[0]), 3) for name in
    ...     ("average_order_value", "days_since_last_order", "overdue", "season_share")]
    [18.0, 1.0, 0.2, 0.5]
    """
    totals = totals.sort_values("customer_id")
    ids = totals["customer_id"].to_numpy(np.int64)
    orders = totals["order_count"].to_numpy(float)
    if (ids[1:] == ids[:-1]).any():
        raise ValueError("a customer has more than one row of totals")
    if (orders < 1).any():
        raise ValueError("a customer without a counted order has no features")
    norms = norms or measure_norms(totals, categories, as_of)
    columns = {
        **_value(totals, orders),
        **_timing(totals, orders, norms, as_of),
        **_style(totals, orders, norms),
        **_categories(ids, categories, norms),
    }
    values = np.empty((len(ids), len(NAMES)), dtype=np.float32)
    for number, name in enumerate(NAMES):
        values[:, number] = columns[name]
    return Features(ids, values, norms)


def _value(totals: pd.DataFrame, orders: np.ndarray) -> dict[str, np.ndarray]:
    spent = np.maximum(totals["net"].to_numpy(float), 0)
    return {
        "order_count": orders,
        "total_spent": spent,
        "average_order_value": spent / orders,
        "recent_spend": np.maximum(totals["decayed_spend"].to_numpy(float), 0),
    }


def _timing(
    totals: pd.DataFrame, orders: np.ndarray, norms: ShopNorms, as_of: datetime
) -> dict[str, np.ndarray]:
    first = _days_before(as_of, totals["first_order_at"])
    last = _days_before(as_of, totals["last_order_at"])
    gap = usual_gap(first, last, orders, norms)
    return {
        "days_since_last_order": last,
        "days_since_first_order": first,
        "overdue": (last + 1) / (gap + 1),
    }


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


def _style(totals: pd.DataFrame, orders: np.ndarray, norms: ShopNorms) -> dict[str, np.ndarray]:
    gross = np.maximum(totals["gross"].to_numpy(float), 0)
    discount = np.clip(totals["discount"].to_numpy(float), 0, gross)
    returned = np.maximum(totals["returned"].to_numpy(float), 0)
    usual = norms.order_value or 1.0
    return {
        "discount_share": (discount + usual * norms.discount_rate) / (gross + usual),
        "units_per_order": np.maximum(totals["units"].to_numpy(float), 0) / orders,
        "return_rate": np.minimum(
            (returned + usual * norms.return_rate) / (gross - discount + usual), 1
        ),
        "season_share": (totals["season_orders"].to_numpy(float) + norms.season_rate)
        / (orders + 1),
    }


def _categories(
    ids: np.ndarray, categories: pd.DataFrame, norms: ShopNorms
) -> dict[str, np.ndarray]:
    """Price level, variety and concentration over categories; rows of others are ignored."""
    names, shares = list(norms.category_shares), np.array(list(norms.category_shares.values()))
    code = pd.Categorical(categories["category"], categories=names).codes.astype(int)
    customer = categories["customer_id"].to_numpy(np.int64)
    row = np.searchsorted(ids, customer)
    kept = (code >= 0) & (row < len(ids))
    kept[kept] = ids[row[kept]] == customer[kept]
    code, row = code[kept], row[kept]
    lines, units, net = (
        categories[name].to_numpy(float)[kept] for name in ("lines", "units", "net")
    )
    prior = norms.order_value * shares
    variety, top = _concentration(row, np.maximum(net, 0), prior[code], prior, len(ids))
    percentile = _price_percentiles(code, net / np.maximum(units, 1), names, norms)
    priced = np.bincount(row, lines * percentile, minlength=len(ids))
    bought = np.bincount(row, lines, minlength=len(ids))
    return {
        "price_tier": (priced + 1.5) / (bought + 3),
        "category_variety": variety,
        "top_category_share": top,
    }


def _concentration(
    row: np.ndarray, net: np.ndarray, prior: np.ndarray, priors: np.ndarray, n_customers: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return normalised entropy and the largest of a customer's shares of spend by category.

    Shares are (net + prior) / (all net + all priors), over all categories of the shop; the terms
    of categories a customer never bought in are summed in closed form.
    """
    if len(priors) < 2 or priors.sum() <= 0:
        return np.zeros(n_customers), np.ones(n_customers)
    whole = np.bincount(row, net, minlength=n_customers) + priors.sum()
    change = _xlogx(net + prior) - _xlogx(prior)
    spread = _xlogx(priors).sum() + np.bincount(row, change, minlength=n_customers)
    entropy = np.log(whole) - spread / whole
    top = np.full(n_customers, priors.max())
    np.maximum.at(top, row, net + prior)
    return np.clip(entropy / np.log(len(priors)), 0, 1), top / whole


def _price_percentiles(
    code: np.ndarray, price: np.ndarray, names: list[str], norms: ShopNorms
) -> np.ndarray:
    """Place a price among its category's, 0 to 1; equal prices share the middle of their places."""
    result = np.full(len(code), 0.5)
    for number, name in enumerate(names):
        grid = norms.category_prices.get(name)
        if grid:
            here = code == number
            result[here] = percentile_of(price[here], np.asarray(grid))
    return result


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


def _category_shares(categories: pd.DataFrame) -> dict[str, float]:
    spent = categories.groupby("category")["net"].sum().astype(float).clip(lower=0)
    whole = spent.sum()
    return {str(name): float(net / whole) for name, net in spent.items()} if whole > 0 else {}


def _category_prices(categories: pd.DataFrame) -> dict[str, list[float]]:
    sold = categories[categories["units"] > 0]
    price = sold["net"].astype(float) / sold["units"].astype(float)
    return {
        str(name): np.quantile(prices, PRICE_STEPS).round(6).tolist()
        for name, prices in price.groupby(sold["category"])
    }


def _days_before(as_of: datetime, times: pd.Series) -> np.ndarray:
    """Whole days from an instant to `as_of`, at least 0."""
    days = (pd.Timestamp(as_of) - times).dt.total_seconds().to_numpy(float) // 86_400
    return np.maximum(days, 0)


def _xlogx(values: np.ndarray) -> np.ndarray:
    return values * np.log(np.where(values > 0, values, 1))


def _median(values: np.ndarray, default: float) -> float:
    return float(np.median(values)) if len(values) else default


def _rate(part: float, whole: float) -> float:
    return float(np.clip(part / whole, 0, 1)) if whole > 0 else 0.0
