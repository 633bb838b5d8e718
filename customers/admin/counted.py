"""Filters that a chart's links set: lists of just the customers or products a figure counts."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from customers.insights.counted import Buyers, Sold
from customers.models import Customer
from customers.queries.conditions import meeting
from customers.queries.insights import reading
from products.admin import MORE_FILTERS
from products.models import Product


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
        return counted.words if counted else "nobody: this address makes no sense"

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
        return counted.words if counted else "never: this address makes no sense"

    def queryset(self, request: HttpRequest, products: QuerySet[Product]) -> QuerySet[Product]:
        counted = Sold.read(self.value() or "")
        if not counted:
            return products.none() if self.value() else products
        window = counted.window
        return reading.sold_in(products, window.start, window.until, counted.band)


MORE_FILTERS.append(SoldFilter)
