"""Filters that a chart's links set: lists of just the customers or products a figure counts."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from customers.insights.counted import Buyers, Ordered, Sold
from customers.models import Customer, Order
from customers.queries.conditions import meeting
from customers.queries.insights import reading
from products.admin import MORE_FILTERS
from products.models import Product

NEVER = "never: this address makes no sense"


class SetByLink(admin.SimpleListFilter):
    """A filter that is not offered, and shows only when a link has set it."""

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        return [(self.value(), self.words())] if self.value() else []

    def words(self) -> str:
        """Say what is counted."""
        raise NotImplementedError


class BuyersFilter(SetByLink):
    """Customers who bought in some months: all, new, returning, or those who spent most."""

    title, parameter_name = "counted", "bought"

    def words(self) -> str:
        counted = Buyers.read(self.value())
        if not counted:
            return "nobody: this address makes no sense"
        return counted.words + _of(counted.segment)

    def queryset(self, request: HttpRequest, customers: QuerySet[Customer]) -> QuerySet[Customer]:
        return meeting(customers, f"bought:{self.value()}") if self.value() else customers


class MoversFilter(SetByLink):
    """Customers who moved from one segment to another."""

    title, parameter_name = "moved", "moved"

    def words(self) -> str:
        names = dict(reading.segment_names())
        return " → ".join(names.get(key, "none") for key in self.value().partition(".")[::2])

    def queryset(self, request: HttpRequest, customers: QuerySet[Customer]) -> QuerySet[Customer]:
        return meeting(customers, f"moved:{self.value()}") if self.value() else customers


class SoldFilter(SetByLink):
    """Products that sold in some months."""

    title, parameter_name = "sold", "sold"

    def words(self) -> str:
        counted = Sold.read(self.value())
        return counted.words + _of(counted.segment) if counted else NEVER

    def queryset(self, request: HttpRequest, products: QuerySet[Product]) -> QuerySet[Product]:
        counted = Sold.read(self.value() or "")
        if not counted:
            return products.none() if self.value() else products
        window, band = counted.window, counted.band
        if not counted.segment:
            return reading.sold_in(products, window.start, window.until, band)
        orders = reading.counted_orders(window.start, window.end, counted.segment)
        return reading.sold_to(products, orders, band)


class CountedOrdersFilter(SetByLink):
    """Orders that count, of a day or a month: of everyone, of a segment, or of nobody known."""

    title, parameter_name = "counted", "counted"

    def words(self) -> str:
        counted = Ordered.read(self.value())
        return counted.words + _of(counted.segment) if counted else NEVER

    def queryset(self, request: HttpRequest, orders: QuerySet[Order]) -> QuerySet[Order]:
        counted = Ordered.read(self.value() or "")
        if not counted:
            return orders.none() if self.value() else orders
        found = reading.counted_orders(counted.start, counted.end, counted.segment)
        if counted.who == "nobody":
            return orders.filter(pk__in=found.filter(customer=None))
        return orders.filter(pk__in=found.filter(units__gt=0))


def _of(segment: str) -> str:
    """Name a segment by its key, after what it bought."""
    if not segment:
        return ""
    return f" · {dict(reading.segment_names()).get(segment, 'in no segment')}"


MORE_FILTERS.append(SoldFilter)
