"""A list for a basket over HTTP."""

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from recommendations.api.lists import ListSerializer, list_body
from recommendations.parameters import PopularParameters
from recommendations.services.basket_lists import basket_products
from recommendations.wishes import Wishes
from runs.rest import ANY_KEY, ApiView
from runs.rest.rows import read_object

MOST_PRODUCTS = 100


@extend_schema_serializer(
    examples=[OpenApiExample("A basket", {"products": ["mug/blue"], "limit": 4}, request_only=True)]
)
class BasketRow(PopularParameters):
    """What is in the basket, and what is asked of the list: the parameters of any list."""

    products = serializers.ListField(
        child=serializers.CharField(max_length=100),
        max_length=MOST_PRODUCTS,
        help_text="Ids; unknown ones are passed over.",
    )
    exclude = serializers.ListField(
        child=serializers.CharField(max_length=100),
        max_length=200,
        required=False,
        help_text="Up to 200 ids.",
    )


class BasketProducts(ApiView):
    """Products for a basket."""

    key_kinds = {"POST": ANY_KEY}
    parameters = {"POST": PopularParameters}

    @extend_schema(request=BasketRow, responses=ListSerializer)
    def post(self, request: Request) -> Response:
        """List what is bought with these products, then what is like them, then what is popular.

        Nothing is written. What is asked of the list may stand in the address or in the body.
        """
        told = read_object(request, BasketRow)
        given = {name: told[name] for name in request.data}
        products = given.pop("products")
        wishes = Wishes(**self.asked | given)
        return Response(list_body(basket_products(products, wishes), wishes.explain))
