"""Customers: orders, totals, segments."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """Knows products and runs; registers the segments kind."""

    name = "customers"

    def ready(self) -> None:
        """Tell runs how segments are made; follow products to other categories."""
        from customers.services.totals import follow_moved_products
        from products.signals import categories_changed
        from runs import kinds

        kinds.register("segments", "customers.services.segments.refreshing.KIND")
        categories_changed.connect(follow_moved_products, dispatch_uid="customers.totals")
