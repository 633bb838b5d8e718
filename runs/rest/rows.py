"""Arrays of rows sent to the API."""

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

MOST_ROWS = 1000


def read_rows(request: Request, most: int = MOST_ROWS) -> list[dict]:
    """Return the body's rows; raise when it is not an array of objects, or too long a one."""
    rows = request.data
    if not isinstance(rows, list):
        raise ValidationError("Send an array.")
    if len(rows) > most:
        raise ValidationError(f"At most {most:,} rows at once; these are {len(rows):,}.")
    return rows
