"""What every staff page says of refreshes that ended badly, or wait for a decision."""

import pytest
from django.contrib.auth.models import Permission

from tests.factories import make_run

pytestmark = pytest.mark.django_db

PAGE = "/admin/customers/order/"


@pytest.fixture
def viewer(client, django_user_model):
    """Return a client of somebody who sees orders and no runs."""
    vera = django_user_model.objects.create_user("vera", is_staff=True)
    vera.user_permissions.add(Permission.objects.get(codename="view_order"))
    client.force_login(vera)
    return client


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


def test_a_held_run_is_told_to_who_decides(viewer, admin_client):
    run = make_run("segments", "held", reasons=[{"code": "moves", "text": "31% would move."}])

    assert notices(viewer) == ""
    assert f"/admin/runs/run/{run.pk}/change/" in notices(admin_client)
    assert "31% would move." in notices(admin_client)


def test_pages_of_runs_say_it_themselves(admin_client):
    run = make_run("similar", "failed")

    assert notices(admin_client, "/admin/runs/run/") == ""
    assert notices(admin_client, f"/admin/runs/run/{run.pk}/change/") == ""


def test_the_login_page_says_nothing(client):
    make_run("similar", "failed")

    assert notices(client, "/admin/login/") == ""
