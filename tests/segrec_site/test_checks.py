"""Settings: bad values stop the start, values that do not go together are found."""

import os
import runpy
import subprocess
import sys
from ipaddress import ip_network
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured

from customers.models import Shop
from tests.test_docs import settings_read

ROOT = Path(__file__).parents[2]
SETTINGS = str(ROOT / "segrec_site/settings.py")
PRODUCTION = {
    "SEGREC_MODE": "production",
    "DATABASE_URL": "postgres://segrec:secret@db/segrec",
    "REDIS_URL": "redis://redis/0",
    "SECRET_KEY": "Zk3v9-wq8Yt5rPn2xLm7cBd4hJf6gSa1eUo0iKQwERTyuiopXCVbn",
    "ALLOWED_HOSTS": "segrec.example.com",
}


def ids(tag: str = "segrec", **kwargs) -> list[str]:
    return [message.id for message in run_checks(tags=[tag], **kwargs)]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SEGREC_MODE", "prod"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "sqlite:///x"),
        ("DATABASE_URL", "postgres://u:p@host:port/x"),
        ("TRUSTED_PROXIES", "10.0.0.1,proxy"),
        ("LOG_LEVEL", "loud"),
        ("SEGREC_REDIS_DB", "-1"),
        ("SEGMENTS_SCHEDULE", "0 2"),
        ("SEGMENTS_SCHEDULE", "0 2 30 2 *"),
        ("SEGMENTS_SCHEDULE", "*/-1 * * * *"),
        ("RECOMMENDATIONS_SCHEDULE", "nightly"),
        ("SHOP_CURRENCY", "EURO"),
        ("SHOP_TIME_ZONE", "Mars"),
        ("RUNS_KEPT", "0"),
        ("RUNS_KEPT", "²"),
        ("FILES_KEPT_DAYS", "many"),
        ("FILES_KEPT_DAYS", "99999999999"),
        ("EVENTS_KEPT_DAYS", "-3"),
        ("ANSWERS_KEPT", "1.5"),
        ("NOT_GOODS", "postage"),
        ("NOT_GOODS", "postage=("),
    ],
)
def test_a_bad_value_stops_the_start_with_a_sentence_that_names_it(monkeypatch, name, value):
    monkeypatch.setenv(name, value)

    with pytest.raises(ImproperlyConfigured, match=name) as error:
        runpy.run_path(SETTINGS)

    assert str(error.value).endswith(".")
    assert "\n" not in str(error.value)


def settings_with(monkeypatch, **values: str) -> dict:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(SETTINGS)


def test_a_value_may_stand_in_a_file(monkeypatch, tmp_path):
    (tmp_path / "token").write_text("$from-the-file\n")

    found = settings_with(monkeypatch, METRICS_TOKEN_FILE=str(tmp_path / "token"))

    assert found["METRICS_TOKEN"] == "$from-the-file"


@pytest.mark.parametrize(("given", "used"), [("direct", "direct"), ("", "from-the-file")])
def test_a_value_of_its_own_wins_over_the_file(monkeypatch, tmp_path, given, used):
    (tmp_path / "token").write_text("from-the-file")

    found = settings_with(
        monkeypatch, METRICS_TOKEN=given, METRICS_TOKEN_FILE=str(tmp_path / "token")
    )

    assert found["METRICS_TOKEN"] == used


def test_a_file_that_cannot_be_read_stops_the_start(monkeypatch, tmp_path):
    with pytest.raises(ImproperlyConfigured, match=r"METRICS_TOKEN_FILE is .*: No such file"):
        settings_with(monkeypatch, METRICS_TOKEN_FILE=str(tmp_path / "none"))


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS"])
def test_production_needs_four_settings(monkeypatch, name):
    for each, value in PRODUCTION.items():
        monkeypatch.setenv(each, "" if each == name else value)

    with pytest.raises(ImproperlyConfigured, match=f"{name} is needed"):
        runpy.run_path(SETTINGS)


def test_an_empty_value_is_the_default(monkeypatch):
    names = settings_read() - {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "SEGREC_VAR"}

    found = settings_with(monkeypatch, **dict.fromkeys(names, ""))

    assert (found["SEGREC_MODE"], found["RUNS_KEPT"], found["LOG_LEVEL"]) == ("local", 3, "INFO")
    assert found["NOT_GOODS"]


def test_fields_of_a_schedule_are_in_crons_order(monkeypatch):
    monkeypatch.setenv("SEGMENTS_SCHEDULE", "30 2 15 6 1")

    schedule = runpy.run_path(SETTINGS)["CELERY_BEAT_SCHEDULE"]["segments"]["schedule"]

    assert (schedule.minute, schedule.hour) == ({30}, {2})
    assert (schedule.day_of_month, schedule.month_of_year) == ({15}, {6})
    assert schedule.day_of_week == {1}


def test_the_settings_of_tests_go_together():
    assert ids() == []


def test_short_secrets_are_warned_of(settings):
    settings.METRICS_TOKEN = "letmein"

    assert ids() == ["segrec.W001"]


def test_letting_every_host_in_is_warned_of(settings):
    settings.ALLOWED_HOSTS = ["*"]

    assert ids() == ["segrec.W002"]


def test_trusting_every_address_as_a_proxy_is_an_error(settings):
    settings.TRUSTED_PROXIES = [ip_network("0.0.0.0/0")]

    assert ids() == ["segrec.E001"]


@pytest.mark.django_db
@pytest.mark.parametrize(("currency", "found"), [("EUR", []), ("", []), ("USD", ["segrec.E002"])])
def test_another_currency_than_the_shops_is_an_error(settings, currency, found):
    Shop.objects.create(currency="EUR")
    settings.SHOP_CURRENCY = currency

    assert ids("database", databases=["default"]) == found


def test_a_production_site_passes_the_deployment_checks():
    environment = os.environ | PRODUCTION
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "DEBUG"]

    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)

    assert "no issues" in done.stdout, done.stdout + done.stderr
    assert done.stderr == ""


@pytest.mark.django_db
@pytest.mark.parametrize(("mark", "found"), [("", []), ("other", ["segrec.E003"])])
def test_another_erasure_key_than_the_shops_is_an_error(mark, found):
    Shop.objects.create(currency="EUR", key_mark=mark)

    assert ids("database", databases=["default"]) == found
