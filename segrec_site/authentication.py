"""Who calls the API: keys, and which kind of key a view lets in."""

from uuid import uuid4

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from runs import stamps
from segrec_site import keys, usage
from segrec_site.clients import client_address
from segrec_site.models import ApiKey
from segrec_site.usage import Use

SCHEME = "Api-Key"
READS = ("GET", "HEAD", "OPTIONS")


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Api-Key …`; the key is in `request.auth`, there is no user."""

    def authenticate(self, request: Request) -> tuple[None, ApiKey] | None:
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != SCHEME.lower():
            return None
        key, request._request.use = _find_and_count(text.strip(), client_address(request))
        if key is None:
            raise AuthenticationFailed("This key is unknown, revoked or expired.")
        refuse_origin(key, request.headers.get("Origin"))
        return None, key

    def authenticate_header(self, request: Request) -> str:
        return SCHEME


def _find_and_count(text: str, address: str) -> tuple[ApiKey | None, Use]:
    """Find a key, in this process while that is true, and count the call."""
    stamp, key = keys.remembered(text)
    use = _count(key, address) if key else None
    if use and use.seen.stamps.get(stamps.KEYS) == stamp:
        return key, use
    seen = use.seen if use else usage.seen_now()
    key = keys.find_key(text)
    if key is None:
        return None, use or usage.NOT_COUNTED
    if stamp := seen.stamps.get(stamps.KEYS) or seen.keep(stamps.KEYS, uuid4().hex):
        keys.remember(key, stamp)
    return key, use or _count(key, address)


def _count(key: ApiKey, address: str) -> Use:
    if key.kind == ApiKey.Kind.STOREFRONT:
        return usage.count_call(key.pk, address)
    return usage.note_call(key.pk)


def refuse_origin(key: ApiKey, origin: str | None) -> None:
    """Raise when a browser's page may not use this key."""
    if origin is None:
        return
    if key.kind == ApiKey.Kind.CRM:
        raise PermissionDenied("A secret key does not belong in a page: requests from one fail.")
    if key.origins and origin.lower() not in key.origins:
        raise PermissionDenied(f"This key may not be used from {origin}.")


class KeyKindAllows(BasePermission):
    """Lets a key in where the view's `key_kinds` name its kind, a read-only one to read."""

    def has_permission(self, request: Request, view) -> bool:
        key = request.auth
        if key is None:
            raise NotAuthenticated("Send a key: `Authorization: Api-Key …`.")
        if key.read_only and request.method not in READS:
            raise PermissionDenied("This key is read-only.")
        if key.kind not in view.kinds_allowed(request.method):
            raise PermissionDenied("This needs a secret key (sk_…).")
        return True


class ApiKeyScheme(OpenApiAuthenticationExtension):
    """How the schema describes it."""

    target_class = ApiKeyAuthentication
    name = "ApiKey"

    def get_security_definition(self, auto_schema) -> dict:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Api-Key pk_…` (publishable) or `Api-Key sk_…` (secret).",
        }
