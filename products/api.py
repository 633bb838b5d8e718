"""The catalogue over HTTP: read by any key, written by secret ones."""

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.generics import GenericAPIView, ListAPIView, get_object_or_404
from rest_framework.response import Response

from products import queries, services
from products.imports.canonical import CANONICAL
from products.models import Product
from runs.rest import (
    ANY_KEY,
    ApiView,
    Money,
    PageParameters,
    Pages,
    revalidated,
    write_rows,
)
from runs.rest.rows import WrittenSerializer


class ProductSerializer(serializers.ModelSerializer):
    """A product, by the names its columns have in files."""

    id = serializers.CharField(source="external_id")
    price = Money(allow_null=True)
    attributes = serializers.DictField(help_text="The shop's other columns.")

    class Meta:
        model = Product
        fields = [
            "id",
            "title",
            "description",
            "product_type",
            "brand",
            "price",
            "currency",
            "availability",
            "link",
            "image_link",
            "item_group_id",
            "gtin",
            "visible",
            "attributes",
            "updated_at",
        ]
        read_only_fields = fields


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A mug",
            {
                "id": "mug/blue",
                "title": "Blue mug",
                "product_type": "Home > Kitchen > Mugs",
                "price": "12.50",
                "currency": "EUR",
            },
            request_only=True,
        )
    ]
)
class ProductRow(serializers.Serializer):
    """A product to write: what is absent stays as it is, what is empty is cleared.

    Any other field is kept as an attribute.
    """

    id = serializers.CharField(max_length=100)
    title = serializers.CharField()
    description = serializers.CharField(required=False)
    product_type = serializers.CharField(required=False, help_text="As in Home > Kitchen > Mugs.")
    brand = serializers.CharField(required=False)
    price = Money(required=False)
    currency = serializers.CharField(required=False)
    availability = serializers.CharField(required=False, help_text="Unknown: out of stock.")
    link = serializers.CharField(required=False)
    image_link = serializers.CharField(required=False)
    item_group_id = serializers.CharField(required=False)
    gtin = serializers.CharField(required=False)
    visible = serializers.BooleanField(required=False)
    attributes = serializers.DictField(required=False)


class ProductDetail(ApiView, GenericAPIView):
    """One product."""

    key_kinds = {"GET": ANY_KEY}
    serializer_class = ProductSerializer

    @extend_schema(responses={200: ProductSerializer, 304: None})
    def get(self, request, id: str) -> Response:
        def body() -> dict:
            product = get_object_or_404(queries.product_by_external_id(id))
            return self.get_serializer(product).data

        return revalidated(request, queries.catalogue_state(request.use.seen), body=body)

    @extend_schema(responses={204: None})
    def delete(self, request, id: str) -> Response:
        """Take a product off sale for good; orders that name it keep it."""
        if not services.delete_products([id]):
            raise NotFound
        return Response(status=204)


class ProductList(ApiView, ListAPIView):
    """The catalogue, page by page."""

    key_kinds = {"GET": ANY_KEY}
    parameters = {"GET": PageParameters}
    serializer_class = ProductSerializer
    pagination_class = Pages
    paged_by = "id"

    def get_queryset(self):
        return Product.objects.filter(deleted_at=None)

    @extend_schema(request=ProductRow(many=True), responses=WrittenSerializer)
    def post(self, request) -> Response:
        """Write at most 1,000 products."""
        return write_rows(request, ProductRow, CANONICAL, services.upsert_products)

    @extend_schema(responses={200: ProductSerializer(many=True), 304: None})
    def get(self, request) -> Response:
        state = queries.catalogue_state(request.use.seen)
        return revalidated(request, state, body=lambda: self.list(request).data)
