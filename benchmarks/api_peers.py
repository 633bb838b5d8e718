"""What the API is measured beside: a constant answer, and lists as plain serializers make them.

Both stand behind the same middleware, key check, parameters and throttle as segrec's own views.
These are all URLs of the site, and the peers'.
"""

from django.urls import path
from rest_framework import serializers
from rest_framework.response import Response

from products.models import Category, Product
from recommendations.models import SimilarList
from recommendations.parameters import SimilarParameters
from runs.queries import published_run
from runs.rest import ANY_KEY, ApiView
from segrec_site import urls

PLACE = {
    "product": "a000001",
    "title": "Fine tapered jersey crew",
    "price": "19.99",
    "currency": "EUR",
    "availability": "in_stock",
    "link": "",
    "image_link": "",
    "rank": 1,
    "score": 0.873412,
    "source": "similar",
    "reason": {"text": "Also tapered jersey, same fabric"},
}
CONSTANT = {
    "list_id": "similar-model-10s-c5ffcbf1beb1d5a754",
    "run": {"id": 1, "built_at": "2026-06-30T12:00:00Z", "stale": False},
    "count": 10,
    "results": [PLACE | {"rank": rank} for rank in range(1, 11)],
    "removed": dict.fromkeys(("hidden", "out_of_stock", "purchased", "same_group", "filtered"), 0),
}


class Constant(ApiView):
    """The same answer to everything."""

    key_kinds = {"GET": ANY_KEY}
    parameters = {"GET": SimilarParameters}

    def get(self, request, id: str) -> Response:
        return Response(CONSTANT)


class CategorySerializer(serializers.ModelSerializer):
    """A category."""

    class Meta:
        model = Category
        fields = ("id", "name")


class ProductSerializer(serializers.ModelSerializer):
    """A product with its category."""

    category = CategorySerializer()

    class Meta:
        model = Product
        fields = (
            "external_id",
            "title",
            "price",
            "currency",
            "availability",
            "link",
            "image_link",
            "brand",
            "category",
        )


class SimilarListSerializer(serializers.ModelSerializer):
    """A product with its neighbours, each a product."""

    product = ProductSerializer()
    results = serializers.SerializerMethodField()

    class Meta:
        model = SimilarList
        fields = ("product", "scores", "results")

    def get_results(self, found: SimilarList) -> list[dict]:
        products = Product.objects.filter(pk__in=found.neighbours[:10], visible=True)
        return ProductSerializer(products, many=True).data


class Naive(ApiView):
    """A list as the shortest code makes it: no order, no rules, no reasons."""

    key_kinds = {"GET": ANY_KEY}
    parameters = {"GET": SimilarParameters}

    def get(self, request, id: str) -> Response:
        found = SimilarList.objects.get(run=published_run("similar"), product__external_id=id)
        return Response(SimilarListSerializer(found).data)


urlpatterns = [
    path("peers/constant/<str:id>/", Constant.as_view()),
    path("peers/naive/<str:id>/", Naive.as_view()),
    *urls.urlpatterns,
]
for name in ("handler400", "handler403", "handler404", "handler500"):
    globals()[name] = getattr(urls, name)
