"""Recommendations: what to show next."""

from django.apps import AppConfig


class RecommendationsConfig(AppConfig):
    """Knows customers, products and runs; registers its kinds, listens to the catalogue."""

    name = "recommendations"

    def ready(self) -> None:
        """Tell runs how lists are made; follow products and orders as they change."""
        from customers.signals import (
            customer_erased,
            customer_exported,
            orders_changed,
            segments_changed,
        )
        from products.signals import catalogue_changed
        from recommendations import listeners
        from recommendations.services import events
        from runs import kinds

        kinds.register("similar", "recommendations.services.similar.KIND")
        kinds.register("bought-together", "recommendations.services.together.KIND")
        kinds.register("personal", "recommendations.services.personal.KIND")
        catalogue_changed.connect(listeners.follow_catalogue, dispatch_uid="lists.catalogue")
        orders_changed.connect(listeners.follow_orders, dispatch_uid="lists.orders")
        segments_changed.connect(listeners.follow_segments, dispatch_uid="lists.segments")
        customer_erased.connect(events.forget_person, dispatch_uid="events.erased")
        customer_exported.connect(events.export_person, dispatch_uid="events.exported")
