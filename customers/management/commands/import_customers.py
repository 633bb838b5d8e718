"""Read a file of customers."""

from runs.management.imports import ImportCommand


class Command(ImportCommand):
    """Read a file of customers."""

    kind = "customers"
