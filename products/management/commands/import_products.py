"""Read a file of products."""

from products import services
from products.imports import COLUMNS, FORMATS
from runs.management.imports import ImportCommand


class Command(ImportCommand):
    """Read a file of products into the catalogue."""

    importer = staticmethod(services.import_products)
    formats, columns = FORMATS, COLUMNS

    def add_arguments(self, parser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--complete", action="store_true", help="take off sale what the file lacks"
        )
