"""Bodies sent to the API: arrays of rows, or one object of known fields."""

from rest_framework import serializers
from rest_framework.request import Request

MOST_ROWS = 1000


def read_rows(request: Request, most: int = MOST_ROWS) -> list[dict]:
    """Return the body's rows; raise when it is not an array, or too long a one."""
    rows = request.data
    if not isinstance(rows, list):
        raise serializers.ValidationError("Send an array.")
    if len(rows) > most:
        raise serializers.ValidationError(f"At most {most:,} rows at once, found {len(rows):,}.")
    return rows


def read_object(request: Request, form: type[serializers.Serializer]) -> dict:
    """Return the values of the body's fields; raise on any unknown or wrong one."""
    serializer = form(data=request.data)
    unknown = {}
    if isinstance(request.data, dict):
        unknown = {name: ["Unknown field."] for name in request.data.keys() - serializer.fields}
    serializer.is_valid()
    if found := serializer.errors | unknown:
        raise serializers.ValidationError(found)
    return serializer.validated_data
