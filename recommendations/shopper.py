"""Whom one shops as in the demo shop: a customer's id in a signed cookie, on this machine only."""

from django.core import signing
from django.http import HttpRequest, HttpResponse

from customers.models import Customer
from customers.queries.pages import customers_with_segment

COOKIE = "shopper"


def read_shopper(request: HttpRequest) -> Customer | None:
    """Return the customer one shops as; nobody where the cookie is not ours or they are gone."""
    try:
        external_id = signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE)
    except signing.BadSignature:
        return None
    return find_shopper(external_id)


def find_shopper(external_id: str) -> Customer | None:
    """Return the customer of this id, with their segment."""
    known = customers_with_segment().filter(external_id=external_id, erased_at=None)
    return known.first()


def keep_shopper(response: HttpResponse, customer: Customer | None) -> None:
    """Send along whom one shops as; None ends it."""
    if customer is None:
        response.delete_cookie(COOKIE, samesite="Lax")
        return
    text = signing.dumps(customer.external_id, salt=COOKIE)
    response.set_cookie(COOKIE, text, httponly=True, samesite="Lax")
