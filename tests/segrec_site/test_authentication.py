"""Who may call the API, from where, until when."""

from datetime import timedelta

import pytest
from django.utils import timezone

from segrec_site.keys import create_key, revoke_keys
from segrec_site.models import ApiKey
from tests.api import Caller, crm, storefront
from tests.factories import make_product

pytestmark = pytest.mark.django_db
SHOP, OTHER = "https://shop.example", "https://other.example"
FRAGMENT = "/fragments/products/mug/similar/"


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Api-Key",
        "Api-Key nonsense",
        "Api-Key pk_00000000_" + "0" * 32,
        "Api-Key a\x00_b",
        "Bearer pk_00000000_x",
        "Api-Key é",
    ],
)
def test_a_missing_or_wrong_key_is_401_and_says_what_to_send(authorization):
    headers = {} if authorization is None else {"Authorization": authorization}

    answer = Caller(**headers).get("/products/")

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Api-Key"
    assert answer["Content-Type"] == "application/problem+json"


def test_a_right_prefix_with_a_wrong_secret_is_401():
    _, text = create_key("shop", "storefront")

    assert (
        Caller(text[:-1] + ("a" if text[-1] != "a" else "b")).get("/products/").status_code == 401
    )


@pytest.mark.parametrize("scheme", ["Api-Key", "api-key", "API-KEY"])
def test_the_schemes_case_does_not_matter(scheme):
    _, text = create_key("shop", "storefront")

    assert Caller(Authorization=f"{scheme} {text}").get("/products/").status_code == 200


def test_a_revoked_key_is_refused_by_the_next_request():
    key, text = create_key("shop", "storefront")
    caller = Caller(text)
    assert caller.get("/products/").status_code == 200

    revoke_keys(ApiKey.objects.filter(pk=key.pk))

    assert caller.get("/products/").status_code == 401


@pytest.mark.parametrize(("hours", "status"), [(-1, 401), (1, 200)])
def test_a_key_serves_until_it_expires(hours, status):
    caller = storefront(expires_at=timezone.now() + timedelta(hours=hours))

    assert caller.get("/products/").status_code == status


def test_a_storefront_key_where_a_secret_one_is_needed_is_403():
    answer = storefront().get("/runs/")

    assert answer.status_code == 403
    assert "secret key" in answer.json()["detail"]


def test_a_read_only_key_reads():
    assert crm(read_only=True).get("/runs/").status_code == 200


def test_a_read_only_key_does_not_write():
    answer = crm(read_only=True).post(
        "/runs/", {"kind": "similar"}, content_type="application/json"
    )

    assert answer.status_code == 403
    assert answer.json()["detail"] == "This key is read-only."


@pytest.mark.parametrize(
    ("origin", "status"), [(SHOP, 200), (SHOP.upper(), 200), (OTHER, 403), ("null", 403)]
)
def test_a_storefront_key_with_origins_is_refused_from_others(origin, status):
    caller = storefront(origins=[SHOP])

    assert caller.get("/products/", headers={"Origin": origin}).status_code == status


def test_a_request_without_an_origin_passes():
    assert storefront(origins=[SHOP]).get("/products/").status_code == 200


def test_a_storefront_key_without_origins_serves_every_page():
    assert storefront().get("/products/", headers={"Origin": OTHER}).status_code == 200


@pytest.mark.parametrize("path", ["/products/", "/customers/", FRAGMENT])
def test_a_secret_key_in_a_page_is_refused(path):
    make_product(external_id="mug")
    caller = crm()

    assert caller.get(path).status_code == 200
    assert caller.get(path, headers={"Origin": SHOP}).status_code == 403
