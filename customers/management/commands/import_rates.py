"""Read a file of rates."""

from runs.management.imports import ImportCommand


class Command(ImportCommand):
    """Read what currencies were worth in the shop's; orders are valued anew where it changes."""

    kind = "rates"
