"""Where charts lead: lists of just the customers, products or orders they count."""

from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from customers.insights.counted import Buyers, Ordered, Sold, Window


def buyers(window: Window, who: str = "all", segment: str = "") -> str:
    """Return the list of a window's buyers."""
    return _customers(bought=Buyers(window, who, segment))


def members(segment: str) -> str:
    """Return the list of customers who are in a segment now."""
    return _customers(segment=segment)


def movers(from_segment: str, to_segment: str) -> str:
    """Return the list of customers who moved."""
    return _customers(moved=f"{from_segment}.{to_segment}")


def orders(day: date, segment: str = "") -> str:
    """Return the list of a day's orders."""
    return _orders(Ordered(day, segment=segment))


def orders_of_nobody(month: date) -> str:
    """Return the list of a month's orders without a customer."""
    return _orders(Ordered(month, is_day=False, who="nobody"))


def products(
    window: Window, *, category: int | None = 0, band: int | None = None, segment: str = ""
) -> str:
    """Return the list of products sold in a window, of a category (None: of none), of a band."""
    chosen = {"sold": Sold(window, band, segment)}
    if category is None:
        chosen["category__isnull"] = "True"
    elif category:
        chosen["category__id__exact"] = category
    return f"{reverse('admin:products_product_changelist')}?{urlencode(chosen)}"


def _orders(counted: Ordered) -> str:
    return f"{reverse('admin:customers_order_changelist')}?{urlencode({'counted': counted})}"


def _customers(**chosen: object) -> str:
    return f"{reverse('admin:customers_customer_changelist')}?{urlencode(chosen)}"
