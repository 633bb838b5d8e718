"""Lists in pages, by keyset: stable while rows come and go, as fast at the end as at the start."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.pagination import BasePagination
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param


class CursorField(serializers.CharField):
    """Where a page begins or ends: `>` or `<` and the key of the row beside it."""

    default_error_messages = {"invalid": "Not a cursor; take it from `next` or `previous`."}

    def to_internal_value(self, data: str) -> tuple[str, int]:
        try:
            text = urlsafe_b64decode(data.encode("ascii", "strict")).decode("ascii")
        except ValueError:
            self.fail("invalid")
        found = re.fullmatch("([<>])([0-9]{1,18})", text)
        return (found[1], int(found[2])) if found else self.fail("invalid")


class PageParameters(serializers.Serializer):
    """Which part of a list."""

    cursor = CursorField(required=False, help_text="From `next` or `previous` of another page.")
    page_size = serializers.IntegerField(default=50, min_value=1, max_value=500)


class Pages(BasePagination):
    """Pages of a view's list, which is ordered by one unique whole number.

    The view names that column in `paged_by` (`"id"`, or `"-id"` for the newest first), and
    declares `PageParameters`.
    """

    def paginate_queryset(self, queryset: QuerySet, request, view=None) -> list:
        self.uri = request.build_absolute_uri()
        column, size = view.paged_by.removeprefix("-"), view.asked["page_size"]
        direction, key = view.asked.get("cursor", (">", None))
        backwards = direction == "<"
        falling = view.paged_by.startswith("-") != backwards
        if key is not None:
            queryset = queryset.filter(**{f"{column}__{'lt' if falling else 'gt'}": key})
        rows = list(queryset.order_by(f"-{column}" if falling else column)[: size + 1])
        more, rows = len(rows) > size, rows[:size]
        if backwards:
            rows.reverse()
        before, after = (more, True) if backwards else (key is not None, more)
        self.previous = self._link("<", rows[0], column) if rows and before else None
        self.next = self._link(">", rows[-1], column) if rows and after else None
        return rows

    def _link(self, direction: str, row, column: str) -> str:
        cursor = urlsafe_b64encode(f"{direction}{getattr(row, column)}".encode()).decode()
        return replace_query_param(self.uri, "cursor", cursor)

    def get_paginated_response(self, data: list) -> Response:
        return Response({"results": data, "next": self.next, "previous": self.previous})

    def get_paginated_response_schema(self, schema: dict) -> dict:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["results", "next", "previous"],
            "properties": {"results": schema, "next": link, "previous": link},
        }
