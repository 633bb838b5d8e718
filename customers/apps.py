"""Customers: orders, totals, segments."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """Knows products and runs; registers the segments kind."""

    name = "customers"

    def ready(self) -> None:
        """Tell runs how segments are made, published and taken back."""
        from customers.services.segments.refreshing import KIND
        from runs import kinds

        kinds.register(KIND)
