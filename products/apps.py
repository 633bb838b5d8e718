"""Products: the catalogue."""

from django.apps import AppConfig


class ProductsConfig(AppConfig):
    """Knows runs only."""

    name = "products"

    def ready(self) -> None:
        """Tell runs which files products are read from."""
        from runs.imports import importers

        importers.register("products", "products.services.IMPORTER")
