"""What is not open, and what is not there, is said in the frame of the page it was asked from."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import OperationalError

from recommendations import storefront
from segrec_site import roles

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client, django_user_model):
    """A CRM manager."""
    roles.grant(apps, roles.ROLES)
    user = django_user_model.objects.create_user("cleo", is_staff=True)
    user.groups.add(Group.objects.get(name="CRM manager"))
    client.force_login(user)
    return client


def text_of(answer, status: int) -> str:
    assert answer.status_code == status
    assert answer["Cache-Control"] == "private, no-store"
    return answer.content.decode()


def test_who_may_not_open_a_page_reads_who_gives_roles_and_finds_back(manager):
    text = text_of(manager.get("/admin/runs/import/"), 403)

    assert "Administrators give people their roles" in text
    assert 'id="nav-sidebar"' in text
    assert '<a href="/admin/">Go to the dashboard</a>' in text


def test_an_address_of_the_admin_that_leads_nowhere_leads_back(manager):
    text = text_of(manager.get("/admin/nowhere/"), 404)

    assert "There is no such page" in text
    assert '<a href="/admin/">Go to the dashboard</a>' in text


@pytest.mark.parametrize("path", ["/nowhere/", "/shop/products/none/"])
def test_an_address_of_the_shop_that_leads_nowhere_leads_to_the_shop(client, path):
    text = text_of(client.get(path), 404)

    assert "There is nothing here" in text
    assert 'action="/shop/search/"' in text


def test_without_a_shop_an_unknown_address_shows_no_menu_to_strangers(client, settings):
    settings.SHOP_PAGES = False

    text = text_of(client.get("/nowhere/"), 404)

    assert "There is no such page" in text
    assert "nav-sidebar" not in text


@pytest.mark.parametrize("path", ["/api/v1/nowhere/", "/fragments/nowhere/"])
def test_machines_are_told_in_their_own_way(client, path):
    answer = client.get(path)

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_while_the_database_is_away_a_sentence_stands_in(client, monkeypatch):
    def away(*args):
        raise OperationalError

    monkeypatch.setattr(storefront.queries, "top_shelves", away)

    assert text_of(client.get("/nowhere/"), 404) == "There is nothing here.\n"
