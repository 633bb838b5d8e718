"""Figures for a monitor."""

import time

import pytest
from django.db import OperationalError
from prometheus_client.parser import text_string_to_metric_families

from runs.models import Import
from runs.services import request_run, work_on
from runs.tasks import sweep
from tests.factories import NOW, make_product, make_run

pytestmark = pytest.mark.django_db
ELSEWHERE = "203.0.113.9"


def figures(answer) -> dict[str, float]:
    """Read an answer as Prometheus does: values by name and labels."""
    found = {}
    for family in text_string_to_metric_families(answer.content.decode()):
        for sample in family.samples:
            labels = ",".join(f'{name}="{text}"' for name, text in sorted(sample.labels.items()))
            name = sample.name.removeprefix("segrec_")
            found[f"{name}{{{labels}}}" if labels else name] = sample.value
    return found


def test_figures_are_in_prometheus_form(client):
    make_product()
    run = make_run()

    answer = client.get("/metrics")

    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    found = figures(answer)
    assert found['rows{table="product"}'] == 1
    assert found['runs{kind="segments",status="published"}'] == 1
    published_at = run.published_at.timestamp()
    assert found['run_published_timestamp_seconds{kind="segments"}'] == published_at
    assert found['queue_length{queue="now"}'] == 0
    assert (found["redis_up"], found["database_up"]) == (1, 1)


def test_what_gates_measured_is_told_of_the_published_and_of_the_held_run(client):
    gate = {"code": "stability", "level": "pass", "value": 0.91, "text": "Stable."}
    make_run(metrics={"k": 5, "method": "kmeans", "gates": [gate]})
    make_run(metrics={"gates": [gate | {"value": 0.4}]}, status="held")

    found = figures(client.get("/metrics"))

    kept = {name: value for name, value in found.items() if name.startswith("run_figure")}
    assert kept == {
        'run_figure{figure="k",kind="segments",run="published"}': 5,
        'run_figure{figure="stability",kind="segments",run="published"}': 0.91,
        'run_figure{figure="stability",kind="segments",run="held"}': 0.4,
    }
    assert found['run_held{kind="segments"}'] == 1
    assert found['run_held{kind="similar"}'] == 0


def test_checks_of_lists_are_told_by_their_codes(client):
    for number in range(20):
        make_product(title=f"wool hat {number}")
    work_on(request_run("similar"), to_the_end=True)

    found = figures(client.get("/metrics"))

    asked = {
        name: found[f'run_figure{{figure="{name}",kind="similar",run="published"}}']
        for name in ("recall_at_20", "low_recall", "low_coverage", "too_few_to_judge")
    }
    assert asked == {
        "recall_at_20": 1,
        "low_recall": 1,
        "low_coverage": 1,
        "too_few_to_judge": 20,
    }


def test_rows_of_imports_are_summed_and_the_last_files_share_of_rejects_is_told(client):
    for read, rejected in ((10, 0), (20, 5)):
        Import.objects.create(
            kind="orders", status="done", rows_read=read, rejected=rejected, finished_at=NOW
        )

    found = figures(client.get("/metrics"))

    assert found['import_rows{kind="orders",outcome="rejected"}'] == 5
    assert found['import_reject_share{kind="orders"}'] == 0.25
    assert found['import_timestamp_seconds{kind="orders"}'] == NOW.timestamp()


def test_the_sweep_shows_that_schedule_and_worker_are_alive(client):
    assert "swept_timestamp_seconds" not in figures(client.get("/metrics"))

    sweep()

    age = time.time() - figures(client.get("/metrics"))["swept_timestamp_seconds"]
    assert 0 <= age < 60


def test_requests_are_counted_by_view_and_status(client):
    name = 'request_seconds_count{method="GET",status="401",view="products"}'
    before = figures(client.get("/metrics")).get(name, 0)

    client.get("/api/v1/products/")

    assert figures(client.get("/metrics"))[name] == before + 1


def test_figures_are_for_this_machine(client):
    assert client.get("/metrics", REMOTE_ADDR=ELSEWHERE).status_code == 401


def test_a_proxy_on_this_machine_is_not_this_machine(client):
    answer = client.get("/metrics", headers={"X-Forwarded-For": ELSEWHERE})

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(("token", "status"), [("right", 200), ("wrong", 401), ("é", 401)])
def test_who_has_the_token_may_ask_from_elsewhere(client, settings, token, status):
    settings.METRICS_TOKEN = "right"
    headers = {"Authorization": f"Bearer {token}"}

    assert client.get("/metrics", REMOTE_ADDR=ELSEWHERE, headers=headers).status_code == status


def test_an_empty_token_opens_nothing(client, settings):
    settings.METRICS_TOKEN = ""
    headers = {"Authorization": "Bearer "}

    assert client.get("/metrics", REMOTE_ADDR=ELSEWHERE, headers=headers).status_code == 401


def test_without_redis_the_other_figures_are_there(client, settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"

    found = figures(client.get("/metrics"))

    assert found["redis_up"] == 0
    assert 'rows{table="product"}' in found


def test_without_the_database_the_other_figures_are_there(client, monkeypatch):
    def away():
        raise OperationalError

    monkeypatch.setattr("segrec_site.metrics.data_clock", away)

    found = figures(client.get("/metrics"))

    assert (found["redis_up"], found["database_up"]) == (1, 0)
