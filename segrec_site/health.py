"""Health: alive when it answers, ready when the database and its schema are there."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from psycopg_pool import PoolTimeout

from segrec_site.bootstrap import schema_is_behind

_schema_seen_complete = False


def _schema_is_complete() -> bool:
    """Look for unapplied migrations; once there are none, this process trusts that."""
    global _schema_seen_complete
    if not _schema_seen_complete:
        _schema_seen_complete = not schema_is_behind()
    return _schema_seen_complete


@never_cache
def live(request: HttpRequest) -> JsonResponse:
    """Answer 200 while the process answers at all."""
    return JsonResponse({"status": "alive"})


@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 when requests can be served; Redis and workers are not needed for that."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if _schema_is_complete():
            return JsonResponse({"status": "ready"})
        reason = "the database's schema is behind; run manage.py migrate"
    except (DatabaseError, PoolTimeout):
        reason = "the database does not answer"
    return JsonResponse({"status": "not ready", "reason": reason}, status=503)
