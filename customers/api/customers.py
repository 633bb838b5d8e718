"""Customers over HTTP."""

from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.response import Response

from customers.imports.customers import CANONICAL
from customers.models import Customer, CustomerTotal
from customers.queries import api as queries
from customers.services.people import upsert_customers
from customers.services.privacy import UnknownCustomer, erase_customer
from runs.imports import in_turn
from runs.rest import ApiView, Money, PageParameters, Pages, write_rows
from runs.rest.rows import WrittenSerializer


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
        read_only_fields = fields

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


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A customer",
            {"customer_id": "ada", "email": "ada@example.com", "marketing_consent": True},
            request_only=True,
        )
    ]
)
class CustomerRow(serializers.Serializer):
    """A customer to write: what is absent stays as it is, what is empty is cleared.

    Any other field is kept as an attribute.
    """

    customer_id = serializers.CharField(max_length=100)
    email = serializers.CharField(required=False)
    first_name = serializers.CharField(required=False)
    last_name = serializers.CharField(required=False)
    country = serializers.CharField(required=False)
    region = serializers.CharField(required=False)
    created_at = serializers.DateTimeField(required=False)
    marketing_consent = serializers.BooleanField(required=False)
    profiling_opt_out = serializers.BooleanField(required=False)
    attributes = serializers.DictField(required=False)


class CustomerList(ApiView, ListAPIView):
    """All customers, page by page."""

    parameters = {"GET": PageParameters}
    serializer_class = CustomerSerializer
    pagination_class = Pages
    paged_by = "id"

    def get_queryset(self):
        return queries.customers_shown()

    @extend_schema(request=CustomerRow(many=True), responses=WrittenSerializer)
    def post(self, request) -> Response:
        """Write at most 1,000 customers."""
        return write_rows(request, CustomerRow, CANONICAL, upsert_customers)


class CustomerDetail(ApiView, RetrieveAPIView):
    """One customer."""

    serializer_class = CustomerSerializer
    lookup_field, lookup_url_kwarg = "external_id", "id"

    def get_queryset(self):
        return queries.customers_shown()

    @extend_schema(responses={204: None})
    def delete(self, request, id: str) -> Response:
        """Erase a person; orders and sums stay, under a surrogate."""
        try:
            with in_turn():
                erase_customer(id)
        except UnknownCustomer as problem:
            raise NotFound(str(problem)) from None
        return Response(status=204)
