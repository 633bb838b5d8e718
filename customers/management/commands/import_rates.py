"""Read a file of currency rates."""

from customers.imports.rates import COLUMNS, FORMATS
from customers.services.rates import import_rates
from runs.management.imports import ImportCommand


class Command(ImportCommand):
    """Read what currencies were worth in the shop's; orders are valued anew where it changes."""

    importer = staticmethod(import_rates)
    formats, columns = FORMATS, COLUMNS
