"""Products: the catalogue."""

from django.apps import AppConfig


class ProductsConfig(AppConfig):
    """Knows runs only."""

    name = "products"
