"""The ways the guide shows do what it says."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from django.template import engines

from segrec_site.keys import create_key
from tests.factories import make_customer, make_order, make_product
from tests.recommendations.shelf import make_together

GUIDE = (Path(__file__).parents[2] / "docs/storefront.md").read_text()


def snippets(language):
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.S)


@pytest.mark.django_db
def test_the_template_tags_show_lists():
    product = make_product(product_type="Home > Mugs", price="9")
    make_product(external_id="sku-1"), make_product(product_type="Home > Mugs", price="1")
    template = engines["django"].from_string("".join(snippets("django")))

    customer = make_customer()
    make_order(customer, product)
    make_together(product, make_product())

    html = template.render(
        {"product": product, "customer": customer, "products": [product.external_id]}
    )

    headings = re.findall(r'segrec-heading">([^<]*)', html)
    assert headings == [
        "Popular in Mugs",
        "In your size",
        "Often bought with it",
        "For you",
        "Buy again",
        "Goes well with it",
        "Popular in this shop",
    ]


@pytest.mark.django_db(transaction=True)
def test_every_call_succeeds(live_server):
    make_product(external_id="mug/blue")
    key = create_key("page", "storefront")[1]

    done = subprocess.run(
        [
            "bash",
            "-e",
            "-c",
            "\n".join(snippets("sh")).replace("curl", "curl -sS --fail-with-body"),
        ],
        env=os.environ | {"SITE": live_server.url, "KEY": key},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_class_of_the_lists_is_named():
    root = Path(__file__).parents[2]
    sheet = (root / "static/segrec/recommendations.css").read_text()

    used = set(re.findall(r"\.(segrec[\w-]*)", sheet))

    assert used == set(re.findall(r"`(segrec[\w-]*)`", GUIDE)) - {"segrec-load", "segrec-error"}
