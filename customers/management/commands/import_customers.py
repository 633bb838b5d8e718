"""Read a file of customers."""

from customers.imports.customers import COLUMNS, FORMATS
from customers.services.people import import_customers
from runs.management.imports import ImportCommand


class Command(ImportCommand):
    """Read a file of customers."""

    importer = staticmethod(import_customers)
    formats, columns = FORMATS, COLUMNS
