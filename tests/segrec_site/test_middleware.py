"""Every request has an id, a line in the log, and is counted."""

import logging
from ipaddress import ip_network

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError

from runs.about import ids
from segrec_site.middleware import API_BYTES, FORM_BYTES
from tests.api import crm
from tests.factories import make_customer, make_product

pytestmark = pytest.mark.django_db
PROXY = "10.0.0.7"


@pytest.fixture
def proxies(settings):
    settings.TRUSTED_PROXIES = [ip_network(PROXY)]


def id_of(client, given: str, **where) -> str:
    return client.get("/health/live", headers={"X-Request-ID": given}, **where)["X-Request-ID"]


def test_every_answer_has_an_id_of_its_own(client):
    found = {client.get(path)["X-Request-ID"] for path in ("/health/live", "/none", "/metrics")}

    assert len(found) == 3
    assert {len(each) for each in found} == {32}


def test_an_id_is_taken_from_a_trusted_proxy(client, proxies):
    assert id_of(client, "from-the-proxy.1", REMOTE_ADDR=PROXY) == "from-the-proxy.1"


@pytest.mark.parametrize("given", ["a b", "x" * 129, "é", "1\r\nSet-Cookie: a=b"])
def test_an_id_that_would_spoil_the_log_is_not_taken(client, proxies, given):
    assert id_of(client, given, REMOTE_ADDR=PROXY) != given


def test_an_id_is_not_taken_from_just_anybody(client, proxies):
    assert id_of(client, "forged") != "forged"


def test_ids_end_with_the_request(client):
    client.get("/health/live")

    assert ids() == {}


def test_a_line_names_route_status_and_key_but_not_the_customer(caplog):
    make_customer(external_id="ada@example.com")
    caller = crm()

    with caplog.at_level(logging.INFO):
        answer = caller.get("/customers/ada@example.com/?explain=secret")

    [line] = [line for line in caplog.records if line.name == "segrec.requests"]
    assert line.route == "/api/v1/customers/<extid:id>/"
    assert line.status == answer.status_code == 400
    assert line.key.startswith("sk_")
    assert line.ms > 0
    assert "ada" not in caplog.text
    assert "secret" not in caplog.text


def test_a_failure_of_ours_is_logged_without_the_path(client, caplog, monkeypatch):
    monkeypatch.setattr("segrec_site.health.connection.cursor", None)
    client.raise_request_exception = False

    answer = client.get("/health/ready?who=ada")

    assert answer.status_code == 500
    assert answer["X-Request-ID"]
    assert "TypeError" in caplog.text


def test_only_a_trusted_proxy_says_that_the_caller_came_by_tls(client, proxies, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    claim = {"X-Forwarded-Proto": "https"}

    assert client.get("/admin/login/", headers=claim).status_code == 301
    assert client.get("/admin/login/", headers=claim, REMOTE_ADDR=PROXY).status_code == 200


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/admin/login/", FORM_BYTES + 1, 413),
        ("/shop/basket/", FORM_BYTES + 1, 413),
        ("/api/v1/products/", FORM_BYTES + 1, 401),
        ("/api/v1/products/", API_BYTES + 1, 413),
    ],
)
def test_large_bodies_are_refused_before_they_are_read(client, path, size, status):
    answer = client.generic("POST", path, b"{}", CONTENT_LENGTH=str(size))

    assert answer.status_code == status


def test_staff_may_hand_over_large_files(admin_client, client):
    form = {"file": SimpleUploadedFile("orders.csv", bytes(FORM_BYTES)), "kind": "orders"}

    assert client.post("/admin/runs/import/add/", form).status_code == 413
    form["file"].seek(0)
    assert admin_client.post("/admin/runs/import/add/", form).status_code == 302


@pytest.mark.parametrize("path", ["/", "/admin/login/", "/fragments/products/x/similar/"])
def test_while_the_database_is_away_answers_say_so(client, path, monkeypatch):
    def away(*_args, **_kwargs):
        raise OperationalError

    make_product()
    monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", away)
    headers = {"Authorization": "Api-Key pk_00000000_x"}
    client.cookies["sessionid"] = "x" * 32

    answer = client.get(path, headers=headers)

    assert answer.status_code in (503, 200 if path == "/admin/login/" else 503)
    if answer.status_code == 503:
        assert answer["Retry-After"] == "5"
        assert b"The database does not answer just now." in answer.content
