"""Read a file of order lines."""

from customers.imports.orders import COLUMNS
from customers.services.orders import FORMATS, import_orders
from runs.management.imports import ImportCommand


class Command(ImportCommand):
    """Read a file of order lines; customers' totals follow in the same transaction."""

    importer = staticmethod(import_orders)
    formats, columns = FORMATS, COLUMNS
