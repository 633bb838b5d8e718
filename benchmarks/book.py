"""A shop's order lines summed as the database keeps them, for any instant, without a database."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

SUMS = ("units", "gross", "net", "discount", "returned", "decayed_spend")


@dataclass(frozen=True)
class Book:
    """Orders, and their lines by category, in order of time; customers are rows of an index."""

    orders: pd.DataFrame
    categories: pd.DataFrame
    customers: pd.Index

    @property
    def begin(self) -> pd.Timestamp:
        """The first order."""
        return self.orders["at"].iloc[0]

    @property
    def end(self) -> pd.Timestamp:
        """The last order."""
        return self.orders["at"].iloc[-1]


def keep_book(lines: pd.DataFrame) -> Book:
    """Sum lines by order.

    Parameters
    ----------
    lines : DataFrame
        Columns `order_id`, `customer_id`, `ordered_at` (UTC), `category` (or missing), `quantity`
        (below 0: sent back), `unit_price` and `discount`.

    Returns
    -------
    Book
        An order without anything bought counts as none, as in the database.
    """
    customers = pd.Index(np.sort(lines["customer_id"].unique()))
    sold = lines["quantity"] > 0
    value = lines["quantity"] * lines["unit_price"]
    frame = pd.DataFrame(
        {
            "order": pd.factorize(lines["order_id"])[0],
            "customer_id": customers.get_indexer(lines["customer_id"]),
            "at": lines["ordered_at"].to_numpy(),
            "category": pd.factorize(lines["category"], sort=True)[0],
            "lines": sold.to_numpy(int),
            "units": lines["quantity"].where(sold, 0).to_numpy(),
            "gross": value.where(sold, 0.0).to_numpy(),
            "returned": -value.where(~sold, 0.0).to_numpy(),
            "discount": lines["discount"].to_numpy(),
            "pieces": lines["quantity"].to_numpy(),
        }
    )
    frame["net"] = frame["gross"] - frame["returned"] - frame["discount"]
    heads = {"customer_id": "first", "at": "min"}
    money = dict.fromkeys(["lines", "units", "gross", "returned", "discount", "net"], "sum")
    orders = frame.groupby("order").agg(heads | money).sort_values("at", ignore_index=True)
    kept = frame[frame["category"] >= 0].drop(columns="units").rename(columns={"pieces": "units"})
    sums = dict.fromkeys(["lines", "units", "net"], "sum")
    categories = kept.groupby(["order", "category"]).agg(heads | sums).reset_index("category")
    orders["season"] = _in_season(orders["at"])
    orders["at"] = pd.to_datetime(orders["at"], utc=True)
    categories["at"] = pd.to_datetime(categories["at"], utc=True)
    return Book(orders, categories.sort_values("at", ignore_index=True), customers)


def totals(book: Book, as_of: pd.Timestamp) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sum what was ordered up to an instant to the frames that features are built from."""
    orders = book.orders[: book.orders["at"].searchsorted(as_of, "right")]
    customer, n = orders["customer_id"].to_numpy(), len(book.customers)
    age = (as_of - orders["at"]).dt.total_seconds().to_numpy() / 86_400
    weighted = {name: orders[name].to_numpy(float) for name in SUMS[:-1]}
    weighted["decayed_spend"] = weighted["net"] * 2 ** (-age / 90)
    sums = {name: np.bincount(customer, of, minlength=n) for name, of in weighted.items()}
    bought = orders[orders["lines"] > 0]
    buyer = bought["customer_id"].to_numpy()
    counted = np.bincount(buyer, minlength=n)
    season = np.bincount(buyer, bought["season"], minlength=n)
    first, last = (
        bought.drop_duplicates("customer_id"),
        bought.drop_duplicates("customer_id", keep="last"),
    )
    there = np.flatnonzero(counted)
    frame = pd.DataFrame({"customer_id": there, "order_count": counted[there]})
    frame["season_orders"] = season[there].astype(int)
    frame["first_order_at"] = first.set_index("customer_id")["at"].loc[there].to_numpy()
    frame["last_order_at"] = last.set_index("customer_id")["at"].loc[there].to_numpy()
    for name, of in sums.items():
        frame[name] = of[there]
    lines = book.categories[: book.categories["at"].searchsorted(as_of, "right")]
    by_category = lines.groupby(["customer_id", "category"])[["lines", "units", "net"]].sum()
    return frame, by_category.reset_index()


def spent_between(
    book: Book, start: pd.Timestamp, end: pd.Timestamp, customer_ids: np.ndarray
) -> np.ndarray:
    """Sum what each of these customers spent after `start` and up to `end`."""
    orders = book.orders
    orders = orders[(orders["at"] > start) & (orders["at"] <= end) & (orders["lines"] > 0)]
    spent = np.bincount(orders["customer_id"], orders["net"], minlength=len(book.customers))
    return spent[customer_ids]


def recent_orders(book: Book, as_of: pd.Timestamp, days: int = 84) -> dict[str, np.ndarray]:
    """Return value, share of discount and age in days of each order of the last weeks."""
    orders = book.orders
    late = (orders["at"] > as_of - pd.Timedelta(days=days)) & (orders["at"] <= as_of)
    orders = orders[late & (orders["lines"] > 0)]
    return {
        "net": orders["net"].to_numpy(float),
        "discount_share": (orders["discount"] / orders["gross"]).to_numpy(float),
        "age": (as_of - orders["at"]).dt.total_seconds().to_numpy() / 86_400,
    }


def _in_season(at: pd.Series) -> np.ndarray:
    day = pd.to_datetime(at, utc=True).dt.strftime("%m%d").astype(int)
    return day.between(1115, 1231).to_numpy(int)
