"""Segments over HTTP: what they are, who is in them, who came and went."""

from rest_framework import serializers
from rest_framework.generics import ListAPIView, RetrieveAPIView, get_object_or_404

from customers.api.moves import MoveSerializer
from customers.models import Membership, Segment
from customers.queries import api as queries
from customers.queries.pages import segments_alive, segments_with_profile
from runs.rest import ApiView, PageParameters, Pages


class SegmentSerializer(serializers.ModelSerializer):
    """A segment with its numbers in the published run; shares are 0 to 1."""

    name = serializers.CharField(source="__str__")
    customers = serializers.IntegerField()
    share = serializers.FloatField()
    revenue_share = serializers.FloatField()

    class Meta:
        model = Segment
        fields = [
            "key",
            "name",
            "description",
            "colour",
            "customers",
            "share",
            "revenue_share",
            "campaign",
        ]
        read_only_fields = fields

    def to_representation(self, segment: Segment) -> dict:
        """Show a retired segment, which has no numbers, as empty."""
        shown = super().to_representation(segment)
        return shown | {name: shown[name] or 0 for name in ("customers", "share", "revenue_share")}


class MemberSerializer(serializers.ModelSerializer):
    """A customer's present stay in a segment."""

    customer = serializers.CharField(source="customer.external_id")

    class Meta:
        model = Membership
        fields = read_only_fields = ["customer", "since", "borderline"]


class MoveParameters(PageParameters):
    """Which moves."""

    since = serializers.DateTimeField(
        required=False, help_text="A day or a time; moves from then on, by the data's clock."
    )


class SegmentList(ApiView, ListAPIView):
    """The segments customers are in, the largest spenders first."""

    parameters = {"GET": PageParameters}
    serializer_class = SegmentSerializer
    pagination_class = Pages
    paged_by = "position"
    queryset = Segment.objects.none()  # for the schema, which is made without the database

    def get_queryset(self):
        return segments_alive()


class SegmentDetail(ApiView, RetrieveAPIView):
    """One segment; a retired one is empty."""

    serializer_class = SegmentSerializer
    lookup_field = "key"
    queryset = Segment.objects.none()

    def get_queryset(self):
        return segments_with_profile()


class SegmentCustomers(ApiView, ListAPIView):
    """Who is in a segment now."""

    parameters = {"GET": PageParameters}
    serializer_class = MemberSerializer
    pagination_class = Pages
    paged_by = "customer_id"

    def get_queryset(self):
        return queries.members_of(get_object_or_404(Segment, key=self.kwargs["key"]))


class SegmentMoves(ApiView, ListAPIView):
    """Who came into a segment and who left it, the earliest first."""

    parameters = {"GET": MoveParameters}
    serializer_class = MoveSerializer
    pagination_class = Pages
    paged_by = "id"

    def get_queryset(self):
        segment = get_object_or_404(Segment, key=self.kwargs["key"])
        return queries.moves_touching(segment, self.asked.get("since"))
