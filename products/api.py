"""The catalogue over HTTP: read by any key, written by secret ones."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView, get_object_or_404
from rest_framework.response import Response

from products import queries
from products.models import Product
from runs.rest import ANY_KEY, ApiView, Money, PageParameters, Pages, revalidated


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


@extend_schema(responses={200: ProductSerializer, 304: None})
class ProductDetail(ApiView, GenericAPIView):
    """One product."""

    key_kinds = {"GET": ANY_KEY}
    serializer_class = ProductSerializer

    def get(self, request, id: str) -> Response:
        def body() -> dict:
            product = get_object_or_404(queries.product_by_external_id(id))
            return self.get_serializer(product).data

        return revalidated(request, queries.catalogue_version(), body=body)


class ProductList(ApiView, ListAPIView):
    """The catalogue, page by page."""

    key_kinds = {"GET": ANY_KEY}
    parameters = {"GET": PageParameters}
    serializer_class = ProductSerializer
    pagination_class = Pages
    paged_by = "id"

    def get_queryset(self):
        return Product.objects.filter(deleted_at=None)

    @extend_schema(responses={200: ProductSerializer(many=True), 304: None})
    def get(self, request) -> Response:
        version = queries.catalogue_version()
        return revalidated(request, version, body=lambda: self.list(request).data)
