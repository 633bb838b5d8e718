"""Readiness: told soon, whatever the database does."""

import socket
import time

import pytest
from django.db import connection


@pytest.fixture
def silent_server():
    """A server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()


@pytest.mark.django_db
def test_a_database_that_hangs_is_told_within_seconds(client, monkeypatch, silent_server):
    assert client.get("/health/ready").status_code == 200
    host, port = silent_server
    monkeypatch.setitem(connection.settings_dict, "HOST", host)
    monkeypatch.setitem(connection.settings_dict, "PORT", port)
    began = time.monotonic()

    answer = client.get("/health/ready")

    assert answer.status_code == 503
    assert answer.json()["reason"] == "the database does not answer"
    assert time.monotonic() - began < 5


@pytest.mark.django_db
def test_a_database_that_takes_no_more_connections_is_asked_over_those_there_are(
    client, monkeypatch
):
    monkeypatch.setitem(connection.settings_dict, "USER", "nobody-of-this-name")

    assert client.get("/health/ready").status_code == 200
