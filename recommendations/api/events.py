"""What shoppers do, told by pages and by the shop's server."""

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from recommendations.models import Event
from recommendations.services.events import take_events
from runs.rest import ANY_KEY, ApiView, read_rows
from runs.rest.rows import WrittenSerializer

MOST_EVENTS = 500


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A click",
            {"event_id": "6c1f1", "type": "click", "product": "mug/blue", "visitor": "b7e2"},
            request_only=True,
        )
    ]
)
class EventRow(serializers.Serializer):
    """What happened to a product, in a list or outside of one."""

    event_id = serializers.CharField(
        max_length=100, help_text="The caller's own; what is sent twice counts once."
    )
    type = serializers.ChoiceField(choices=Event.Type.values)
    product = serializers.CharField(max_length=100)
    list_id = serializers.CharField(required=False, help_text="Of the list it stood in.")
    position = serializers.IntegerField(required=False, min_value=1, help_text="Its place there.")
    visitor = serializers.CharField(required=False, max_length=100)
    customer = serializers.CharField(required=False, help_text="With secret keys only.")
    at = serializers.DateTimeField(required=False, help_text="Now, unless given.")


class EventList(ApiView):
    """Events."""

    key_kinds = {"POST": ANY_KEY}

    @extend_schema(request=EventRow(many=True), responses={202: WrittenSerializer})
    def post(self, request: Request) -> Response:
        """Tell what shoppers saw, clicked or put into the basket: at most 500 events."""
        rows = read_rows(request, MOST_EVENTS)
        if request.auth.kind == "storefront" and any(_names_a_customer(row) for row in rows):
            raise PermissionDenied("Only a secret key (sk_…) may say which customer it was.")
        written = take_events(rows)
        if written.rejected and not written.accepted:
            raise serializers.ValidationError(
                {
                    row["index"]: {error["field"]: [error["detail"]] for error in row["errors"]}
                    for row in written.rejected
                }
            )
        return Response({"accepted": written.accepted, "rejected": written.rejected}, status=202)


def _names_a_customer(row: object) -> bool:
    return isinstance(row, dict) and row.get("customer") not in (None, "")
