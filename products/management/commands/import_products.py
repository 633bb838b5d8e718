"""Read a file of products."""

from runs.management.imports import ImportCommand


class Command(ImportCommand):
    """Read a file of products into the catalogue."""

    kind = "products"
