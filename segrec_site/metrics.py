"""Figures for a monitor: requests, the data's age, runs and their gates, imports, queues."""

import hmac
from collections.abc import Iterator
from numbers import Real

import redis
from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Model, Sum
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from customers.models import Customer, Order
from customers.queries.clock import data_clock
from products.models import Product
from runs import overview
from runs.models import Import, Run
from runs.queries import estimated_rows
from runs.stamps import impatient
from runs.tasks import SWEPT
from segrec_site import traffic
from segrec_site.clients import is_on_this_machine
from segrec_site.problems import DATABASE_AWAY

QUEUES = ("now", "batch")
TABLES = (Product, Customer, Order)
# Counting more rows than these takes long; the database's estimate is near enough.
COUNTED_BELOW = 100_000
ROWS = ("created", "updated", "unchanged", "skipped", "rejected")


@csrf_exempt
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer in Prometheus' text format, to this machine or to who has the token."""
    if not (is_on_this_machine(request) or _has_token(request)):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry()
    registry.register(traffic.collector())
    registry.register(State())
    return HttpResponse(generate_latest(registry), CONTENT_TYPE_PLAIN_0_0_4)


def _has_token(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    given, right = token.strip().encode(), settings.METRICS_TOKEN.encode()
    return bool(right) and scheme.lower() == "bearer" and hmac.compare_digest(given, right)


class State:
    """What is asked of database and Redis at each call; who is away is said to be away."""

    def describe(self) -> list:
        return []  # so that registering it asks nothing

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield _gauge("info", "The version.", ["version"], {(settings.SEGREC_VERSION,): 1})
        yield from _redis()
        try:
            stored = [*_data(), *_runs(), *_imports()]
        except DATABASE_AWAY:
            stored = []
        yield _gauge("database_up", "Whether the database answers.", [], {(): bool(stored)})
        yield from stored


def _gauge(name: str, text: str, labels: list[str], values: dict) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"segrec_{name}", text, labels=labels)
    for label, value in values.items():
        family.add_metric([str(part) for part in label], float(value))
    return family


def _data() -> Iterator[GaugeMetricFamily]:
    clock = data_clock()
    ends = {(): clock.timestamp()} if clock else {}
    yield _gauge("data_as_of_timestamp_seconds", "The end of the last day with orders.", [], ends)
    counts = {(model._meta.model_name,): _count(model) for model in TABLES}
    yield _gauge("rows", "Rows, of large tables about how many.", ["table"], counts)


def _count(model: type[Model]) -> int:
    estimate = estimated_rows(model)
    return estimate if estimate >= COUNTED_BELOW else model.objects.count()


def _runs() -> Iterator[GaugeMetricFamily]:
    counted = Run.objects.order_by().values_list("kind", "status").annotate(Count("pk"))
    counts = {(kind, status): count for kind, status, count in counted}
    yield _gauge("runs", "Runs there were.", ["kind", "status"], counts)
    states = overview.kind_states()
    published = [state.published for state in states if state.published]
    times = {(run.kind,): run.published_at.timestamp() for run in published}
    yield _gauge("run_published_timestamp_seconds", "When readers' results came.", ["kind"], times)
    took = {(run.kind,): run.seconds for run in published if run.seconds is not None}
    yield _gauge("run_seconds", "How long readers' results took to make.", ["kind"], took)
    waits = {(state.kind,): bool(state.held) for state in states}
    yield _gauge("run_held", "Whether a run waits for a decision.", ["kind"], waits)
    trouble = {(state.kind,): bool(state.trouble) for state in states}
    yield _gauge("run_failed", "Whether the newest run failed or was refused.", ["kind"], trouble)
    figures = {
        (state.kind, name, which): value
        for state in states
        for which, run in (("published", state.published), ("held", state.held))
        if run
        for name, value in _figures(run.metrics)
    }
    yield _gauge("run_figure", "What was measured of a run.", ["kind", "figure", "run"], figures)


def _figures(metrics: dict) -> Iterator[tuple[str, float]]:
    """Yield the single numbers among a run's figures, and what its gates measured."""
    for name, value in metrics.items():
        if isinstance(value, Real):
            yield name, value
    for gate in metrics.get("gates", []):
        if isinstance(gate.get("value"), Real):
            yield gate["code"], gate["value"]


def _imports() -> Iterator[GaugeMetricFamily]:
    counted = Import.objects.order_by().values_list("kind", "status").annotate(Count("pk"))
    counts = {(kind, status): count for kind, status, count in counted}
    yield _gauge("imports", "Imports there were.", ["kind", "status"], counts)
    done = Import.objects.filter(status=Import.Status.DONE).order_by()
    sums = list(done.values("kind").annotate(**{f"sum_{name}": Sum(name) for name in ROWS}))
    rows = {(row["kind"], name): row[f"sum_{name}"] for row in sums for name in ROWS}
    yield _gauge("import_rows", "What became of rows.", ["kind", "outcome"], rows)
    newest = list(done.order_by("kind", "-id").distinct("kind"))
    times = {(last.kind,): last.finished_at.timestamp() for last in newest if last.finished_at}
    yield _gauge("import_timestamp_seconds", "When the last file was in.", ["kind"], times)
    shares = {(last.kind,): last.rejected / max(last.rows_read, 1) for last in newest}
    yield _gauge("import_reject_share", "Of the last file, the rows rejected.", ["kind"], shares)


def _redis() -> Iterator[GaugeMetricFamily]:
    lengths, taken, swept = {}, {}, {}
    try:
        with impatient(_broker_url()) as broker:
            lengths = {(name,): broker.llen(name) for name in QUEUES}
            taken = {(): broker.hlen("unacked")}
        at = cache.get(SWEPT)
        swept = {(): at} if at else {}
    except redis.RedisError:
        pass
    yield _gauge("redis_up", "Whether Redis answers.", [], {(): bool(lengths)})
    yield _gauge("queue_length", "Messages that wait.", ["queue"], lengths)
    yield _gauge("queue_taken", "Messages at work.", [], taken)
    text = "When a message last went from the schedule through Redis to a worker."
    yield _gauge("swept_timestamp_seconds", text, [], swept)


def _broker_url() -> str:
    """Write the broker's address as redis-py does; Celery has words of its own for sockets."""
    url = settings.CELERY_BROKER_URL.replace("redis+socket:", "unix:")
    return url.replace("virtual_host=", "db=")
