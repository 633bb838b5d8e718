"""Answers that callers may keep but ask about each time, and this process may: the next is true."""

from collections.abc import Callable
from hashlib import blake2b

from django.core.cache import caches
from django.utils.http import parse_etags
from rest_framework.request import Request
from rest_framework.response import Response

HEADERS = {"Cache-Control": "public, no-cache", "Vary": "Authorization, Origin"}


def etag_of(request: Request, *state) -> str:
    """Return the tag of the answer to this URL in this state of what is stored."""
    known = repr((request.build_absolute_uri(), state)).encode()
    return f'"{blake2b(known, digest_size=16).hexdigest()}"'


def revalidated(
    request: Request, *state, body: Callable[[], dict | str], remember: bool = False
) -> Response:
    """Answer 304 when the caller's copy is of this state, else the body, made only then.

    With `remember` this process remembers the body, for who asks the same in the same state.
    """
    tag = etag_of(request, *state)
    headers = HEADERS | {"ETag": tag}
    kept = [old.removeprefix("W/") for old in parse_etags(request.headers.get("If-None-Match", ""))]
    if tag in kept:
        return Response(status=304, headers=headers)
    made = caches["answers"].get_or_set(tag, body) if remember else body()
    if "*" in kept:  # any copy will do, if there is something to have a copy of
        return Response(status=304, headers=headers)
    return Response(made, headers=headers)
