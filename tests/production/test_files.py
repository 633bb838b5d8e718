"""The files in deploy/: safe, complete, and true to the settings and figures they name."""

import re
import subprocess

import pytest
import yaml
from django.conf import settings

from tests.production.dockerfile import stages
from tests.test_docs import settings_read

DEPLOY = settings.BASE_DIR / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if service["image"].startswith("segrec")]
STAGES = stages(DEPLOY / "Dockerfile")
SHIPPED = ("segrec", "demo")


@pytest.mark.parametrize("name", SHIPPED)
def test_images_run_as_nobody_in_particular_and_have_no_tools_to_build(name):
    steps = STAGES["base"] + STAGES[name]
    ran = " ".join(text for word, text in steps if word == "RUN")

    assert [text for word, text in steps if word == "USER"] == ["segrec"]
    assert not re.search(r"\b(apt-get|pip|uv|npm|gcc|curl)\b", ran)
    assert all(text.startswith("[") for word, text in steps if word in ("CMD", "ENTRYPOINT"))


def test_images_are_made_from_named_versions():
    bases = [text.split()[0] for steps in STAGES.values() for word, text in steps if word == "FROM"]
    images = [base for base in bases if base not in STAGES]

    assert images
    assert all(re.fullmatch(r"[a-z]+:[\w.]+(-slim)?", image) for image in images)
    assert all(":" in service["image"] for service in SERVICES.values() if "build" not in service)


def test_no_secret_is_written_into_an_image():
    steps = [step for found in STAGES.values() for step in found]

    assert not [
        text for word, text in steps if word in ("ENV", "ARG") and re.search("SECRET|KEY", text)
    ]


def test_what_images_copy_is_there_and_not_ignored():
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().split()
    copied = [
        name
        for found in STAGES.values()
        for word, text in found
        if word == "COPY" and "--from" not in text
        for name in text.split()[:-1]
        if name != "."
    ]

    assert copied
    assert all((settings.BASE_DIR / name).exists() for name in copied)
    assert {f"!{name}" for name in copied} <= {*ignored}
    apps = {path.parent.name for path in settings.BASE_DIR.glob("*/apps.py")}
    assert {f"!{name}" for name in apps | {"templates", "static", "manage.py"}} <= {*ignored}


@pytest.mark.parametrize("name", OURS)
def test_our_containers_can_change_nothing_but_what_they_must(name):
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_nothing_listens_beyond_this_machine():
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]

    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_services_wait_for_what_they_need():
    for service in SERVICES.values():
        for needed, how in service.get("depends_on", {}).items():
            has_check = "healthcheck" in SERVICES[needed]
            expected = "service_healthy" if has_check else "service_completed_successfully"
            assert how["condition"] == expected


def test_compose_sets_only_settings_there_are():
    given = {name for service in OURS for name in SERVICES[service].get("environment", {})}
    known = settings_read() | {"OMP_NUM_THREADS"}

    assert {name.removesuffix("_FILE") for name in given} <= known


def test_compose_hands_over_every_setting_there_is():
    of_one_machine = {"SEGREC_VAR", "SEGREC_REDIS_DB"}

    for name in {*OURS} - {"demo"}:
        given = {each.removesuffix("_FILE") for each in SERVICES[name]["environment"]}
        assert given >= settings_read() - of_one_machine


def test_the_database_is_healthy_only_when_it_answers_by_the_network():
    assert "--host=127.0.0.1" in SERVICES["postgres"]["healthcheck"]["test"]


UNITS = DEPLOY / "systemd"
HOME = "/srv/segrec/.venv/bin/"


def unit_lines(name: str) -> list[str]:
    return (UNITS / f"segrec-{name}.service").read_text().splitlines()


def started(name: str) -> list[str]:
    """Return the words of a unit's command."""
    [line] = [line for line in unit_lines(name) if line.startswith("ExecStart=")]
    return line.removeprefix(f"ExecStart={HOME}").replace("%%", "%").split()


@pytest.mark.parametrize("name", ["worker-now", "worker-batch"])
def test_units_of_systemd_start_workers_as_compose_does(name):
    assert started(name) == SERVICES[name]["command"]
    assert "Environment=OMP_NUM_THREADS=1" in unit_lines(name)


def test_units_of_systemd_serve_as_the_image_does():
    serves = started("web")

    assert serves[:2] == ["gunicorn", "--config=python:segrec_site.serving"]
    assert serves[2] == "--bind=127.0.0.1:8000"  # a proxy stands before it
    assert started("beat")[:5] == SERVICES["beat"]["command"][:5]


def test_the_units_example_of_settings_names_settings_there_are():
    lines = (UNITS / "segrec.env").read_text().splitlines()
    given = {line.partition("=")[0] for line in lines if not line.startswith("#")}

    assert given - {"SEGREC_VAR"} <= settings_read()
    assert {"SECRET_KEY", "ERASURE_KEY", "METRICS_TOKEN", "DATABASE_URL"} <= given


def test_secrets_are_made_once_and_are_those_that_compose_hands_over(tmp_path):
    script = tmp_path / "make-secrets"
    script.write_text((DEPLOY / "make-secrets").read_text())

    def made() -> dict[str, str]:
        subprocess.run(["sh", script], check=True, capture_output=True)
        return {file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()}

    first = made()

    assert made() == first
    assert {*first} == {*COMPOSE["secrets"]}
    assert all(entry["file"] == f"./secrets/{name}" for name, entry in COMPOSE["secrets"].items())
    assert first["postgres_password"] in first["database_url"]
    assert all(len(text) >= 64 for text in first.values())
    assert (tmp_path / "secrets").stat().st_mode & 0o077 == 0


@pytest.mark.django_db
def test_alerts_ask_for_figures_there_are(client):
    rules = [
        rule
        for group in yaml.safe_load((DEPLOY / "alerts.yaml").read_text())["groups"]
        for rule in group["rules"]
    ]
    told = client.get("/metrics").content.decode()
    named = {name for rule in rules for name in re.findall(r"segrec_\w+", rule["expr"])}

    assert len({rule["alert"] for rule in rules}) == len(rules) > 5
    assert all(rule["labels"]["severity"] in ("page", "ticket") for rule in rules)
    missing = {
        name for name in named if f"# TYPE {re.sub('_(count|bucket)$', '', name)} " not in told
    }
    assert missing == set()
    page = (settings.BASE_DIR / "docs/operating.md").read_text()
    assert [rule["alert"] for rule in rules if rule["alert"] not in page] == []
