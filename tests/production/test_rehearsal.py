"""The site as it is deployed, without containers: compose's commands in the image's folder."""

import json
import shutil

import pytest
from django.conf import settings

from tests.documents import blocks
from tests.production.nobody import NOBODY

pytestmark = pytest.mark.slow
PRODUCTS = "id,title,product_type,price\n" + "".join(
    f"p{n},{colour} {thing},{thing}s,{n}.00\n"
    for n, (colour, thing) in enumerate(
        [(c, t) for c in ("Red", "Blue", "Green", "Grey") for t in ("mug", "hat", "sock")], 1
    )
)
ORDERS = "order_id,ordered_at,customer_id,product_id,unit_price\n" + "".join(
    f"o{n},2026-06-{n % 28 + 1:02},c{n % 9},p{n % 12 + 1},5.00\n" for n in range(40)
)


@pytest.fixture
def site(stack):
    """All services, as `docker compose up -d` starts them."""
    stack.run("migrate")
    for service in ("web", "worker-now", "worker-batch", "beat"):
        stack.start(service)
    stack.wait(stack.is_ready)
    (stack.root / "products.csv").write_text(PRODUCTS)
    return stack


def key(stack, kind: str) -> str:
    command = f"python manage.py create_api_key test --kind {kind} --json"
    return json.loads(stack.sh(command).stdout.splitlines()[-1])["key"]


def similar(stack, caller: str) -> dict | None:
    path = "/api/v1/products/p1/similar/?limit=3"
    status, _, body = stack.get(path, Authorization=f"Api-Key {caller}")
    return json.loads(body) if status == 200 else None


def test_the_deployed_site_works_as_an_ordinary_user_who_can_write_nothing_else(site):
    caller = key(site, "storefront")
    stack = site

    stack.sh(f"python manage.py import_products {stack.root}/products.csv")
    stack.sh("python manage.py refresh_recommendations --only similar --enqueue")
    stack.wait(lambda: "is published" in stack.log("worker-batch"))

    assert [each["source"] for each in similar(stack, caller)["results"]] == ["similar"] * 3
    status, headers, _ = stack.get("/admin/login/")
    assert status == 200
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "Secure" in headers["Set-Cookie"]
    assert stack.get("/api/v1/products/", **{"X-Forwarded-Proto": "http"})[0] == 301
    assert stack.get("/health/live", Host="elsewhere.example")[0] == 400
    assert stack.get("/metrics")[0] == 401
    token = (stack.root / "deploy/secrets/metrics_token").read_text()
    told = stack.get("/metrics", Authorization=f"Bearer {token}")[2].decode()
    assert 'segrec_request_seconds_count{method="GET",status="200",view="similar-products"}' in told
    assert "no issues" in stack.sh("python manage.py check --deploy").stdout
    port = str(stack.ports["web"])
    assert stack.sh("python -I segrec_site/probe.py", PORT=port)
    assert stack.sh("python -I segrec_site/probe.py /none", check=False, PORT=port).returncode == 1
    assert stack.sh("touch segrec_site/x", check=False).returncode
    for service in ("web", "worker-now", "worker-batch", "beat"):
        assert all(json.loads(line)["at"] for line in stack.log(service).splitlines() if line)


def test_keys_are_rotated_as_the_page_says(site):
    stack, blocks_of = site, blocks(settings.BASE_DIR / "docs/operating.md", "sh", "secrets")
    caller, secrets = key(stack, "storefront"), stack.root / "deploy/secrets"
    before = {file.name: file.read_text() for file in secrets.iterdir()}
    stack.stop("web", "worker-now", "worker-batch", "beat")

    for script in blocks_of:
        stack.secrets(script)
    stack.set_password()
    for service in ("web", "worker-now", "worker-batch", "beat"):
        stack.start(service)
    stack.wait(stack.is_ready)

    after = {file.name: file.read_text() for file in secrets.iterdir()}
    assert {name for name in before if after[name] == before[name]} == {"erasure_key"}
    assert stack.get("/api/v1/products/", Authorization=f"Api-Key {caller}")[0] == 200
    for token, status in ((before, 401), (after, 200)):
        bearer = f"Bearer {token['metrics_token']}"
        assert stack.get("/metrics", Authorization=bearer)[0] == status


def test_the_page_for_operators_does_what_it_says(site):
    """Install, back up and restore by the page's commands; the restored site answers the same."""
    stack, page = site, settings.BASE_DIR / "docs/operating.md"
    folder = stack.root / "operator"
    folder.mkdir()
    shutil.chown(folder, NOBODY)
    (folder / "products.csv").write_text(PRODUCTS)
    (folder / "orders.csv").write_text(ORDERS)
    (folder / "manage.py").symlink_to(stack.image.project / "manage.py")
    caller = key(stack, "storefront")

    # Nothing may be published between the dump and the look at what it holds.
    stack.stop("worker-now", "worker-batch", "beat")
    script = "".join(blocks(page, "sh"))
    stack.sh(f"cd {folder}\n{script}", DATABASE_URL=stack.database())
    stack.wait(lambda: similar(stack, caller) is not None)
    before = similar(stack, caller)
    stack.stop("web")
    stack.start("web", DATABASE_URL=stack.database("segrec_restored"))
    stack.wait(stack.is_ready)

    assert similar(stack, caller) == before
