"""Errors of the API as RFC 9457 problems, one shape for all: DRF's, Django's and our own."""

import logging
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views import defaults
from psycopg_pool import PoolTimeout
from rest_framework.response import Response
from rest_framework.views import exception_handler

from recommendations import storefront
from runs.imports import ImportUnderWay

logger = logging.getLogger(__name__)
ADMIN = "/admin/"
MEDIA_TYPE = "application/problem+json"
AWAY = "The database does not answer just now."
MISCONFIGURED = "The site is not set up right; the log says why."
DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeout)


def problem(status: int, detail: str, errors: list[dict] | None = None) -> dict:
    """Return the members of a problem; its type says no more than the status does."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "errors": errors or [],
    }


def problem_response(error: Exception, context: dict) -> Response | None:
    """Answer an error raised in a view of the API; None lets Django log it and answer 500."""
    if isinstance(error, DATABASE_AWAY):
        detail = str(error) if isinstance(error, ImportUnderWay) else AWAY
        return Response(
            problem(503, detail), 503, headers={"Retry-After": "5"}, content_type=MEDIA_TYPE
        )
    if isinstance(error, ImproperlyConfigured):
        logger.error("%s", error)
        return Response(problem(503, MISCONFIGURED), 503, content_type=MEDIA_TYPE)
    response = exception_handler(error, context)
    if response is None:
        return None
    if response.status_code == 400 and not isinstance(response.data, dict | None):
        response.data = {None: response.data}
    detail = (response.data or {}).get("detail")
    if isinstance(detail, str):
        response.data = problem(response.status_code, detail)
    else:
        errors = field_errors(response.data)
        names = ", ".join(dict.fromkeys(error["field"] or "the body" for error in errors))
        response.data = problem(response.status_code, f"Not valid: {names}.", errors)
    response.content_type = MEDIA_TYPE
    return response


def field_errors(details, field: str | None = None) -> list[dict]:
    """Flatten nested errors to a list; a field inside another is written `outer.inner`."""
    if isinstance(details, dict):
        pairs = details.items()
    elif isinstance(details, list) and any(isinstance(item, dict | list) for item in details):
        pairs = enumerate(details)
    else:
        texts = details if isinstance(details, list) else [details]
        return [{"field": field, "detail": str(text)} for text in texts]
    return [error for name, inner in pairs for error in field_errors(inner, _joined(field, name))]


def _joined(outer: str | None, name) -> str | None:
    if name in (None, "non_field_errors"):
        return outer
    return f"{outer}.{name}" if outer else str(name)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request Django finds suspicious."""
    return _either(request, 400, "This request makes no sense.", defaults.bad_request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that is not allowed."""
    return _either(request, 403, "Not allowed.", _for_staff, "403.html", 403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a path that leads nowhere."""
    if settings.SHOP_PAGES and not request.path_info.startswith(ADMIN):
        return _either(request, 404, "There is nothing here.", storefront.not_found)
    return _either(request, 404, "There is nothing here.", _for_staff, "404.html", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer when our own code failed; what happened is in the log, not in the answer."""
    return _either(request, 500, "An error of ours; it was logged.", defaults.server_error)


def too_large(request: HttpRequest) -> HttpResponse:
    """Answer a body that is larger than anything we take."""
    return _either(request, 413, "The body is too large.")


def database_away(request: HttpRequest) -> HttpResponse:
    """Answer while the database is away."""
    response = _either(request, 503, AWAY)
    response.headers["Retry-After"] = "5"
    return response


def is_of_the_api(request: HttpRequest) -> bool:
    """Say whether the caller reads problems, not pages."""
    return request.path_info.startswith(("/api/", "/fragments/"))


def _for_staff(request: HttpRequest, template: str, status: int) -> HttpResponse:
    """Show a page in the admin's frame; who is not logged in sees no menu."""
    return render(request, template, admin.site.each_context(request), status=status)


def _either(
    request: HttpRequest, status: int, detail: str, page: Callable | None = None, *args
) -> HttpResponse:
    """Answer with a problem in the API, elsewhere with a page, or with the sentence alone."""
    headers = {"Cache-Control": "private, no-store"}
    if is_of_the_api(request):
        body = problem(status, detail)
        return JsonResponse(body, status=status, content_type=MEDIA_TYPE, headers=headers)
    if page:
        with suppress(*DATABASE_AWAY):  # a page's frame reads it; the sentence does not
            response = page(request, *args)
            response.headers["Cache-Control"] = headers["Cache-Control"]
            return response
    return HttpResponse(f"{detail}\n", "text/plain; charset=utf-8", status, headers=headers)
