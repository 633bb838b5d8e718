"""Health: alive when it answers, ready when the database and its schema are there."""

import psycopg
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from psycopg.errors import ConnectionTimeout
from psycopg_pool import PoolTimeout

from segrec_site.bootstrap import schema_is_behind

PATIENCE_SECONDS = 2
_schema_seen_complete = False


def _schema_is_complete() -> bool:
    """Look for unapplied migrations; once there are none, this process trusts that."""
    global _schema_seen_complete
    if not _schema_seen_complete:
        _schema_seen_complete = not schema_is_behind()
    return _schema_seen_complete


@csrf_exempt
@require_safe
@never_cache
def live(request: HttpRequest) -> JsonResponse:
    """Answer 200 while the process answers at all."""
    return JsonResponse({"status": "alive"})


@csrf_exempt
@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 when requests can be served; Redis and workers are not needed for that."""
    reason = _reason_not_to_serve()
    if reason:
        return JsonResponse({"status": "not ready", "reason": reason}, status=503)
    return JsonResponse({"status": "ready"})


def _reason_not_to_serve() -> str:
    try:
        if not _database_hangs():
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            if _schema_is_complete():
                return ""
            return "the database's schema is behind; run manage.py migrate"
    except (DatabaseError, PoolTimeout):
        pass
    return "the database does not answer"


def _database_hangs() -> bool:
    """Say whether a new connection has to wait; an open one could wait without end."""
    params = connection.get_connection_params() | {"connect_timeout": PATIENCE_SECONDS}
    try:
        psycopg.connect(**params).close()
    except ConnectionTimeout:
        return True
    except psycopg.OperationalError:  # such as too many connections: those that are open may do
        return False
    return False
