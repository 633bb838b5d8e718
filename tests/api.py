"""A caller of the API, with a key or without."""

from django.test import Client

from segrec_site.keys import create_key


class Caller(Client):
    """A client that sends a key with every call, and paths below /api/v1."""

    def __init__(self, key: str | None = None, **headers):
        if key:
            headers["Authorization"] = f"Api-Key {key}"
        super().__init__(headers=headers, raise_request_exception=False)

    def generic(self, method, path, *args, **kwargs):
        if path.startswith("/") and not path.startswith(("/api/", "/fragments/")):
            path = f"/api/v1{path}"
        return super().generic(method, path, *args, **kwargs)


def storefront(**options) -> Caller:
    """Make a publishable key; return a caller with it."""
    return Caller(create_key("shop", "storefront", **options)[1])


def crm(**options) -> Caller:
    """Make a secret key; return a caller with it."""
    return Caller(create_key("crm", "crm", **options)[1])
