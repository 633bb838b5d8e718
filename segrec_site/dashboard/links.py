"""Where charts lead: lists of just the customers or products they count."""

from urllib.parse import urlencode

from django.urls import reverse

from customers.insights.counted import Buyers, Sold, Window


def buyers(window: Window, who: str = "all", segment: str = "") -> str:
    """Return the list of a window's buyers."""
    return _customers(bought=Buyers(window, who, segment))


def members(segment: str) -> str:
    """Return the list of customers who are in a segment now."""
    return _customers(segment=segment)


def movers(from_segment: str, to_segment: str) -> str:
    """Return the list of customers who moved."""
    return _customers(moved=f"{from_segment}.{to_segment}")


def products(window: Window, *, category: int | None = 0, band: int | None = None) -> str:
    """Return the list of products sold in a window, of a category (None: of none), of a band."""
    chosen = {"sold": Sold(window, band)}
    if category is None:
        chosen["category__isnull"] = "True"
    elif category:
        chosen["category__id__exact"] = category
    return f"{reverse('admin:products_product_changelist')}?{urlencode(chosen)}"


def _customers(**chosen: object) -> str:
    return f"{reverse('admin:customers_customer_changelist')}?{urlencode(chosen)}"
