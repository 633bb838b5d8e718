"""Customers: orders, totals, segments."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """Knows products and runs; registers the segments kind."""

    name = "customers"
