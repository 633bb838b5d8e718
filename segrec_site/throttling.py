"""How often a publishable key may call: 600 times a minute from one address."""

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from segrec_site import usage
from segrec_site.clients import client_address
from segrec_site.models import ApiKey

CALLS_A_MINUTE = 600


class PublishableKeyThrottle(BaseThrottle):
    """Counts calls in Redis for a minute from the first one; without Redis nobody waits."""

    def allow_request(self, request: Request, view) -> bool:
        if request.auth is None:
            return True
        if request.auth.kind != ApiKey.Kind.STOREFRONT:
            usage.note_call(request.auth.pk)
            return True
        calls, self.seconds_left = usage.count_call(request.auth.pk, client_address(request))
        return calls <= CALLS_A_MINUTE

    def wait(self) -> float:
        return self.seconds_left
