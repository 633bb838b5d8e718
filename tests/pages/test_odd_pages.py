"""Pages in every state, with names of any length, refused, filled in wrongly: as every page is."""

import pytest
from django.contrib.auth.models import User

from customers.models import Audience, Customer, Segment
from customers.services.insights import refresh_insights
from products.models import Category, Product
from runs.models import Run
from tests.factories import make_run
from tests.segrec_site.access import SEEN
from tests.staff import imports_of_every_state, page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_every_state_of_a_page_holds(open_staff_page, things, faults_of):
    imports = imports_of_every_state()
    runs = {run.status: run.pk for run in Run.objects.filter(kind="similar")}
    runs["running"] = make_run("personal", "running", step="block 1 of 2", published_at=None).pk
    mug, rule = Product.objects.get(title="Blue mug").external_id, page("recommendations_rule_add")
    addresses = [page("runs_import_change", key) for key in imports.values()]
    addresses += [page("runs_run_change", key) for key in runs.values()]
    addresses += [
        f"{rule}?action=hide&brand=Acme&seen={mug}",
        f"{rule}?action=hide&brand=Akme",
        page("runs_run_changelist"),
        page("runs_import_changelist"),
        f"{page('customers_customer_changelist')}?q=nobody",
    ]

    assert {"held", "refused", "failed", "waiting", "published", "running"} <= {*runs}
    assert faults_of(open_staff_page(), addresses) == {}


def test_pages_hold_whatever_the_names_on_them(open_staff_page, things, faults_of):
    long = "Budget-conscious buyers of everything we sell, Llanfairpwllgwyngyllgogerychwyrndrobwll"
    Segment.objects.update(staff_name=long[:80])
    Customer.objects.update(
        first_name=long, last_name="x" * 150, email=f"{'y' * 60}@{'z' * 60}.org"
    )
    Product.objects.update(title=long * 3, brand=long, product_type=f"{long} > {long}")
    Category.objects.update(name=long)
    Audience.objects.update(name=long[:80])
    refresh_insights()
    names = ["segment", "customer", "order", "audience", "move"]
    pages = [f"customers_{name}_{what}" for name in names for what in ("changelist", "change")]
    pages += ["products_product_changelist", "products_product_change"]
    pages += ["recommendations_recommendedproduct_change", "recommendations_rule_changelist"]
    rows = [row for row in SEEN if row.name in pages]
    addresses = [page(row.name, *([things[row.of]] if row.of else [])) for row in rows]

    product = Product.objects.get(pk=things["recommendations_recommendedproduct"])
    shop = ["/", f"/shop/products/{product.external_id}/", f"/shop/search/?q={long[:15]}"]

    assert len(addresses) >= len(pages) - 2
    assert faults_of(open_staff_page(), [page("index"), *addresses, *shop]) == {}


def test_a_form_that_was_filled_in_wrongly_and_a_key_just_made_hold(open_staff_page, faults):
    window = open_staff_page("segrec_site/apikey/add/")
    save = window.get_by_role("button", name="Save", exact=True)

    save.click()
    window.get_by_text("Please correct the errors below").wait_for()
    assert faults(window) == []
    window.goto(page("segrec_site_apikey_add"))
    window.get_by_label("Name").fill("Shop page")
    window.get_by_label("Kind").select_option("storefront")
    window.get_by_label("Expires at").fill("2040-01-01T10:00")
    save.click()
    window.get_by_text("This is the only time it is shown").wait_for()

    assert faults(window) == []


def test_pages_outside_and_refusals_hold(
    open_page, client, django_user_model, things, complaints, faults
):
    django_user_model.objects.create_user("nia", is_staff=True)
    client.force_login(User.objects.get(username="nia"))
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    mug = Product.objects.get(title="Blue mug").external_id
    shop = ["/", "/shop/category/Mugs/", f"/shop/products/{mug}/", "/shop/basket/", "/shop/as/"]
    found = {}

    for who, addresses in {
        "stranger": [page("login"), *shop, "/nowhere/"],
        "staff": [page("runs_import_changelist"), "/admin/nowhere/"],
    }.items():
        window = open_page("/", cookies=[cookie] if who == "staff" else [])
        for address in addresses:
            answer = window.goto(address)
            if answer.status >= 400:
                complaints.clear()  # of the status itself
            found[answer.status, address] = faults(window)

    assert {status for status, _ in found} == {200, 403, 404}
    assert {address: said for address, said in found.items() if said} == {}
