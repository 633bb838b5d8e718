"""A customer's segment, and why it is this one."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from customers.api.moves import Figure, StepSerializer
from customers.models import Customer
from customers.queries.moves import moves_of
from runs.rest import ApiView


class WhySerializer(serializers.Serializer):
    """A feature that speaks for the segment."""

    feature = serializers.CharField()
    value = Figure()
    percentile = serializers.FloatField(allow_null=True, help_text="Among all, 0 to 100.")
    share = serializers.FloatField(allow_null=True, help_text="Of all that speaks for it, 0 to 1.")


class ExplanationSerializer(serializers.Serializer):
    """A customer's segment; of a customer in none everything but the history is empty."""

    key = serializers.CharField(allow_null=True)
    name = serializers.CharField(allow_null=True)
    since = serializers.DateTimeField(allow_null=True)
    borderline = serializers.BooleanField(help_text="Nearly in the second one.")
    confidence = serializers.FloatField(allow_null=True, help_text="0 to 1.")
    second = serializers.CharField(allow_null=True, help_text="The key of the next best.")
    why = WhySerializer(many=True)
    history = StepSerializer(many=True, help_text="The latest move first.")


class CustomerSegment(ApiView):
    """The segment a customer is in, since when, why, and where they were before."""

    @extend_schema(responses=ExplanationSerializer)
    def get(self, request, id: str) -> Response:
        # Imported when asked for, as it brings what segments are computed with.
        from customers.services.segments.explaining import explain_customer

        customer = get_object_or_404(Customer, external_id=id, erased_at=None)
        found = explain_customer(customer)
        answer = {
            "key": found and found.segment.key,
            "name": found and str(found.segment),
            "since": found and found.since,
            "borderline": bool(found and found.borderline),
            "confidence": found and found.confidence,
            "second": found and found.second and found.second.key,
            "why": found.why if found else [],
            "history": moves_of(customer),
        }
        return Response(ExplanationSerializer(answer).data)
