"""Staff's way in: failures are limited, comings and goings logged."""

import logging

import pytest

from segrec_site import login

pytestmark = pytest.mark.django_db
HERE, ELSEWHERE = "203.0.113.5", "203.0.113.6"


@pytest.fixture
def ada(django_user_model):
    return django_user_model.objects.create_user("ada", password="right", is_staff=True)


def log_in(client, password: str, address: str = HERE, name: str = "ada") -> bool:
    given = {"username": name, "password": password}
    return client.post("/admin/login/", given, REMOTE_ADDR=address).status_code == 302


def test_after_ten_failures_even_the_right_password_must_wait(client, ada):
    for _ in range(login.MOST_FOR_A_NAME):
        assert not log_in(client, "wrong")

    assert not log_in(client, "right")
    assert log_in(client, "right", address=ELSEWHERE)


def test_after_fifty_failures_an_address_must_wait_whatever_the_name(client, ada):
    for number in range(login.MOST_FOR_ALL):
        log_in(client, "wrong", name=f"guess-{number}")

    assert not log_in(client, "right")


def test_without_redis_nobody_waits(client, ada, settings):
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1"}}

    for _ in range(login.MOST_FOR_A_NAME + 1):
        assert not log_in(client, "wrong")

    assert log_in(client, "right")


def test_comings_goings_and_failures_are_logged_without_what_was_typed(client, ada, caplog):
    with caplog.at_level(logging.INFO, "segrec.audit"):
        log_in(client, "sesame", name="my-password")
        log_in(client, "right")
        client.post("/admin/logout/")

    lines = [line for line in caplog.records if line.name == "segrec.audit"]
    assert [line.message for line in lines] == ["Login failed", "Logged in", "Logged out"]
    assert [getattr(line, "user", None) for line in lines] == [None, ada.pk, ada.pk]
    assert {line.address for line in lines} == {HERE, "127.0.0.1"}
    assert "my-password" not in caplog.text
