"""Around every request: an id for logs and workers, a line, a measure; what is refused unread."""

import logging
import re
from collections.abc import Callable
from time import perf_counter
from urllib.parse import unquote
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse

from runs.about import about
from segrec_site import problems, traffic
from segrec_site.clients import is_from_a_proxy
from segrec_site.logs import route_of
from segrec_site.problems import DATABASE_AWAY

logger = logging.getLogger("segrec.requests")
HEADER = "X-Request-ID"
USABLE = re.compile(r"[A-Za-z0-9._-]{1,128}")
# Asked every few seconds by machines, or of no interest one by one.
QUIET = {"health-live", "health-ready", "metrics", "static"}
# What a form may weigh; what a caller of the API may send before its size is looked at closely.
FORM_BYTES, API_BYTES = 2 << 20, 25 << 20


def note_request(get_response: Callable) -> Callable:
    """Give each request its id, and say and count what became of it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        began = perf_counter()
        if not is_from_a_proxy(request):
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)  # anybody may claim to come by TLS
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


def refuse_large_bodies(get_response: Callable) -> Callable:
    """Answer 413 to what is larger than any form, before it is read; staff may hand over files."""

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        size = int(length) if length.isdecimal() else 0
        if size > FORM_BYTES and size > _most_bytes(request):
            return problems.too_large(request)
        return get_response(request)

    return middleware


def _most_bytes(request: HttpRequest) -> int:
    if request.path_info.startswith("/api/"):
        return API_BYTES
    may_hand_over = request.path_info.startswith("/admin/") and request.user.is_staff
    return settings.IMPORT_UPLOAD_BYTES + FORM_BYTES if may_hand_over else FORM_BYTES


def refuse_nul(get_response: Callable) -> Callable:
    """Answer 404 to a path with a NUL, 400 to a query with one: the database cannot look for it.

    Views of the API read their parameters strictly, and name the one that is wrong.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info:
            return problems.page_not_found(request, Http404())
        query = unquote(request.META.get("QUERY_STRING", ""))
        if "\0" in query and not problems.is_of_the_api(request):
            return problems.bad_request(request, BadRequest())
        return get_response(request)

    return middleware


class DatabaseAway:
    """Answers 503 instead of 500 while the database is away."""

    def __init__(self, get_response: Callable):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Turn the errors of a view that needed the database."""
        return problems.database_away(request) if isinstance(error, DATABASE_AWAY) else None
