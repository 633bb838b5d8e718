"""The API's pages in a real browser."""

import pytest

from segrec_site.keys import create_key
from tests.factories import make_product

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DOCS = "/api/v1/docs/"


def test_the_pages_list_every_call_and_the_browser_complains_of_nothing(open_page, complaints):
    page = open_page(DOCS)

    page.wait_for_selector(".opblock")

    described = page.evaluate(
        "fetch('/api/v1/schema/?format=json').then(answer => answer.json()).then(schema =>"
        " Object.values(schema.paths).flatMap(Object.keys).length)"
    )
    assert page.locator(".opblock").count() == described
    assert complaints == []


def test_a_call_can_be_tried(open_page, complaints):
    make_product(external_id="mug", title="Blue mug")
    _, key = create_key("docs", "storefront")
    page = open_page(DOCS)

    page.click("button.authorize")
    page.fill(".auth-container input", f"Api-Key {key}")
    page.click(".auth-btn-wrapper .authorize")
    page.click(".btn-done")
    page.click("#operations-products-products_list .opblock-summary-control")
    page.click("#operations-products-products_list .try-out__btn")
    page.click("#operations-products-products_list .execute")

    page.wait_for_selector(".live-responses-table")
    assert "Blue mug" in page.inner_text(".live-responses-table")
    assert complaints == []
