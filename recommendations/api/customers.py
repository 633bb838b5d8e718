"""Lists for a customer over HTTP: what may please next, and what to buy again."""

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from recommendations.api.lists import ListSerializer, list_body
from recommendations.parameters import PopularParameters
from recommendations.wishes import Wishes
from runs.rest import ApiView


class CustomerRecommendations(ApiView):
    """What a customer's purchases speak for; then what is popular in their segment, then at all.

    A purchase counts from the next call on. Who does not want to be profiled gets what is popular.
    """

    parameters = {"GET": PopularParameters}

    @extend_schema(responses=ListSerializer)
    def get(self, request: Request, id: str) -> Response:
        return _answer("for-customer", id, Wishes(**self.asked))


class CustomerBuyAgain(ApiView):
    """What a customer bought, what is due first; nothing else, so there may be fewer than asked.

    Who does not want to be profiled gets what is popular.
    """

    parameters = {"GET": PopularParameters}

    @extend_schema(responses=ListSerializer)
    def get(self, request: Request, id: str) -> Response:
        return _answer("buy-again", id, Wishes(**self.asked))


def _answer(list_name: str, customer_id: str, wishes: Wishes) -> Response:
    # Imported when asked for, as it brings what scores are computed with.
    from recommendations.services import customer_lists

    here = customer_lists.find_customer(customer_id, list_name)
    if here.customer is None:
        raise NotFound("There is no customer of this id.")
    answer = customer_lists.LISTS[list_name](here, wishes)
    return Response(list_body(answer, wishes.explain))
