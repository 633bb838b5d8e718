"""The soaked shop: the simulator's customers, products and orders, in files of some days each."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchmarks.simulator import simulate

CUSTOMERS = 3_000


@dataclass(frozen=True)
class Files:
    """What the shop hands over: first everything up to now, then a file every few days."""

    products: Path
    orders: Path
    later: list[Path]
    product_ids: list[str]
    customer_ids: list[str]


def write_files(folder: Path, customers: int = CUSTOMERS, parts: int = 100) -> Files:
    """Write products, half of the orders, and the other half in so many parts."""
    shop = simulate(customers, seed=5)
    shop.products.to_csv(folder / "products.csv", index=False)
    lines = shop.lines.drop(columns="category").sort_values(["ordered_at", "order_id"])
    is_early = lines["ordered_at"] <= lines["ordered_at"].quantile(0.5)
    lines[is_early].to_csv(folder / "orders.csv", index=False)
    later = lines[~is_early]
    orders = later["order_id"].drop_duplicates()
    part_of = pd.Series(range(len(orders)), index=orders) * parts // len(orders)
    files = []
    for part, rows in later.groupby(later["order_id"].map(part_of)):
        files.append(folder / f"orders-{part:03}.csv")
        rows.to_csv(files[-1], index=False)
    return Files(
        folder / "products.csv",
        folder / "orders.csv",
        files,
        shop.products["id"].tolist(),
        sorted(lines[is_early]["customer_id"].unique()),
    )
