"""The API does what its description says, and survives what nobody meant to send."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from runs import kinds, stamps
from segrec_site import throttling, usage
from segrec_site.keys import create_key
from tests.api import Caller, crm, storefront
from tests.conftest import queues
from tests.customers.segmented import make_member, make_run, make_segment
from tests.factories import make_product
from tests.factories import make_run as make_any_run
from tests.runs.kinds import NotedKind

FUZZER = Path(sys.executable).with_name("schemathesis")
# Not asked: rows with a wrong field are answered 200 and named; ids in paths are free text.
NOT_ASKED = "negative_data_rejection,positive_data_acceptance,ignored_auth"


@pytest.fixture
def schema() -> dict:
    return Client().get("/api/v1/schema/?format=json").json()


def test_the_schema_is_valid_and_nothing_in_it_had_to_be_guessed():
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", os.devnull)


def test_the_schema_needs_no_key_and_comes_as_json_or_yaml(schema):
    assert schema["openapi"] == "3.1.1"
    assert Client().get("/api/v1/schema/").content.startswith(b"openapi: 3.1.1")


@pytest.mark.django_db
def test_every_body_has_an_example_that_is_taken(schema, monkeypatch):
    monkeypatch.setitem(kinds._kinds, "similar", NotedKind().registered_as("similar"))
    make_product(external_id="mug/blue")
    make_any_run("similar", previous=make_any_run("similar", "superseded"))
    taken = {}
    for path, operations in schema["paths"].items():
        for method, described in operations.items():
            if body := described.get("requestBody"):
                (example,) = body["content"]["application/json"]["examples"].values()
                answer = getattr(crm(), method)(
                    path, example["value"], content_type="application/json"
                )
                rejected = answer.json().get("rejected", [])
                taken[path] = str(rejected) if rejected else answer.status_code

    assert len(taken) == 7
    assert {*taken.values()} == {200, 202}


def test_the_schema_is_made_without_the_database(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        SchemaGenerator().get_schema(request=None, public=True)


@pytest.fixture
def ids(db) -> dict[str, dict]:
    """One thing of each kind; its id by the first part of the path."""
    run = make_run()
    make_member(make_segment(run, "loyal"), run, external_id="ada")
    make_product(external_id="mug", product_type="Home > Mugs")
    make_product(external_id="cup", product_type="Home > Mugs")
    return {
        "products": {"id": "mug"},
        "customers": {"id": "ada"},
        "segments": {"key": "loyal"},
        "runs": {"id": run.pk},
    }


def id_in(path: str, ids: dict[str, dict]) -> dict:
    """Return the id that the path asks for, by the first of its parts that names a thing."""
    return next((ids[part] for part in path.split("/") if part in ids), {})


def test_no_get_writes(schema, ids):
    caller = crm()
    connection.check_constraints()  # those put off to the end, which would lock rows
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
    paths = [path for path, operations in schema["paths"].items() if "get" in operations]

    answers = {path: caller.get(path.format(**id_in(path, ids))) for path in paths}

    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(
        paths, 200
    )


def redis_dump() -> dict[bytes, bytes]:
    """Return all that Redis holds beside counts of calls, last uses and stamps of what is true."""
    passing = (b"segrec:calls:", usage.LAST_USE.encode(), b"segrec:stamp:")
    return {
        key: server.dump(key)
        for server in (stamps.client(), queues())
        for key in server.scan_iter()
        if not key.startswith(passing)
    }


def test_no_get_changes_what_a_later_one_answers(schema, ids):
    paths = [path for path, operations in schema["paths"].items() if "get" in operations]
    urls = [path.format(**id_in(path, ids)) for path in paths]
    callers = storefront(), crm()
    before = redis_dump()

    said, again = (
        [caller.get(url).content for url in urls for caller in callers] for _ in range(2)
    )

    assert before  # the changes that making keys was
    assert redis_dump() == before
    assert said == again


def test_answers_are_kept_as_their_paths_promise(schema, ids):
    caller = crm()
    for path, operations in schema["paths"].items():
        public = path.startswith(("/api/v1/products/", "/api/v1/popular/", "/fragments/"))
        if "get" in operations:
            answer = caller.get(path.format(**id_in(path, ids)))
            expected = "public, no-cache" if public else "private, no-store"
            assert (answer["Cache-Control"], answer.has_header("ETag")) == (expected, public), path


def test_a_key_may_do_what_its_kind_may_and_nothing_else(schema, ids):
    callers = {"none": Caller(), "pk": storefront(), "sk": crm(), "reader": crm(read_only=True)}
    answered, expected = {}, {}
    for path, operations in schema["paths"].items():
        for method in operations:
            url = path.format(**{"id": "0", "key": "none"})
            for who, caller in callers.items():
                call = f"{who} {method} {path}"
                status = caller.generic(method.upper(), url).status_code
                answered[call] = {401: "who?", 403: "no"}.get(status, "yes")
                expected[call] = may(who, method, path)

    assert answered == expected


def may(who: str, method: str, path: str) -> str:
    """Say what the contract of the API promises."""
    if who == "none":
        return "who?"
    if who == "reader":
        return "yes" if method == "get" else "no"
    public = path.startswith(("/api/v1/products/", "/api/v1/popular/", "/fragments/"))
    posts = ("/api/v1/recommendations/basket/", "/api/v1/events/")
    shown = (method == "get" and public) or (method == "post" and path in posts)
    return "yes" if who == "sk" or shown else "no"


def test_every_object_an_answer_may_hold_always_has_every_key(schema):
    optional = {
        name: described.keys() - {*component.get("required", [])}
        for name, component in schema["components"]["schemas"].items()
        if not name.endswith(("Row", "Form")) and (described := component.get("properties", {}))
    }

    # Terms are there when they are asked for. Rows and forms are what callers send.
    assert {name: keys for name, keys in optional.items() if keys} == {"Reason": {"terms"}}


def fuzz(site: str, folder: Path, key: str | None, phases: str, examples: int) -> None:
    command = [str(FUZZER), "run", f"{site}/api/v1/schema/?format=json", "--no-color"]
    command += ["--phases", phases, "--max-examples", str(examples), "--seed", "1"]
    command += ["--exclude-checks", NOT_ASKED, "--continue-on-failure", "--request-timeout", "60"]
    command += ["--generation-database", "none"]
    command += ["--header", f"Authorization: Api-Key {key}"] if key else []

    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout


@pytest.mark.usefixtures("ids")
def test_calls_made_up_from_the_schema_are_answered_as_it_says(live_server, tmp_path):
    fuzz(live_server.url, tmp_path, create_key("fuzzer", "crm")[1], "fuzzing", examples=4)


@pytest.mark.slow
@pytest.mark.usefixtures("ids")
@pytest.mark.parametrize("kind", ["crm", "storefront", None])
def test_thousands_of_calls_are_answered_as_the_schema_says(
    live_server, tmp_path, kind, monkeypatch
):
    monkeypatch.setattr(throttling, "CALLS_A_MINUTE", 10**9)
    key = create_key("fuzzer", kind)[1] if kind else None

    fuzz(live_server.url, tmp_path, key, "coverage,fuzzing", examples=100)
