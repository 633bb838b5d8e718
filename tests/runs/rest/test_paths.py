"""Ids of a shop in paths."""

import os
import socket
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
import requests
from django.conf import settings
from django.db import connection

from runs.rest import path_to
from segrec_site import embedded, probe
from segrec_site.keys import create_key
from tests.api import storefront
from tests.customers.segmented import make_member, make_run, make_segment
from tests.factories import make_product
from tests.segrec_site.test_supervisor import wait_for

pytestmark = pytest.mark.django_db


def product_at(path: str):
    """Ask as a server does that hands on the path as it came, beside the decoded one."""
    return storefront().get(path, RAW_URI=f"/api/v1{path}")


@pytest.mark.parametrize(
    "id",
    ["a/b", "/", "a b", "a%2Fb", "100%", "ä€😀", "a.b", "a?b#c", "a+b&c=d", "x" * 100, "'\"<>"],
)
def test_any_id_is_reached_percent_encoded(id):
    make_product(external_id=id)

    answer = product_at(path_to("product", id=id).removeprefix("/api/v1"))

    assert answer.json()["id"] == id


def test_an_encoded_slash_does_not_part_the_path():
    make_product(external_id="a/similar")

    assert product_at("/products/a%2Fsimilar/").json()["id"] == "a/similar"


def test_a_server_that_decodes_slashes_serves_them_too():
    make_product(external_id="a/b")

    assert storefront().get("/products/a%2Fb/").json()["id"] == "a/b"


@pytest.mark.parametrize("path", ["/products/a%00b/", "/products/a%0Ab/", "/products/%FF/"])
def test_what_cannot_be_an_id_leads_nowhere(path):
    assert product_at(path).status_code == 404


def test_an_id_of_more_than_100_characters_leads_nowhere():
    assert product_at(f"/products/{'x' * 101}/").status_code == 404


@pytest.fixture
def server(transactional_db, tmp_path):
    """Serve the test's database as a site is served; return the address."""
    servers = embedded.urls(settings.SEGREC_VAR)
    database = urlsplit(settings.DATABASE_URL or servers.database)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--config", "python:segrec_site.serving"]
    given = {
        "DATABASE_URL": database._replace(path=f"/{connection.settings_dict['NAME']}").geturl(),
        "REDIS_URL": settings.REDIS_URL or servers.redis,
    }
    serving = subprocess.Popen(
        [*command, "--bind", f"127.0.0.1:{port}"],
        env=os.environ | given,
        stderr=(tmp_path / "log").open("w"),
    )
    assert wait_for(lambda: probe.answers("/health/ready", "localhost", port=port), 60)
    yield f"http://127.0.0.1:{port}"
    serving.terminate()
    serving.wait(30)


def test_a_server_reaches_customers_segments_and_runs_percent_encoded(server):
    run = make_run()
    segment = make_segment(run, "loyal")
    ids = ["a", "a/b", "a/segment", "/", "a%2Fb", "ä b", "100%?#"]
    for id in ids:
        make_member(segment, run, external_id=id)
    key = create_key("crm", "crm")[1]
    headers = {"Authorization": f"Api-Key {key}"}

    def get(path: str) -> dict:
        return requests.get(f"{server}{path}", headers=headers, timeout=60).json()

    assert [get(path_to("customer", id=id))["customer_id"] for id in ids] == ids
    assert "history" in get(path_to("customer-segment", id="a/segment"))
    assert get(path_to("customer-recommendations", id="a/segment"))["count"] == 0
    assert get("/api/v1/segments/loy%61l/")["key"] == "loyal"
    assert len(get("/api/v1/segments/loy%61l/customers/")["results"]) == len(ids)
    assert get(f"/api/v1/runs/%{ord(str(run.pk)[0]):x}{str(run.pk)[1:]}/")["id"] == run.pk
    gone = requests.delete(f"{server}{path_to('customer', id='/')}", headers=headers, timeout=60)
    assert gone.status_code == 204
    assert get(path_to("customer", id="/"))["status"] == 404
