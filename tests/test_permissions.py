"""The table of permissions in docs/security.md is what the API does."""

import re
from itertools import product

import pytest
from django.conf import settings
from django.urls import URLPattern

from segrec_site import urls
from tests.api import Caller, crm, storefront

pytestmark = pytest.mark.django_db
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
CALLERS = {
    "no key": Caller,
    "pk_": storefront,
    "sk_ read-only": lambda: crm(read_only=True),
    "sk_": crm,
}
PAGE = (settings.BASE_DIR / "docs/security.md").read_text()


def table() -> dict[str, dict[str, set[str]]]:
    """Return the methods that the page allows, by path and caller."""
    head, rows = re.search(r"(\| below `/api/v1` .*?)\n\|-.*?\n((?:\|.*\n)+)", PAGE).groups()
    callers = [cell.strip().replace("`", "") for cell in head.split("|")[2:-1]]
    found = {}
    for row in rows.splitlines():
        paths, *cells = (cell.strip() for cell in row.strip("|").split("|"))
        allowed = dict(zip(callers, (set(cell.split()) - {"–"} for cell in cells), strict=True))
        found |= dict.fromkeys(re.findall("`([^`]+)`", paths), allowed)
    return found


def path_of(pattern: URLPattern) -> str:
    return re.sub(r"<\w+:(\w+)>", r"{\1}", f"/{pattern.pattern}")


ALLOWED = table()


def test_every_address_of_the_api_is_in_the_table():
    assert {path_of(pattern) for pattern in urls.api} == {*ALLOWED}


@pytest.mark.parametrize(("path", "name"), [*product(ALLOWED, CALLERS)])
def test_a_caller_may_do_what_the_table_says_and_nothing_else(path, name):
    caller = CALLERS[name]()
    address = path.replace("{id}", "1").replace("{key}", "x")

    answers = {
        method: caller.generic(method, address, "[]", content_type="application/json").status_code
        for method in METHODS
    }

    allowed = {method for method, status in answers.items() if status not in (401, 403, 405)}
    assert allowed == ALLOWED[path][name], answers
    refused = {answers[method] for method in METHODS if method not in allowed}
    assert refused <= ({401} if name == "no key" and not allowed else {403, 405})
