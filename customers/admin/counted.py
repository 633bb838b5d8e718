"""Filters that a chart's links set: lists of just the customers or products a figure counts."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from customers.insights.counted import Buyers, Ordered, Sold
from customers.models import Customer, Order
from customers.queries import pages
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


class CountedFilter(SetByLink):
    """What one figure counts, as `figure` reads it; nothing where an address makes no sense."""

    figure: type[Buyers] | type[Sold] | type[Ordered]
    nothing = "never"

    def words(self) -> str:
        counted = self.figure.read(self.value())
        if not counted:
            return f"{self.nothing}: this address makes no sense"
        if not counted.segment:
            return counted.words
        return f"{counted.words} · {pages.segment_names().get(counted.segment, 'in no segment')}"

    def queryset(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        if not self.value():
            return rows
        counted = self.figure.read(self.value())
        return self.counted(rows, counted) if counted else rows.none()

    def counted(self, rows: QuerySet, figure: Buyers | Sold | Ordered) -> QuerySet:
        """Leave the rows that are counted."""
        raise NotImplementedError


class BuyersFilter(CountedFilter):
    """Customers who bought in some months: all, new, returning, or those who spent most."""

    title, parameter_name, figure, nothing = "counted", "bought", Buyers, "nobody"

    def counted(self, rows: QuerySet[Customer], figure: Buyers) -> QuerySet[Customer]:
        return meeting(rows, f"bought:{figure}")


class MoversFilter(SetByLink):
    """Customers who moved from one segment to another."""

    title, parameter_name = "moved", "moved"

    def words(self) -> str:
        names = pages.segment_names()
        return " → ".join(names.get(key, "none") for key in self.value().partition(".")[::2])

    def queryset(self, request: HttpRequest, customers: QuerySet[Customer]) -> QuerySet[Customer]:
        return meeting(customers, f"moved:{self.value()}") if self.value() else customers


class SoldFilter(CountedFilter):
    """Products that sold in some months."""

    title, parameter_name, figure = "sold", "sold", Sold

    def counted(self, rows: QuerySet[Product], figure: Sold) -> QuerySet[Product]:
        window, band = figure.window, figure.band
        if not figure.segment:
            return reading.sold_in(rows, window.start, window.until, band)
        orders = reading.counted_orders(window.start, window.end, figure.segment)
        return reading.sold_to(rows, orders, band)


class CountedOrdersFilter(CountedFilter):
    """Orders that count, of a day or a month: of everyone, of a segment, or of nobody known."""

    title, parameter_name, figure = "counted", "counted", Ordered

    def counted(self, rows: QuerySet[Order], figure: Ordered) -> QuerySet[Order]:
        found = reading.counted_orders(figure.start, figure.end, figure.segment)
        if figure.who == "nobody":
            return rows.filter(pk__in=found.filter(customer=None))
        return rows.filter(pk__in=found.filter(units__gt=0))


class OrdersOfFilter(SetByLink):
    """All orders of a customer, by the customer’s key."""

    title, parameter_name = "customer", "customer"

    def words(self) -> str:
        return str(self.customers().first() or "nobody")

    def queryset(self, request: HttpRequest, orders: QuerySet[Order]) -> QuerySet[Order]:
        return orders.filter(customer__in=self.customers()) if self.value() else orders

    def customers(self) -> QuerySet[Customer]:
        """Return whose orders are asked for."""
        return Customer.objects.filter(pk=self.value() if self.value().isdecimal() else None)


MORE_FILTERS.append(SoldFilter)
