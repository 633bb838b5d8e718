"""No path and no value of a parameter is an error of ours, however odd it is."""

import re

import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse

from customers.models import Audience
from segrec_site.urls import urlpatterns
from tests.api import crm
from tests.factories import make_product
from tests.staff import fill_shop

pytestmark = pytest.mark.django_db
ODD = ["%00", "%FF", "1" + "0" * 30, "%C2%B2", ""]
# What lists of the admin take beside their filters.
OF_EVERY_LIST = ("q", "o", "p", "all", "_facets", "_to_field")
SHOP_PARAMETERS = ("q", "page", "product", "customer")


def names_of_filters(one: admin.ModelAdmin, request) -> list[str]:
    """Return the parameters by which a list of the admin can be filtered."""
    names = []
    for each in one.get_list_filter(request):
        if name := getattr(each, "parameter_name", None):
            names.append(name)
        else:
            field = each if isinstance(each, str) else each[0]
            names += [f"{field}__{lookup}" for lookup in ("exact", "isnull", "id__exact", "in")]
    return names


@pytest.mark.parametrize("one", admin.site._registry.values(), ids=str)
def test_no_odd_parameter_breaks_a_list_of_the_admin(one, admin_user, admin_client):
    fill_shop()
    Audience.objects.create(name="Regulars")
    request = RequestFactory().get("/")
    request.user = admin_user
    address = reverse(f"admin:{one.opts.app_label}_{one.opts.model_name}_changelist")
    asked = [
        f"{address}?{name}={value}"
        for name in (*names_of_filters(one, request), *OF_EVERY_LIST)
        for value in ODD
    ]

    statuses = {url: admin_client.get(url).status_code for url in asked}

    assert {url: status for url, status in statuses.items() if status >= 500} == {}
    assert {status for url, status in statuses.items() if "%00" in url} == {400}


def shop_addresses() -> list[str]:
    """Return the addresses of the shop, `{}` where something stands in the path."""
    named = [each for each in urlpatterns if getattr(each, "name", "").startswith("shop-")]
    return ["/" + re.sub("<.*?>", "{}", str(each.pattern)) for each in named]


@pytest.mark.parametrize("address", shop_addresses())
def test_no_odd_address_breaks_a_page_of_the_shop(address, client):
    make_product(external_id="mug", product_type="Home > Mugs")
    paths = [address.format(value) for value in ODD] if "{}" in address else []
    plain = address.format("mug")
    asked = [f"{plain}?{name}={value}" for name in SHOP_PARAMETERS for value in ODD]

    in_path = {path: client.get(path).status_code for path in paths}
    in_query = {url: client.get(url).status_code for url in asked}

    assert {url: status for url, status in (in_path | in_query).items() if status >= 500} == {}
    assert {status for path, status in in_path.items() if "%00" in path} <= {404}
    assert {status for url, status in in_query.items() if "%00" in url} == {400}


@pytest.mark.parametrize(
    "path", ["/admin/%00/", "/admin/runs/run/%00/change/", "/api/v1/products/a%00/", "/%00"]
)
def test_a_path_with_a_nul_leads_nowhere(path, admin_client):
    assert admin_client.get(path).status_code == 404


def test_the_api_names_the_parameter_with_a_nul():
    answer = crm().get("/popular/?category=%00")

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert [error["field"] for error in answer.json()["errors"]] == ["category"]
