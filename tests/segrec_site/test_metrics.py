"""Figures for a monitor."""

import pytest

from tests.customers.segmented import make_run
from tests.factories import make_product

pytestmark = pytest.mark.django_db
ELSEWHERE = "203.0.113.9"


def test_figures_are_in_prometheus_form(client):
    make_product()
    run = make_run()

    answer = client.get("/metrics")

    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = answer.content.decode().splitlines()
    assert 'segrec_rows{table="product"} 1' in lines
    assert 'segrec_runs{kind="segments",status="published"} 1' in lines
    assert (
        f'segrec_run_published_timestamp_seconds{{kind="segments"}} {run.published_at.timestamp()}'
        in lines
    )
    assert 'segrec_queue_length{queue="now"} 0' in lines


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

    text = client.get("/metrics").content.decode()

    assert "segrec_redis_up 0" in text
    assert "segrec_rows" in text
