"""Read a file of order lines."""

from django.conf import settings

from customers.imports import order_formats
from customers.imports.orders import COLUMNS
from customers.services.orders import import_orders
from runs.management.imports import ImportCommand


class Command(ImportCommand):
    """Read a file of order lines; customers' totals follow in the same transaction."""

    importer = staticmethod(import_orders)
    formats, columns = order_formats(settings.NOT_GOODS), COLUMNS
