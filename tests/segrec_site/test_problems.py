"""Errors of the API have one shape, whoever raises them."""

import pytest
from django.db import OperationalError
from django.test import Client

from products import queries
from tests.api import crm, storefront

pytestmark = pytest.mark.django_db


def assert_problem(answer, status: int) -> dict:
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Cache-Control"] == "private, no-store"
    problem = answer.json()
    assert problem.keys() == {"type", "title", "status", "detail", "errors"}
    assert problem["status"] == status
    return problem


@pytest.mark.parametrize("path", ["/nowhere/", "/", "/products/a/b/c/d/none/", "/runs/0/"])
def test_an_unknown_path_or_thing_is_404(path):
    assert_problem(crm().get(path), 404)


def test_an_unknown_path_outside_the_api_is_a_page():
    answer = Client().get("/nowhere/")

    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")


def test_a_wrong_method_is_405_and_says_which_are_right():
    answer = crm().put("/products/")

    assert_problem(answer, 405)
    assert answer["Allow"] == "GET, POST, HEAD, OPTIONS"


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics"])
def test_health_and_figures_are_only_read(path):
    answer = Client(enforce_csrf_checks=True).post(path)

    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")


def test_options_says_what_can_be_done():
    answer = crm().options("/runs/")

    assert answer.status_code == 204
    assert answer["Allow"] == "GET, POST, HEAD, OPTIONS"


def test_head_is_get_without_the_body():
    answer = storefront().head("/products/")

    assert answer.status_code == 200
    assert answer.content == b""


def test_an_answer_in_another_format_is_406():
    assert_problem(crm().get("/runs/", headers={"Accept": "text/csv"}), 406)


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/*;q=0.5, text/html"])
def test_json_is_answered_to_all_who_take_it(accept):
    assert crm().get("/runs/", headers={"Accept": accept}).status_code == 200


def test_a_body_in_another_format_is_415():
    answer = crm().post("/runs/", "kind=similar", content_type="application/x-www-form-urlencoded")

    assert_problem(answer, 415)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b'{"kind": NaN}',
        b'["\\ud800"]',
        b'["\\udc00"]',
        b'{"\\uDFFF": 1}',
        b'["\\ude00\\ud83d"]',
        b"[" * 100_000,
        b"1" * 5_000,
        b'{"kind": "similar"} x',
    ],
)
def test_what_is_not_json_is_400(body):
    answer = crm().generic("POST", "/runs/", body, content_type="application/json")

    assert assert_problem(answer, 400)["detail"].startswith("This is not JSON")


def test_each_wrong_field_is_named():
    answer = crm().post("/runs/", {"kind": "x", "colour": 1}, content_type="application/json")

    problem = assert_problem(answer, 400)
    assert {error["field"]: error["detail"] for error in problem["errors"]} == {
        "kind": '"x" is not a valid choice.',
        "colour": "Unknown field.",
    }


def test_an_unknown_parameter_is_400_on_every_method():
    problem = assert_problem(crm().delete("/products/p/?force=1"), 400)

    assert problem["errors"] == [{"field": "force", "detail": "Unknown parameter."}]


def test_an_error_of_ours_is_500_and_tells_nothing(monkeypatch):
    monkeypatch.setattr(queries, "catalogue_state", lambda _: 1 / 0)

    problem = assert_problem(storefront().get("/products/"), 500)

    assert "division" not in str(problem)


def test_without_the_database_it_is_503_and_says_when_to_come_back(monkeypatch):
    def away(_):
        raise OperationalError("connection refused on 10.0.0.7")

    caller = storefront()
    monkeypatch.setattr(queries, "catalogue_state", away)

    answer = caller.get("/products/")

    assert "10.0.0.7" not in str(assert_problem(answer, 503))
    assert answer["Retry-After"] == "5"


def test_an_id_too_long_for_any_path_is_a_problem_in_fragments_too(client):
    answer = client.get(f"/fragments/products/{'0' * 101}/similar/")

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
