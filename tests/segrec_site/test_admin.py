"""Keys of the API on staff pages."""

import re

import pytest
from django.utils import timezone

from segrec_site.keys import create_key, find_key
from segrec_site.models import ApiKey
from tests.api import Caller

pytestmark = pytest.mark.django_db
ADD = "/admin/segrec_site/apikey/add/"
FORM = {"name": "Shop", "kind": "storefront", "origins": "https://a.example, https://b.example"}


def key_on(page) -> str | None:
    found = re.search("[ps]k_[A-Za-z0-9]{8}_[A-Za-z0-9]{32}", page.content.decode())
    return found and found[0]


def test_a_new_key_is_shown_once(admin_client):
    page = admin_client.post(ADD, FORM)

    key = find_key(key_on(page))
    assert (key.name, key.origins) == ("Shop", ["https://a.example", "https://b.example"])
    assert key.created_by.is_superuser
    assert "no-store" in page["Cache-Control"]
    assert key_on(admin_client.get(f"/admin/segrec_site/apikey/{key.pk}/change/")) is None


def test_a_wrong_origin_is_said_beside_its_field(admin_client):
    page = admin_client.post(ADD, FORM | {"origins": "shop"})

    assert "shop is no origin" in page.content.decode()
    assert not ApiKey.objects.exists()


def test_a_revoked_key_stops_serving(admin_client):
    key, text = create_key("Shop", "storefront")

    admin_client.post(
        "/admin/segrec_site/apikey/", {"action": "revoke", "_selected_action": [key.pk]}
    )

    assert Caller(text).get("/products/").status_code == 401
    assert "revoked" in admin_client.get("/admin/segrec_site/apikey/").content.decode()


@pytest.mark.parametrize("listed", [1, 20])
def test_the_list_takes_the_same_queries_however_long(
    admin_client, django_assert_num_queries, listed
):
    for number in range(listed):
        create_key(f"Shop {number}", "storefront")

    with django_assert_num_queries(6):  # session, user, notices, counts, page
        admin_client.get("/admin/segrec_site/apikey/")


def test_a_key_ends_at_a_moment_of_the_shop_s_zone(admin_client):
    page = admin_client.post(ADD, FORM | {"expires_at": "2040-01-01T10:00"})

    ends = timezone.localtime(find_key(key_on(page)).expires_at)
    assert f"{ends:%Y-%m-%d %H:%M}" == "2040-01-01 10:00"


def test_keys_are_listed_with_their_last_use(admin_client):
    create_key("Idle", "storefront")
    _, text = create_key("Shop", "storefront")
    Caller(text).get("/products/")

    page = admin_client.get("/admin/segrec_site/apikey/").content.decode()

    used, idle = re.findall('data-label="Last used"[^>]*>(.*?)</td>', page)
    assert str(timezone.now().year) in used
    assert idle == "–"


def test_a_change_keeps_the_secret(admin_client):
    key, text = create_key("Shop", "storefront")

    admin_client.post(f"/admin/segrec_site/apikey/{key.pk}/change/", {"name": "New", "origins": ""})

    assert find_key(text).name == "New"
