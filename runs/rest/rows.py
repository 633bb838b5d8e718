"""Bodies sent to the API: arrays of rows, or one object of known fields."""

import re
from collections.abc import Callable

from django.conf import settings
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from runs.files import FileRefused
from runs.imports import Format, Written

MOST_ROWS = 1000
NAME = re.compile(r"[^\x00-\x1f\x7f]{1,100}")


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


def write_rows(
    request: Request,
    form: type[serializers.Serializer],
    layout: Format,
    write: Callable[[list[dict]], Written],
) -> Response:
    """Write the rows that can be written; answer how many, and what is wrong with the others.

    The form names the known fields, the layout other names they may have, as in files; what may
    be in them is for `write` to say.
    """
    rows = read_rows(request)
    names = [_names(row) if isinstance(row, dict) else set() for row in rows]
    if len(set().union(*names)) > settings.IMPORT_COLUMNS:
        raise serializers.ValidationError(
            f"At most {settings.IMPORT_COLUMNS} different fields in all rows."
        )
    fields = form().fields
    called = [layout.fields_of(row) if isinstance(row, dict) else {} for row in rows]
    rows = [layout.renamed(row) if isinstance(row, dict) else row for row in rows]
    found = enumerate(_strange(row, fields) for row in rows)
    strange = {place: errors for place, errors in found if errors}
    places = [place for place in range(len(rows)) if place not in strange]
    try:
        written = write([rows[place] for place in places])
    except FileRefused as problem:
        raise serializers.ValidationError(str(problem)) from None
    rejected = [row | {"index": places[row["index"]]} for row in written.rejected]
    rejected += [{"index": place, "errors": errors} for place, errors in strange.items()]
    rejected.sort(key=lambda row: row["index"])
    for row in rejected:
        as_sent = called[row["index"]]
        row["errors"] = [
            error | {"field": as_sent.get(error["field"], error["field"])}
            for error in row["errors"]
        ]
    return Response({"accepted": written.accepted, "rejected": rejected})


def _names(row: dict) -> set[str]:
    attributes = row.get("attributes")
    return {*row, *(attributes if isinstance(attributes, dict) else ())}


def _strange(row, fields: dict[str, serializers.Field]) -> list[dict]:
    if not isinstance(row, dict):
        return [{"field": None, "detail": "is not an object"}]
    unnamed = [name for name in sorted(_names(row)) if not NAME.fullmatch(name)]
    other = [name for name, field in fields.items() if _is_of_other_kind(row.get(name), field)]
    return [
        *({"field": name, "detail": "is no name for a field"} for name in unnamed),
        *({"field": name, "detail": "is neither text nor a number"} for name in other),
    ]


def _is_of_other_kind(value, field: serializers.Field) -> bool:
    if isinstance(value, bool):
        return not isinstance(field, serializers.BooleanField)
    return isinstance(value, dict | list) and not isinstance(field, serializers.DictField)


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
