"""`python -m benchmarks.sample_shop FOLDER`: write the files of a made-up shop, to try segrec with.

Customers are those of the simulator, seven kinds with two years of orders; products get names one
can tell apart. `orders.csv` ends a week before `new-orders.csv` does; a few rows are wrong on
purpose, as in any real file.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.simulator import PRODUCTS_A_CATEGORY, simulate

CUSTOMERS = 3_000
DAYS_LATER = 7
# A category, with what its things are called.
THINGS = {
    "Kitchen > Mugs": ("mug", "espresso cup", "tea bowl", "beaker"),
    "Kitchen > Plates": ("dinner plate", "side plate", "soup plate", "platter"),
    "Kitchen > Pots": ("saucepan", "casserole", "stock pot", "frying pan"),
    "Table > Cloths": ("table cloth", "napkin", "runner", "place mat"),
    "Table > Candles": ("candle", "tea light", "candle holder", "lantern"),
    "Home > Cushions": ("cushion", "bolster", "floor cushion", "cushion cover"),
    "Home > Blankets": ("blanket", "throw", "quilt", "bedspread"),
    "Home > Vases": ("vase", "jug", "planter", "bowl"),
    "Bath > Towels": ("towel", "bath sheet", "flannel", "bath mat"),
    "Bath > Soaps": ("soap", "shower gel", "bath salt", "hand cream"),
    "Garden > Tools": ("trowel", "hand fork", "secateurs", "watering can"),
    "Garden > Pots": ("flower pot", "window box", "hanging basket", "saucer"),
}
LOOKS = (
    "Red",
    "Blue",
    "Green",
    "Grey",
    "White",
    "Yellow",
    "Striped",
    "Speckled",
    "Plain",
    "Dotted",
)
MAKERS = ("Alder & Co", "Birch", "Cedar House", "Dovetail")
FIRST = ("Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gia", "Hal", "Ivy", "Jon", "Kay", "Leo")
LAST = ("Adams", "Brook", "Clark", "Dale", "Ellis", "Frost", "Grey", "Hart", "Irons", "Jones")
COUNTRIES = ("GB", "IE", "FR", "DE", "NL")


def main() -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    for name, table in files(asked.customers).items():
        table.to_csv(asked.folder / name, index=False)
        print(f"{asked.folder / name}: {len(table):,} rows")


def files(customers: int, seed: int = 11) -> dict[str, pd.DataFrame]:
    """Return the files by name."""
    shop = simulate(customers, seed=seed)
    lines = shop.lines.drop(columns="category").sort_values(["ordered_at", "order_id"])
    lines["order_id"] = "O-" + lines["order_id"].astype(str)
    last = lines["ordered_at"].max() - pd.Timedelta(days=DAYS_LATER)
    is_new = lines.groupby("order_id")["ordered_at"].transform("min") > last
    return {
        "products.csv": products(shop.products),
        "customers.csv": people(sorted(lines["customer_id"].unique()), seed),
        "orders.csv": spoil(lines[~is_new]),
        "new-orders.csv": lines[is_new],
    }


def products(simulated: pd.DataFrame) -> pd.DataFrame:
    """Give the simulated products names, categories, makers."""
    places = np.arange(len(simulated))
    category, within = places // PRODUCTS_A_CATEGORY % len(THINGS), places % PRODUCTS_A_CATEGORY
    kinds = list(THINGS)
    return pd.DataFrame(
        {
            "id": simulated["id"],
            "title": [
                f"{LOOKS[n // 4 % len(LOOKS)]} {THINGS[kinds[c]][n % 4]}"
                for c, n in zip(category, within, strict=True)
            ],
            "product_type": [kinds[c] for c in category],
            "brand": [MAKERS[n % len(MAKERS)] for n in places],
            "price": simulated["price"].round(2),
            "currency": "EUR",
        }
    )


def people(ids: list[str], seed: int) -> pd.DataFrame:
    """Give customers names, addresses and countries; two in three agree to marketing."""
    random = np.random.default_rng(seed)
    first, last = random.choice(FIRST, len(ids)), random.choice(LAST, len(ids))
    return pd.DataFrame(
        {
            "customer_id": ids,
            "email": [
                f"{one}.{two}.{i}@example.com".lower()
                for one, two, i in zip(first, last, ids, strict=True)
            ],
            "first_name": first,
            "last_name": last,
            "country": random.choice(COUNTRIES, len(ids), p=[0.5, 0.1, 0.15, 0.15, 0.1]),
            "marketing_consent": random.uniform(size=len(ids)) < 2 / 3,
        }
    )


def spoil(lines: pd.DataFrame) -> pd.DataFrame:
    """Make three rows wrong: a quantity of nothing, a price in words, a day that never was."""
    spoilt = lines.astype({"quantity": object, "unit_price": object, "ordered_at": str})
    for place, (column, value) in enumerate(
        [("quantity", 0), ("unit_price", "ask us"), ("ordered_at", "2023-02-30")]
    ):
        spoilt.iloc[100 * (place + 1), spoilt.columns.get_loc(column)] = value
    return spoilt


if __name__ == "__main__":
    main()
