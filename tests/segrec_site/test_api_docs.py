"""The pages that describe the API."""

import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

DOCS = "/api/v1/docs/"


def style_sources(page) -> str:
    policy = page["Content-Security-Policy"]
    return re.search("style-src ([^;]*)", policy)[1]


def test_the_pages_need_no_key():
    assert Client().get(DOCS).status_code == 200


def test_only_these_pages_allow_inline_styles():
    assert style_sources(Client().get(DOCS)) == "'self' 'unsafe-inline'"
    assert style_sources(Client().get("/health/live")) == "'self'"


def test_they_have_no_inline_script_and_load_nothing_from_elsewhere():
    page = Client().get(DOCS).content.decode()

    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", page) == []
    assert re.findall(r"""(?:src|href)=["'](?:https?:)?//""", page) == []
    for path in re.findall(r"""(?:src|href)=["']/static/([^"']+)""", page):
        assert finders.find(path), path


def test_their_script_asks_for_the_schema():
    script = Client().get(f"{DOCS}?script=")

    assert script["Content-Type"].startswith("application/javascript")
    assert "/api/v1/schema/" in script.content.decode()


@pytest.mark.parametrize("path", ["/api/v1/docs/", "/api/v1/schema/"])
def test_a_wrong_method_is_a_problem(path):
    answer = Client().post(path)

    assert (answer.status_code, answer["Content-Type"]) == (405, "application/problem+json")
    assert answer.json()["status"] == 405


@pytest.mark.parametrize("path", ["/api/v1/docs/", "/api/v1/schema/"])
@pytest.mark.parametrize("query", ["foo=1", "format=xml", "format=json&format=yaml"])
def test_an_unknown_or_wrong_parameter_is_a_problem(path, query):
    answer = Client().get(f"{path}?{query}")

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert [error["field"] for error in answer.json()["errors"]] == [query.split("=")[0]]
