"""Answers that may be kept but are asked about again."""

import pytest

from products.queries import bump_catalogue_version
from tests.api import crm, storefront
from tests.factories import make_product

pytestmark = pytest.mark.django_db
KEPT = ("Cache-Control", "Vary", "ETag")


@pytest.fixture(params=["/products/", "/products/mug/"])
def path(request):
    make_product(external_id="mug")
    return request.param


def test_an_answer_may_be_kept_and_is_asked_about_again(path):
    answer = storefront().get(path)

    assert answer["Cache-Control"] == "public, no-cache"
    assert answer["Vary"] == "Authorization, Origin"


def test_a_true_copy_is_confirmed_with_the_same_headers(path):
    caller = storefront()
    answer = caller.get(path)

    again = caller.get(path, headers={"If-None-Match": f'"old", W/{answer["ETag"]}'})

    assert again.status_code == 304
    assert again.content == b""
    assert [again[name] for name in KEPT] == [answer[name] for name in KEPT]


def test_who_takes_any_copy_is_told_that_there_is_one(path):
    caller = storefront()

    again = caller.get(path, headers={"If-None-Match": "*"})

    assert (again.status_code, again.content) == (304, b"")
    assert [again[name] for name in KEPT] == [caller.get(path)[name] for name in KEPT]
    assert caller.get("/products/none/", headers={"If-None-Match": "*"}).status_code == 404


def test_a_change_of_the_catalogue_makes_copies_stale(path):
    caller = storefront()
    tag = caller.get(path)["ETag"]

    bump_catalogue_version()

    assert caller.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_every_key_gets_the_same_answer(path):
    one, other = storefront().get(path), crm().get(path)

    assert one.content == other.content
    assert one["ETag"] == other["ETag"]


def test_an_error_is_kept_by_nobody():
    answer = storefront().get("/products/none/")

    assert answer.status_code == 404
    assert answer["Cache-Control"] == "private, no-store"
