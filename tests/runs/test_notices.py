"""What every staff page says of refreshes that ended badly, or wait for a decision."""

import pytest
from django.contrib.auth.models import Permission

from tests.factories import make_run

pytestmark = pytest.mark.django_db

PAGE = "/admin/customers/order/"


def staff(client, people, *codenames: str):
    """Return the client, logged in as somebody with these permissions."""
    vera = people.objects.create_user("vera", is_staff=True)
    vera.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(vera)
    return client


@pytest.fixture
def viewer(client, django_user_model):
    """Return a client of somebody who sees orders and no runs."""
    return staff(client, django_user_model, "view_order")


@pytest.fixture
def decider(client, django_user_model):
    """Return a client of somebody who sees orders, and decides on runs."""
    return staff(client, django_user_model, "view_order", "view_run", "change_run")


def notices(client, url: str = PAGE) -> str:
    page = client.get(url).content.decode()
    _, found, rest = page.partition('<ul class="notices">')
    return " ".join(rest.partition("</ul>")[0].split()) if found else ""


def test_all_is_well_and_nothing_is_said(viewer):
    make_run("similar")

    assert notices(viewer) == ""


@pytest.mark.parametrize(("status", "said"), [("refused", "was refused"), ("failed", "failed")])
def test_a_refresh_that_ended_badly_is_told_with_what_stays(viewer, status, said):
    make_run("similar")
    run = make_run("similar", status, reasons=[{"code": "low", "text": "Too few lists."}])

    told = notices(viewer)

    assert "Similar products:" in told
    assert said in told
    assert "Too few lists." in told
    assert "stays in use" in told
    assert f"/admin/runs/run/{run.pk}/" not in told


def test_what_went_well_since_ends_the_notice(viewer):
    make_run("similar", "failed")
    make_run("similar")

    assert notices(viewer) == ""


def test_a_held_run_is_told_to_who_decides(decider):
    run = make_run("segments", "held", reasons=[{"code": "moves", "text": "31% would move."}])

    told = notices(decider)

    assert f"/admin/runs/run/{run.pk}/change/" in told
    assert "31% would move." in told


def test_a_held_run_is_not_told_to_who_only_looks(viewer):
    make_run("segments", "held")

    assert notices(viewer) == ""


def test_who_sees_runs_is_led_to_them(decider):
    run = make_run("similar", "failed")

    assert f"/admin/runs/run/{run.pk}/change/" in notices(decider)


def test_pages_of_runs_say_it_themselves(admin_client):
    run = make_run("similar", "failed")

    assert notices(admin_client, "/admin/runs/run/") == ""
    assert notices(admin_client, f"/admin/runs/run/{run.pk}/change/") == ""


def test_the_login_page_says_nothing(client):
    make_run("similar", "failed")

    assert notices(client, "/admin/login/") == ""
