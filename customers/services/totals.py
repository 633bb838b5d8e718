"""Customers' totals kept in line with what the catalogue does."""

from collections.abc import Sequence

from customers.queries import totals


def follow_moved_products(product_ids: Sequence[int], **_: object) -> None:
    """Sum by category anew the lines of who bought products now in another category."""
    if customers := totals.customers_who_bought(product_ids):
        totals.recompute_category_totals(customers)
