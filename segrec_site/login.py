"""Staff's way in: closed for a while to who failed too often; comings and failures are logged."""

import hashlib
import logging
from collections.abc import Iterator

from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.dispatch import receiver
from django.http import HttpRequest
from redis import RedisError

from segrec_site.clients import client_address

logger = logging.getLogger("segrec.audit")
SECONDS = 15 * 60
# From one address, for one name and for all; nobody can lock out a colleague elsewhere.
MOST_FOR_A_NAME, MOST_FOR_ALL = 10, 50


class LoginForm(AdminAuthenticationForm):
    """Django's, with a limit to failures; without Redis there is none."""

    def clean(self) -> dict:
        name = self.cleaned_data.get("username", "")
        if any(_failures(counter) >= most for counter, most in _counters(self.request, name)):
            logger.warning("Login refused: too many failures", extra=_who(self.request))
            raise ValidationError("Too many attempts have failed. Try again in 15 minutes.")
        return super().clean()


@receiver(user_login_failed)
def count_failure(credentials: dict, request: HttpRequest | None = None, **_: object) -> None:
    """Count a failure for its address and name."""
    if request is None:
        return
    logger.warning("Login failed", extra=_who(request))
    for counter, _most in _counters(request, credentials.get("username", "")):
        try:
            cache.add(counter, 0, timeout=SECONDS)
            cache.incr(counter)
        except (RedisError, ValueError):  # away, or just forgotten
            return


@receiver(user_logged_in)
def note_login(request: HttpRequest, user, **_: object) -> None:
    """Log who came, from where."""
    logger.info("Logged in", extra=_who(request) | {"user": user.pk})


@receiver(user_logged_out)
def note_logout(request: HttpRequest, user, **_: object) -> None:
    """Log who went."""
    if user:
        logger.info("Logged out", extra=_who(request) | {"user": user.pk})


def _counters(request: HttpRequest, name: str) -> Iterator[tuple[str, int]]:
    address = client_address(request)
    named = hashlib.sha256(name.encode()).hexdigest()[:32]
    yield f"segrec:login:{address}:{named}", MOST_FOR_A_NAME
    yield f"segrec:login:{address}", MOST_FOR_ALL


def _failures(counter: str) -> int:
    try:
        return cache.get(counter, 0)
    except RedisError:
        return 0


def _who(request: HttpRequest) -> dict:
    return {"address": client_address(request)}
