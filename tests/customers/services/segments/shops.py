"""Whole shops in the database: simulated lines, written as an import leaves them."""

import pandas as pd
from django.db import connection

from benchmarks.simulator import Shop, simulate
from customers.models import Customer, Order, OrderLine
from customers.models import Shop as ShopRow
from customers.queries.totals import recompute_totals
from products.models import Category, Product
from runs.copying import copy_rows

# Of `simulate`: the window ends with 2023.
ORDER_COLUMNS = (
    "external_id",
    "customer_id",
    "ordered_at",
    "status",
    "currency",
    "rate",
    "units",
    "gross",
    "discount",
    "returned",
    "net",
)
LINE_COLUMNS = (
    "order_id",
    "line_no",
    "product_id",
    "quantity",
    "unit_price",
    "discount",
    "net",
)
LAST_DAY = pd.Timestamp("2023-12-31").date()


def load_shop(n_customers: int = 700, seed: int = 1, **over) -> Shop:
    """Simulate a shop and load it."""
    shop = simulate(n_customers, seed=seed, **over)
    load_lines(shop.lines)
    return shop


def load_lines(lines: pd.DataFrame) -> None:
    """Write a shop of these lines, and its totals."""
    ShopRow.objects.get_or_create(currency="EUR")
    names = sorted(lines["category"].unique())
    categories = {name: Category.objects.get_or_create(name=name)[0] for name in names}
    products = {
        name: Product.objects.get_or_create(
            external_id=name, title=name, product_type=name, category=category
        )[0].pk
        for name, category in categories.items()
    }
    ids = sorted(lines["customer_id"].unique())
    Customer.objects.bulk_create(Customer(external_id=pk) for pk in ids)
    customers = dict(Customer.objects.values_list("external_id", "pk"))
    copy_rows(Order._meta.db_table, ORDER_COLUMNS, _orders(lines, customers))
    orders = dict(Order.objects.values_list("external_id", "pk"))
    copy_rows(OrderLine._meta.db_table, LINE_COLUMNS, _lines(lines, orders, products))
    recompute_totals()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE customers_order, customers_orderline, customers_customertotal")


def _orders(lines: pd.DataFrame, customers: dict[str, int]) -> list[tuple]:
    value = lines["quantity"] * lines["unit_price"]
    sold = lines["quantity"] > 0
    sums = lines.assign(
        units=lines["quantity"].where(sold, 0),
        gross=value.where(sold, 0.0),
        returned=-value.where(~sold, 0.0),
    ).groupby("order_id")
    money = ["gross", "discount", "returned"]
    heads = sums[["units", *money]].sum().round(2)
    heads[["customer_id", "at"]] = sums[["customer_id", "ordered_at"]].first()
    return [
        (
            str(row.Index),
            customers[row.customer_id],
            row.at.to_pydatetime(),
            "paid",
            "EUR",
            "1",
            row.units,
            *(f"{amount:.2f}" for amount in (row.gross, row.discount, row.returned)),
            f"{row.gross - row.discount - row.returned:.2f}",
        )
        for row in heads.itertuples()
    ]


def _lines(lines: pd.DataFrame, orders: dict[str, int], products: dict[str, int]) -> list[tuple]:
    return [
        (
            orders[str(row.order_id)],
            number,
            products[row.category],
            row.quantity,
            f"{row.unit_price:.2f}",
            f"{row.discount:.2f}",
            f"{row.quantity * row.unit_price - row.discount:.2f}",
        )
        for number, row in enumerate(lines.itertuples(), 1)
    ]
