"""Texts that would be script, in every field of every table: pages show them and run nothing."""

import pytest
from django.apps import apps
from django.db import models

from customers.models import Customer
from products.models import Product
from tests.api import storefront
from tests.factories import make_product
from tests.segrec_site.test_admin_links import LINK, broken_links
from tests.staff import fill_shop

pytestmark = pytest.mark.django_db
HOSTILE = "'\"><script>hostile()</script>"
ACTIVE = "<script>hostile"
OURS = ("customers", "products", "recommendations", "runs", "segrec_site")
# What pages compute with or look up, so that it is never free text.
LEFT_ALONE = {"kind", "key", "currency", "colour", "mark", "prefix", "digest", "cause", "format"}


def spoil(model: type[models.Model]) -> None:
    """Put the hostile text into every free text of every row."""
    for row in model.objects.all():
        values = {}
        for field in model._meta.concrete_fields:
            free = field.name not in LEFT_ALONE and not (field.choices or field.primary_key)
            if free and isinstance(field, models.CharField | models.TextField):
                longest = field.max_length or 500
                values[field.name] = f"{row.pk}{HOSTILE}"[:longest]
            elif isinstance(field, models.JSONField) and field.name == "attributes":
                values[field.name] = {HOSTILE: HOSTILE}
        if values:
            model.objects.filter(pk=row.pk).update(**values)


@pytest.fixture
def spoilt():
    fill_shop()
    make_product(product_type="Mugs", link="/x", image_link="https://shop.example/x.png")
    for label in OURS:
        for model in apps.get_app_config(label).get_models():
            if not model._meta.proxy and model._meta.managed:
                spoil(model)


@pytest.mark.slow
def test_pages_of_staff_show_hostile_texts_and_run_nothing(spoilt, admin_client, monkeypatch):
    pages = []
    get = admin_client.get
    monkeypatch.setattr(
        admin_client, "get", lambda *given, **how: pages.append(get(*given, **how)) or pages[-1]
    )

    broken_links(admin_client, "/admin/")

    texts = {page.request["PATH_INFO"]: page.content.decode(errors="replace") for page in pages}
    html = {path: text for path, text in texts.items() if "<html" in text}
    assert [path for path, text in html.items() if ACTIVE in text] == []
    assert sum("&lt;script&gt;hostile" in text for text in html.values()) > 10


def test_pages_of_the_shop_show_hostile_texts_and_run_nothing(spoilt, client):
    product = Product.objects.first()
    paths = ["/", f"/shop/products/{product.pk}%27%22%3E%3Cscript%3Ehostile()%3C%2Fscript%3E/"]
    paths += LINK.findall(client.get("/").content.decode())[:20]

    texts = [client.get(path).content.decode() for path in paths if path.startswith("/")]

    assert not any(ACTIVE in text for text in texts)
    assert any("&lt;script&gt;hostile" in text for text in texts)


def test_fragments_for_other_pages_show_hostile_texts_and_run_nothing(spoilt):
    product = make_product(external_id="shown", product_type="Mugs")

    text = storefront().get(f"/fragments/products/{product.external_id}/similar/").content.decode()

    assert ACTIVE not in text
    assert "&lt;script&gt;hostile" in text


def test_answers_that_hold_hostile_texts_are_not_taken_for_pages(spoilt):
    answer = storefront().get("/products/")

    assert ACTIVE in answer.json()["results"][0]["title"]
    assert answer["Content-Type"] == "application/json"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert Customer.objects.filter(last_name__contains=ACTIVE).exists()
