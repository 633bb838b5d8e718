"""Customers: orders, totals, segments."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """Knows products and runs; registers the segments kind."""

    name = "customers"

    def ready(self) -> None:
        """Tell runs what customers make and read; keep totals and insights in line."""
        from customers import listeners
        from customers.services.totals import follow_moved_products
        from customers.signals import orders_changed, segments_changed
        from products.signals import categories_changed
        from runs import kinds
        from runs.imports import importers

        importers.register("customers", "customers.services.people.IMPORTER")
        importers.register("orders", "customers.services.orders.IMPORTER")
        importers.register("rates", "customers.services.rates.IMPORTER")
        kinds.register("segments", "customers.services.segments.refreshing.KIND")
        categories_changed.connect(follow_moved_products, dispatch_uid="customers.totals")
        categories_changed.connect(listeners.follow_categories, dispatch_uid="insights.categories")
        orders_changed.connect(listeners.follow_sales, dispatch_uid="insights.orders")
        segments_changed.connect(listeners.follow_sales, dispatch_uid="insights.segments")
