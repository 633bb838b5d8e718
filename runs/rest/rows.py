"""Bodies sent to the API: arrays of rows, or one object of known fields."""

from collections.abc import Callable

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from runs.files import FileRefused
from runs.imports import Written

MOST_ROWS = 1000


class FieldErrorSerializer(serializers.Serializer):
    """What is wrong with one field; without a field, with all of it."""

    field = serializers.CharField(allow_null=True)
    detail = serializers.CharField()


class RejectedSerializer(serializers.Serializer):
    """A row that was not written; the first has the index 0."""

    index = serializers.IntegerField()
    errors = FieldErrorSerializer(many=True)


class WrittenSerializer(serializers.Serializer):
    """What became of rows."""

    accepted = serializers.IntegerField()
    rejected = RejectedSerializer(many=True)


def read_rows(request: Request, most: int = MOST_ROWS) -> list[dict]:
    """Return the body's rows; raise when it is not an array, or too long a one."""
    rows = request.data
    if not isinstance(rows, list):
        raise serializers.ValidationError("Send an array.")
    if len(rows) > most:
        raise serializers.ValidationError(f"At most {most:,} rows at once, found {len(rows):,}.")
    return rows


def write_rows(request: Request, write: Callable[[list[dict]], Written]) -> Response:
    """Write the rows that can be written; answer how many, and what is wrong with the others."""
    rows = read_rows(request)
    places = [place for place, row in enumerate(rows) if isinstance(row, dict)]
    try:
        written = write([rows[place] for place in places])
    except FileRefused as problem:
        raise serializers.ValidationError(str(problem)) from None
    strange = [{"field": None, "detail": "Not an object."}]
    rejected = [row | {"index": places[row["index"]]} for row in written.rejected]
    rejected += [
        {"index": place, "errors": strange} for place in sorted({*range(len(rows))} - {*places})
    ]
    rejected.sort(key=lambda row: row["index"])
    return Response({"accepted": written.accepted, "rejected": rejected})


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
