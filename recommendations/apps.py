"""Recommendations: what to show next."""

from django.apps import AppConfig


class RecommendationsConfig(AppConfig):
    """Knows customers, products and runs; registers its kinds, listens to the catalogue."""

    name = "recommendations"

    def ready(self) -> None:
        """Tell runs how lists are made; follow products and orders as they change."""
        from customers.signals import orders_changed
        from products.signals import catalogue_changed
        from recommendations import listeners
        from runs import kinds

        kinds.register("similar", "recommendations.services.similar.KIND")
        catalogue_changed.connect(listeners.follow_catalogue, dispatch_uid="lists.catalogue")
        orders_changed.connect(listeners.follow_orders, dispatch_uid="lists.orders")
