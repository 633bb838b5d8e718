"""Around every request: an id that follows it into the logs and workers, a line, a measure."""

import logging
import re
from collections.abc import Callable
from time import perf_counter
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from runs.about import about
from segrec_site import traffic
from segrec_site.clients import is_from_a_proxy
from segrec_site.logs import route_of

logger = logging.getLogger("segrec.requests")
HEADER = "X-Request-ID"
USABLE = re.compile(r"[A-Za-z0-9._-]{1,128}")
# Asked every few seconds by machines, or of no interest one by one.
QUIET = {"health-live", "health-ready", "metrics", "static"}


def note_request(get_response: Callable) -> Callable:
    """Give each request its id, and say and count what became of it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        began = perf_counter()
        request.id = _id_of(request)
        with about(request=request.id):
            response = get_response(request)
            response.headers[HEADER] = request.id
            _note(request, response.status_code, perf_counter() - began)
        return response

    return middleware


def _id_of(request: HttpRequest) -> str:
    """Take the id that a trusted proxy gave, or make one."""
    given = request.headers.get(HEADER, "")
    if given and is_from_a_proxy(request) and USABLE.fullmatch(given):
        return given
    return uuid4().hex


def _note(request: HttpRequest, status: int, seconds: float) -> None:
    view = _view_of(request)
    traffic.count(request.method, view, status, seconds)
    level = logging.DEBUG if view in QUIET else logging.INFO
    if not logger.isEnabledFor(level):
        return
    extra = {
        "method": request.method,
        "route": route_of(request),
        "view": view,
        "status": status,
        "ms": round(1000 * seconds, 1),
    }
    if key := getattr(request, "auth", None):
        extra["key"] = key.prefix
    if user := getattr(request, "_cached_user", None):  # asking for it would read the database
        extra["user"] = user.pk
    logger.log(level, "%s %s %s", request.method, extra["route"], status, extra=extra)


def _view_of(request: HttpRequest) -> str:
    if request.resolver_match:
        return request.resolver_match.view_name or "unnamed"
    return "static" if request.path_info.startswith(settings.STATIC_URL) else "none"
