"""How often a publishable key may call: 600 times a minute from one address."""

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

CALLS_A_MINUTE = 600


class PublishableKeyThrottle(BaseThrottle):
    """Refuses calls beyond those; they were counted when the key was found."""

    def allow_request(self, request: Request, view) -> bool:
        if request.auth is None:
            return True
        calls, self.seconds_left, _ = request.use
        return calls <= CALLS_A_MINUTE

    def wait(self) -> float:
        return self.seconds_left
