"""Figures for a monitor: the data's age, runs by kind and state, what waits in the queues."""

import hmac
from collections.abc import Iterator

import redis
from django.conf import settings
from django.db import DatabaseError
from django.db.models import Count, Model
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from customers.models import Customer, Order
from customers.queries.clock import data_clock
from products.models import Product
from runs.models import Import, Run
from runs.queries import estimated_rows
from segrec_site.clients import is_on_this_machine
from segrec_site.usage import impatient

QUEUES = ("now", "batch")
# Counting more rows than these takes long; the database's estimate is near enough.
COUNTED_BELOW = 100_000


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer in Prometheus' text format, to this machine or to who has the token."""
    if not (is_on_this_machine(request) or _has_token(request)):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    try:
        lines = [*_site(), *_rows(), *_runs(), *_queues()]
    except DatabaseError:
        return HttpResponse("The database does not answer.\n", "text/plain", 503)
    text = "".join(f"{line}\n" for line in lines)
    return HttpResponse(text, "text/plain; version=0.0.4; charset=utf-8")


def _has_token(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    given, right = token.strip().encode(), settings.METRICS_TOKEN.encode()
    return bool(right) and scheme.lower() == "bearer" and hmac.compare_digest(given, right)


def _gauge(name: str, text: str, values: dict[str, float]) -> Iterator[str]:
    yield f"# HELP segrec_{name} {text}"
    yield f"# TYPE segrec_{name} gauge"
    for labels, value in values.items():
        yield f"segrec_{name}{f'{{{labels}}}' if labels else ''} {value}"


def _site() -> Iterator[str]:
    yield from _gauge("info", "The version.", {f'version="{settings.SEGREC_VERSION}"': 1})
    clock = data_clock()
    age = {"": clock.timestamp()} if clock else {}
    yield from _gauge("data_as_of_timestamp_seconds", "The end of the last day with orders.", age)


def _rows() -> Iterator[str]:
    counts = {f'table="{model._meta.model_name}"': _count(model) for model in _TABLES}
    yield from _gauge("rows", "Rows, of large tables about how many.", counts)


_TABLES = (Product, Customer, Order)


def _count(model: type[Model]) -> int:
    estimate = estimated_rows(model)
    return estimate if estimate >= COUNTED_BELOW else model.objects.count()


def _runs() -> Iterator[str]:
    counted = Run.objects.order_by().values_list("kind", "status").annotate(Count("pk"))
    counts = {f'kind="{kind}",status="{status}"': count for kind, status, count in counted}
    yield from _gauge("runs", "Runs there were.", counts)
    published = Run.objects.filter(status=Run.Status.PUBLISHED)
    times = {f'kind="{run.kind}"': run.published_at.timestamp() for run in published}
    yield from _gauge("run_published_timestamp_seconds", "When readers' results came.", times)
    took = {f'kind="{run.kind}"': run.seconds for run in published if run.seconds is not None}
    yield from _gauge("run_seconds", "How long readers' results took to make.", took)
    counted = Import.objects.order_by().values_list("status").annotate(Count("pk"))
    yield from _gauge("imports", "Imports there were.", {f'status="{s}"': n for s, n in counted})


def _queues() -> Iterator[str]:
    try:
        with impatient(_broker_url()) as broker:
            lengths = {f'queue="{name}"': broker.llen(name) for name in QUEUES}
    except redis.RedisError:
        lengths = {}
    yield from _gauge("redis_up", "Whether Redis answers.", {"": int(bool(lengths))})
    yield from _gauge("queue_length", "Messages that wait.", lengths)


def _broker_url() -> str:
    """Write the broker's address as redis-py does; Celery has words of its own for sockets."""
    url = settings.CELERY_BROKER_URL.replace("redis+socket:", "unix:")
    return url.replace("virtual_host=", "db=")
