"""Lists over HTTP: beside a product, and what is popular."""

from collections.abc import Callable

from django.template.loader import render_to_string
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import renderers, serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from products.models import Product
from products.queries import catalogue_state
from recommendations.cards import heading_of, make_cards
from recommendations.list_ids import SIGNS
from recommendations.parameters import BesideParameters, PopularParameters, SimilarParameters
from recommendations.queries.rules import period
from recommendations.queries.situations import Situation
from recommendations.services import serving
from recommendations.services.answers import Answer, Place
from recommendations.wishes import Wishes
from runs.rest import ANY_KEY, ApiView, money_text, revalidated

# Longer ones, and those for one visitor alone, are not remembered.
USUAL_LIMIT = 24


class RunOfListSerializer(serializers.Serializer):
    """The refresh a list comes from; stale when a later one did not get published."""

    id = serializers.IntegerField()
    built_at = serializers.DateTimeField(allow_null=True)
    stale = serializers.BooleanField()


class ReasonSerializer(serializers.Serializer):
    """Why a product is in the list: a clause and, if explained, terms that sum to the score."""

    text = serializers.CharField(allow_blank=True)
    terms = serializers.ListField(child=serializers.ListField(), required=False)


class PlaceSerializer(serializers.Serializer):
    """A product in a list."""

    product = serializers.CharField()
    title = serializers.CharField()
    price = serializers.CharField(allow_null=True)
    currency = serializers.CharField(allow_blank=True)
    availability = serializers.ChoiceField(choices=Product.Availability.choices)
    link = serializers.CharField(allow_blank=True)
    image_link = serializers.CharField(allow_blank=True)
    rank = serializers.IntegerField(min_value=1)
    score = serializers.FloatField(
        allow_null=True,
        help_text="The cosine for `similar`, the damped cosine for `bought_together`, the model's"
        " score for `personal`; else none.",
    )
    source = serializers.ChoiceField(choices=tuple(SIGNS))
    reason = ReasonSerializer()


class RemovedSerializer(serializers.Serializer):
    """How many candidates above the last result were dropped, each under its first reason."""

    hidden = serializers.IntegerField()
    out_of_stock = serializers.IntegerField()
    purchased = serializers.IntegerField()
    same_group = serializers.IntegerField()
    filtered = serializers.IntegerField()


class ListSerializer(serializers.Serializer):
    """A list of products, in order."""

    list_id = serializers.CharField(help_text="Equal for equal lists.")
    run = RunOfListSerializer(allow_null=True)
    count = serializers.IntegerField()
    results = PlaceSerializer(many=True)
    removed = RemovedSerializer()


class SimilarProducts(ApiView):
    """Products like this one; where those are too few, what is popular in its category, or all."""

    key_kinds = {"GET": ANY_KEY}
    parameters = {"GET": SimilarParameters}

    @extend_schema(responses={200: ListSerializer, 304: None})
    def get(self, request: Request, id: str) -> Response:
        return _revalidated(request, self.asked, lambda: self._list(id, Wishes(**self.asked)))

    def _list(self, id: str, wishes: Wishes) -> dict:
        return list_body(serving.similar_products(_situation_of(id), wishes), wishes.explain)


class ProductsBoughtTogether(ApiView):
    """Products bought in one order with this one; then those like it, then what is popular."""

    key_kinds = {"GET": ANY_KEY}
    parameters = {"GET": BesideParameters}

    @extend_schema(responses={200: ListSerializer, 304: None})
    def get(self, request: Request, id: str) -> Response:
        return _revalidated(request, self.asked, lambda: self._list(id, Wishes(**self.asked)))

    def _list(self, id: str, wishes: Wishes) -> dict:
        here = _situation_of(id, "bought-together")
        return list_body(serving.products_bought_together(here, wishes), wishes.explain)


class HtmlRenderer(renderers.BaseRenderer):
    """A piece of a page."""

    media_type = "text/html"
    format = "html"

    def render(self, data, accepted_media_type=None, renderer_context=None) -> str:
        return data or ""


class SimilarFragment(ApiView):
    """The same list as HTML, to be put into a page as it is; styles are in recommendations.css."""

    key_kinds = {"GET": ANY_KEY}
    parameters = {"GET": SimilarParameters}
    renderer_classes = [HtmlRenderer]

    @extend_schema(responses={(200, "text/html"): str, 304: None})
    def get(self, request: Request, id: str) -> Response:
        return _revalidated(request, self.asked, lambda: self._list(id))

    def _list(self, id: str) -> str:
        here = _situation_of(id)
        answer = serving.similar_products(here, Wishes(**self.asked))
        heading = heading_of(answer, here.product_type)
        context = {"answer": answer, "cards": make_cards(answer), "heading": heading}
        return render_to_string("recommendations/list.html", context)


class PopularProducts(ApiView):
    """What most customers bought in the last 90 days, then ever, then what is new."""

    key_kinds = {"GET": ANY_KEY}
    parameters = {"GET": PopularParameters}

    @extend_schema(responses={200: ListSerializer, 304: None})
    def get(self, request: Request) -> Response:
        return _revalidated(request, self.asked, lambda: self._list(Wishes(**self.asked)))

    def _list(self, wishes: Wishes) -> dict:
        answer = serving.popular_products(serving.find_situation(), wishes)
        return list_body(answer, wishes.explain)


def _revalidated(request: Request, asked: dict, body: Callable[[], dict | str]) -> Response:
    """Answer from what is remembered of the usual lists: those of a shop's pages."""
    state = catalogue_state(request.use.seen)
    is_usual = not (asked.get("explain") or asked.get("exclude")) and asked["limit"] <= USUAL_LIMIT
    period_now = period(state, timezone.now())
    return revalidated(request, state, period_now, body=body, remember=is_usual)


def _situation_of(product_id: str, kind: str = "similar") -> Situation:
    here = serving.find_situation(product_id, kind)
    if here.product is None:
        raise NotFound("There is no product of this id.")
    return here


def list_body(answer: Answer, explain: bool) -> dict:
    """Write an answer as it is sent."""
    built_at = answer.built_at and answer.built_at.isoformat().replace("+00:00", "Z")
    return {
        "list_id": answer.id,
        "run": answer.run and {"id": answer.run, "built_at": built_at, "stale": answer.is_stale},
        "count": len(answer.places),
        "results": [_place_body(place, explain) for place in answer.places],
        "removed": answer.removed,
    }


def _place_body(place: Place, explain: bool) -> dict:
    product = place.product
    return {
        "product": product.id,
        "title": product.title,
        "price": money_text(product.price),
        "currency": product.currency,
        "availability": product.availability,
        "link": product.link,
        "image_link": product.image_link,
        "rank": place.rank,
        "score": place.score,
        "source": place.source,
        "reason": {"text": place.text} | ({"terms": place.terms} if explain else {}),
    }
