"""Read a file of orders."""

from runs.management.imports import ImportCommand


class Command(ImportCommand):
    """Read a file of order lines; customers' totals follow in the same transaction."""

    kind = "orders"
