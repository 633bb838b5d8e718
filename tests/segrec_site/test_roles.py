"""Each role opens what its work needs, and nothing else: every address of the admin, every role."""

from collections.abc import Iterator
from html import unescape
from importlib import import_module
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import transaction
from django.http import HttpResponse
from django.urls import URLPattern, get_resolver, resolve, reverse

from customers.services.insights import refresh_insights
from segrec_site import roles
from tests.segrec_site.access import (
    ADMINISTRATOR,
    LEFT_OUT,
    NOBODY,
    PAGE,
    ROLES,
    TABLE,
    Row,
    written,
)
from tests.segrec_site.test_admin_links import LINK
from tests.staff import one_of_everything

pytestmark = pytest.mark.django_db

ROWS = [row for rows in TABLE.values() for row in rows]
ANYBODY = [*ROLES.values(), ADMINISTRATOR]


@pytest.fixture
def groups() -> None:
    """Make the groups again where a test emptied all tables."""
    if not Group.objects.exists():
        roles.grant(apps, roles.ROLES)


@pytest.fixture
def log_in(client, django_user_model, groups):
    """Log in as somebody of a role; return the client."""

    def log_in(role: str):
        is_administrator = role == ADMINISTRATOR
        user = django_user_model.objects.create_user(
            role, is_staff=True, is_superuser=is_administrator
        )
        if not is_administrator:
            user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        return client

    return log_in


@pytest.fixture
def things(groups) -> dict[str, int | str]:
    """Make one of everything that has a page; return their keys."""
    things = one_of_everything()
    refresh_insights()
    return things


def admin_addresses() -> Iterator[str | None]:
    """The name of every URL below /admin/."""

    def names(patterns: list) -> Iterator[str | None]:
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                yield pattern.name
            else:
                yield from names(pattern.url_patterns)

    (admin,) = (found for found in get_resolver().url_patterns if str(found.pattern) == "admin/")
    return names(admin.url_patterns)


def answer_to(client, row: Row, things: dict) -> HttpResponse:
    """Ask for an address, undo what that did, return the answer."""
    url = reverse(f"admin:{row.name}", args=[things[row.of]] if row.of else [])
    with transaction.atomic():
        response = client.generic(row.method, url) if not row.given else client.post(url, row.given)
        if response.streaming:
            response.getvalue()
        transaction.set_rollback(True)
    return response


def is_as_said(row: Row, role: str, status: int) -> bool:
    """Say whether a status is what the table promises."""
    if row.allows(role):
        return status < 400 or (row.name == "runs_import_rejects" and status == 404)
    return status == 403 or (row.roles == NOBODY and status in (404, 405))


def closed_links(response: HttpResponse, role: str) -> set[str]:
    """Return the addresses of the admin that a page links to and the role may not open."""
    if response.streaming or "text/html" not in response["Content-Type"]:
        return set()
    closed = set()
    for link in LINK.findall(response.content.decode()):
        path = urlsplit(urljoin(response.request["PATH_INFO"], unescape(link))).path
        if path.startswith("/admin/"):
            name = resolve(path).url_name
            rows = [row for row in ROWS if row.name == name and row.method == "GET"]
            if name not in LEFT_OUT and not any(row.allows(role) for row in rows):
                closed.add(path)
    return closed


def test_every_address_of_the_admin_stands_in_the_table():
    missing = {*admin_addresses()} - LEFT_OUT - {row.name for row in ROWS}

    assert not missing, f"add to tests/segrec_site/access.py: {missing}"
    assert {row.name for row in ROWS} <= {*admin_addresses()}


@pytest.mark.parametrize("role", ANYBODY)
def test_a_role_opens_what_the_table_says_and_no_page_links_to_anything_else(log_in, things, role):
    client, wrong, closed = log_in(role), [], set()

    for row in ROWS:
        response = answer_to(client, row, things)
        if not is_as_said(row, role, response.status_code):
            wrong.append((row.method, row.name, response.status_code))
        elif response.status_code == 200:
            closed |= {(row.name, link) for link in closed_links(response, role)}

    assert wrong == []
    assert closed == set()


def test_nobody_without_a_login_opens_anything(client, things):
    assert {answer_to(client, row, things).status_code for row in ROWS} == {302}


@pytest.mark.parametrize(
    ("role", "menu"),
    [
        ("Viewer", ["Customers", "Catalogue"]),
        ("CRM manager", ["Customers", "Catalogue", "Work"]),
        ("Merchandiser", ["Customers", "Catalogue", "Work"]),
        ("Operator", ["Customers", "Catalogue", "Work", "Access"]),
    ],
)
def test_the_menu_holds_what_a_role_may_open(log_in, role, menu):
    client = log_in(role)

    groups = client.get("/admin/").context["available_apps"]

    assert [group["name"] for group in groups] == menu
    for model in (model for group in groups for model in group["models"]):
        assert client.get(model["admin_url"]).status_code == 200


@pytest.mark.parametrize("role", ["Merchandiser", "Operator"])
def test_who_does_not_speak_to_customers_reads_no_name(log_in, things, role):
    client = log_in(role)

    for row in ROWS:
        if row.method == "GET" and row.allows(role) and row.of.startswith(("c", "r")):
            assert "Abel" not in answer_to(client, row, things).content.decode(), row


def test_migrations_grant_what_is_described():
    granted = {role: set() for role in roles.ROLES}
    for file in (Path(roles.__file__).parent / "migrations").glob("0*.py"):
        migration = import_module(f"segrec_site.migrations.{file.stem}")
        for role, permissions in getattr(migration, "ROLES", {}).items():
            granted[role] |= {*permissions}

    assert granted == roles.ROLES


def test_granting_gives_what_is_described_however_often(groups):
    viewer = Group.objects.get(name="Viewer")
    seen = set(viewer.permissions.all())
    assert {f"{each.content_type.app_label}.{each.codename}" for each in seen} == roles.ROLES[
        "Viewer"
    ]

    viewer.permissions.clear()
    roles.grant(apps, roles.ROLES)

    assert set(viewer.permissions.all()) == seen


def test_the_document_shows_the_table():
    document = PAGE.read_text()

    assert written(document) == document, "run: python -m tests.segrec_site.access"
