"""The calls that the guide to the API shows do what it says, and no call is without one."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from drf_spectacular.generators import SchemaGenerator

from customers.models import Customer, Order
from products.models import Product
from runs import kinds
from segrec_site.keys import create_key
from tests.api import storefront
from tests.customers.segmented import make_segment
from tests.documents import blocks
from tests.factories import make_run
from tests.runs.kinds import NotedKind

DOCS = Path(__file__).parent.parent / "docs"
GUIDE, OF_SHOPS = DOCS / "api.md", DOCS / "storefront.md"
CALL = re.compile(r'curl (.*?)"\$SITE(/[^?"]*)[^"]*"(.*)')


@pytest.mark.django_db(transaction=True)
def test_every_call_in_the_guide_succeeds(live_server, tmp_path, monkeypatch):
    monkeypatch.setitem(kinds._kinds, "similar", NotedKind().registered_as("similar"))
    (tmp_path / ".curlrc").write_text("fail-with-body\nsilent\nshow-error\n")
    make_segment(make_run(), "loyal")
    make_run("similar")
    known = {
        "KEY": create_key("page", "storefront")[1],
        "SECRET": create_key("crm", "crm")[1],
        "SEGMENT": "loyal",
        "HELD": str(make_run("similar", "held", published_at=None).pk),
        "OTHER": str(make_run("similar", "held", published_at=None).pk),
        "SITE": live_server.url,
        "CURL_HOME": str(tmp_path),
    }

    done = subprocess.run(
        ["bash", "-e", "-c", "\n".join(blocks(GUIDE, "sh"))],
        env=os.environ | known,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert Product.objects.get(external_id="mug/old").deleted_at
    assert Customer.objects.exclude(erased_at=None).count() == 1
    assert Order.objects.get().customer == Customer.objects.get(external_id="ada")
    (answer,) = blocks(GUIDE, "json")
    assert json.dumps(json.loads(answer), separators=(",", ":")) in done.stdout


@pytest.mark.django_db
def test_the_problem_that_the_guide_shows_is_the_answer():
    (shown,) = re.findall("^  ```json\n(.*?)^  ```", GUIDE.read_text(), re.M | re.S)

    assert storefront().get("/products/?page_size=many").json() == json.loads(shown)


def calls_shown() -> set[tuple[str, str]]:
    """Return the method and path of every call in blocks that are run."""
    text = "\n".join(blocks(GUIDE, "sh") + blocks(OF_SHOPS, "sh"))
    found = set()
    for options, path, rest in CALL.findall(text):
        told = re.search(r"-X (\w+)", options)
        found.add((told[1] if told else "POST" if " -d" in rest else "GET", path))
    return found


def test_every_call_of_the_schema_is_shown():
    shown = calls_shown()
    described = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    missing = [
        f"{method.upper()} {path}"
        for path, operations in described.items()
        for method in operations
        if not any(
            method.upper() == verb and re.fullmatch(re.sub("{.*?}", "[^/]+", path), place)
            for verb, place in shown
        )
    ]

    assert len(shown) > 25
    assert missing == []
