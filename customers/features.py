"""Sums of orders in, one row of features a customer out: what the segments are made from."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from customers.norms import (
    ShopNorms,
    days_before,
    measure_norms,
    percentile_of,
    price_a_unit,
    usual_gap,
)

WEEK = 7.0
ROWS_AT_ONCE = 500_000  # of categories


@dataclass(frozen=True)
class Feature:
    """One thing measured of a customer.

    `log` features are compared by ratio rather than difference, but for differences well below
    their `grain`: whether a weekly customer came yesterday or five days ago says little.
    """

    name: str
    block: str
    label: str
    log: bool = False
    grain: float = 1.0


FEATURES = (
    Feature("order_count", "value", "number of orders", log=True),
    Feature("total_spent", "value", "total spend", log=True),
    Feature("average_order_value", "value", "average order value", log=True),
    Feature("recent_spend", "value", "recent spend", log=True),
    Feature("days_since_last_order", "timing", "days since the last order", log=True, grain=WEEK),
    Feature("days_since_first_order", "timing", "days since the first order", log=True, grain=WEEK),
    Feature("overdue", "timing", "silence against the usual gap", log=True),
    Feature("discount_share", "style", "share of discounts"),
    Feature("price_tier", "style", "price level"),
    Feature("units_per_order", "style", "units per order", log=True),
    Feature("return_rate", "style", "share of value returned"),
    Feature("season_share", "style", "share of orders in the gift season"),
    Feature("category_variety", "preference", "variety of categories"),
    Feature("top_category_share", "preference", "share of the favourite category"),
)
NAMES = tuple(feature.name for feature in FEATURES)


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

    @property
    def history_days(self) -> float:
        """Return the days since the first order of any of these customers."""
        return float(self.column("days_since_first_order").max(initial=0))

    def rows(self, chosen: np.ndarray) -> "Features":
        """Keep some customers, by row numbers or a mask."""
        return Features(self.customer_ids[chosen], self.values[chosen], self.norms, self.names)


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
    >>> from customers.norms import CATEGORY_COLUMNS, CUSTOMER_COLUMNS
    >>> day = pd.Timestamp("2024-01-01", tz="UTC")
    >>> row = (7, 2, 3, 40.0, 36.0, 4.0, 0.0, 1, day, day + pd.Timedelta("9D"), 30.0)
    >>> totals = pd.DataFrame([row], columns=CUSTOMER_COLUMNS)
    >>> nothing = pd.DataFrame(columns=CATEGORY_COLUMNS)
    >>> features = build_features(totals, nothing, day + pd.Timedelta("10D"))
    >>> [round(float(features.column(name)[0]), 3) for name in
    ...     ("average_order_value", "days_since_last_order", "overdue", "season_share")]
    [18.0, 1.0, 0.5, 0.5]
    """
    totals = totals.sort_values("customer_id")
    ids = totals["customer_id"].to_numpy(np.int64)
    orders = totals["order_count"].to_numpy(float)
    if (ids[1:] == ids[:-1]).any():
        raise ValueError("a customer has more than one row of totals")
    if (orders < 1).any():
        raise ValueError("a customer without a counted order has no features")
    norms = norms or measure_norms(totals, categories, as_of)
    features = Features(ids, np.full((len(ids), len(NAMES)), np.nan, dtype=np.float32), norms)
    _fill(features, _value(totals, orders))
    _fill(features, _timing(totals, orders, norms, as_of))
    _fill(features, _style(totals, orders, norms))
    _fill(features, _categories(ids, categories, norms))
    if not norms.category_shares:
        _fill(features, {"price_tier": _price_level(totals, orders, norms)})
    return features


def _fill(features: Features, columns: dict[str, np.ndarray]) -> None:
    for name, column in columns.items():
        features.column(name)[:] = column


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
    first = days_before(as_of, totals["first_order_at"])
    last = days_before(as_of, totals["last_order_at"])
    gap = usual_gap(first, last, orders, norms)
    return {
        "days_since_last_order": last,
        "days_since_first_order": first,
        "overdue": (last + WEEK) / (gap + WEEK),
    }


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
    names = pd.Index(sorted(norms.category_shares), dtype=np.int64)
    shares = np.array([norms.category_shares[name] for name in names.tolist()])
    prior, n, customers = norms.order_value * shares, len(ids), pd.Index(ids)
    spent, spread, priced, bought = (np.zeros(n) for _ in range(4))
    top = np.full(n, prior.max(initial=0))
    for begin in range(0, len(categories), ROWS_AT_ONCE):
        some = categories.iloc[begin : begin + ROWS_AT_ONCE]
        row, code = customers.get_indexer(some["customer_id"]), names.get_indexer(some["category"])
        known = (row >= 0) & (code >= 0)
        row, code, some = row[known], code[known], some[known]
        lines, units, net = (some[name].to_numpy(float) for name in ("lines", "units", "net"))
        paid = np.maximum(net, 0)
        with_prior = paid + prior[code]
        spent += np.bincount(row, paid, minlength=n)
        spread += np.bincount(row, _xlogx(with_prior) - _xlogx(prior[code]), minlength=n)
        np.maximum.at(top, row, with_prior)
        price = np.divide(net, units, out=np.full(len(net), np.nan), where=units > 0)
        percentile = _price_percentiles(code, price, names.tolist(), norms)
        priced += np.bincount(row, lines * percentile, minlength=n)
        bought += np.bincount(row, lines, minlength=n)
    variety, top_share = _concentration(spent, spread, top, prior)
    return {
        "price_tier": (priced + 1.5) / (bought + 3),
        "category_variety": variety,
        "top_category_share": top_share,
    }


def _price_level(totals: pd.DataFrame, orders: np.ndarray, norms: ShopNorms) -> np.ndarray:
    """Price level among all products, for a shop without categories."""
    price = price_a_unit(totals)
    place = np.full(len(price), 0.5)
    known = np.isfinite(price) & bool(norms.unit_prices)
    place[known] = percentile_of(price[known], np.asarray(norms.unit_prices))
    return (orders * place + 1.5) / (orders + 3)


def _concentration(
    spent: np.ndarray, spread: np.ndarray, top: np.ndarray, prior: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return normalised entropy and the largest of a customer's shares of spend by category.

    Shares are (net + prior) / (all net + all priors), over all categories of the shop. `spread`
    sums x·log(x) of what was bought in, less that of its priors: the terms of categories a customer
    never bought in are added in closed form. `top` is the largest net + prior.
    """
    if len(prior) < 2 or prior.sum() <= 0:
        return np.zeros(len(spent)), np.ones(len(spent))
    whole = spent + prior.sum()
    entropy = np.log(whole) - (_xlogx(prior).sum() + spread) / whole
    return np.clip(entropy / np.log(len(prior)), 0, 1), top / whole


def _price_percentiles(
    code: np.ndarray, price: np.ndarray, names: list[int], norms: ShopNorms
) -> np.ndarray:
    """Place prices among their categories', 0 to 1; what has no price is in the middle."""
    result = np.full(len(code), 0.5)
    for number, name in enumerate(names):
        grid = norms.category_prices.get(name)
        if grid:
            here = (code == number) & np.isfinite(price)
            result[here] = percentile_of(price[here], np.asarray(grid))
    return result


def _xlogx(values: np.ndarray) -> np.ndarray:
    return values * np.log(np.where(values > 0, values, 1))
