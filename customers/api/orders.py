"""Orders over HTTP: written line by line."""

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.response import Response

from customers.imports.orders import CANONICAL
from customers.models import Order
from customers.services.orders import upsert_orders
from runs.rest import ApiView, Money, write_rows
from runs.rest.rows import WrittenSerializer


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Two mugs",
            {
                "order_id": "1001",
                "ordered_at": "2026-06-01T10:00:00Z",
                "customer_id": "ada",
                "product_id": "mug/blue",
                "quantity": 2,
                "unit_price": "12.50",
                "currency": "EUR",
            },
            request_only=True,
        )
    ]
)
class OrderRow(serializers.Serializer):
    """A line of an order; the order's own fields are those of its first line.

    GA4's names are understood too: transaction_id, event_timestamp, user_id, item_id, price and
    so on.
    """

    order_id = serializers.CharField(max_length=100)
    line_no = serializers.IntegerField(required=False, min_value=1)
    ordered_at = serializers.DateTimeField()
    customer_id = serializers.CharField(required=False)
    email = serializers.CharField(required=False)
    status = serializers.ChoiceField(choices=Order.Status.values, default="paid")
    currency = serializers.CharField(required=False)
    product_id = serializers.CharField(max_length=100)
    quantity = serializers.IntegerField(default=1, help_text="Below 0: a return.")
    unit_price = Money(required=False, help_text="Or line_total.")
    line_total = Money(required=False)
    discount = Money(required=False, help_text="Of the whole line.")
    title = serializers.CharField(required=False, help_text="Of a product that is new.")
    product_type = serializers.CharField(required=False)
    brand = serializers.CharField(required=False)
    country = serializers.CharField(required=False, help_text="Of a customer who is new.")
    region = serializers.CharField(required=False)


class OrderList(ApiView):
    """Orders."""

    @extend_schema(request=OrderRow(many=True), responses=WrittenSerializer)
    def post(self, request) -> Response:
        """Write orders, at most 1,000 lines; those without line_no replace those an order had."""
        return write_rows(request, OrderRow, CANONICAL, upsert_orders)
