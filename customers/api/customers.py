"""Customers over HTTP."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.generics import ListAPIView, RetrieveAPIView

from customers.models import Customer, CustomerTotal
from customers.queries import api as queries
from runs.rest import ApiView, Money, PageParameters, Pages


class RfmSerializer(serializers.Serializer):
    """Recency, frequency and money, 1 to 5 each, and the name of that group."""

    code = serializers.CharField(source="rfm_code")
    name = serializers.CharField(source="rfm_name")


class CustomerSerializer(serializers.ModelSerializer):
    """A customer, by the names of columns in files, and what is known from the orders."""

    customer_id = serializers.CharField(source="external_id")
    created_at = serializers.DateTimeField(allow_null=True)
    attributes = serializers.DictField(help_text="The shop's other columns.")
    segment = serializers.SerializerMethodField(help_text="Its key.")
    rfm = serializers.SerializerMethodField()
    value_tier = serializers.SerializerMethodField()
    orders = serializers.IntegerField(source="total.order_count")
    total_spent = Money(source="total.net", help_text="In the shop's currency.")
    last_order_at = serializers.DateTimeField(source="total.last_order_at", allow_null=True)

    class Meta:
        model = Customer
        fields = [
            "customer_id",
            "email",
            "first_name",
            "last_name",
            "country",
            "region",
            "created_at",
            "marketing_consent",
            "profiling_opt_out",
            "attributes",
            "segment",
            "rfm",
            "value_tier",
            "orders",
            "total_spent",
            "last_order_at",
        ]

    def to_representation(self, customer: Customer) -> dict:
        """Show who never ordered with sums of nothing."""
        if not hasattr(customer, "total"):
            customer.total = CustomerTotal()
        return super().to_representation(customer)

    def get_segment(self, customer: Customer) -> str | None:
        return next((stay.segment.key for stay in customer.open_memberships), None)

    @extend_schema_field(RfmSerializer(allow_null=True))
    def get_rfm(self, customer: Customer) -> dict | None:
        return next((RfmSerializer(score).data for score in customer.open_scores), None)

    def get_value_tier(self, customer: Customer) -> str | None:
        return next((score.value_tier for score in customer.open_scores), None)


class CustomerList(ApiView, ListAPIView):
    """All customers, page by page."""

    parameters = {"GET": PageParameters}
    serializer_class = CustomerSerializer
    pagination_class = Pages
    paged_by = "id"

    def get_queryset(self):
        return queries.customers_shown()


class CustomerDetail(ApiView, RetrieveAPIView):
    """One customer."""

    serializer_class = CustomerSerializer
    lookup_field, lookup_url_kwarg = "external_id", "id"

    def get_queryset(self):
        return queries.customers_shown()
