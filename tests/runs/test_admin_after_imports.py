"""What staff do after an import, or instead of it: look, refresh, import the like, discard."""

from pathlib import Path

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType

from runs.imports import uploads
from runs.models import Import
from tests.runs.test_admin_imports import FILE, IMPORTS, hand_over, page_of, press

pytestmark = pytest.mark.django_db

ORDERS = b"order_id,ordered_at,product_id,unit_price\n1,2026-03-01,mug,5\n"


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.SEGREC_VAR = tmp_path


def staff(client, people, *codenames: str):
    """Return the client, logged in as somebody with these permissions."""
    vera = people.objects.create_user("vera", is_staff=True)
    vera.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(vera)
    return client


def test_an_import_of_orders_leads_to_them_and_to_what_they_refresh(admin_client):
    record = press(admin_client, hand_over(admin_client, ORDERS, "orders"), "start")

    page = page_of(admin_client, record).content.decode()

    assert '<a class="button" href="/admin/customers/order/">See the orders</a>' in page
    for kind in ("segments", "bought-together", "personal"):
        assert f'action="/admin/runs/run/refresh/{kind}/"' in page
    assert "Import another file the same way" in page


def test_rejected_rows_and_the_products_are_a_step_away(admin_client):
    record = press(admin_client, hand_over(admin_client), "start")

    page = page_of(admin_client, record).content.decode()

    assert "Download 1 rejected row<" in page
    assert "See the products" in page
    assert "/refresh/" not in page


def test_a_file_that_changed_nothing_asks_for_no_refresh(admin_client):
    press(admin_client, hand_over(admin_client, ORDERS, "orders"), "start")
    again = press(admin_client, hand_over(admin_client, ORDERS, "orders"), "start")

    page = page_of(admin_client, again).content.decode()

    assert "The file changed nothing" in page
    assert "/refresh/" not in page


def test_next_steps_are_those_the_reader_may_take(admin_client, client, django_user_model):
    record = press(admin_client, hand_over(admin_client, ORDERS, "orders"), "start")

    page = page_of(staff(client, django_user_model, "view_import"), record).content.decode()

    assert "What next" in page
    for closed in ("/admin/customers/order/", "/refresh/", "like=", "/rejects/"):
        assert closed not in page


def test_a_file_that_waits_has_no_next_steps(admin_client):
    assert b"What next" not in page_of(admin_client, hand_over(admin_client)).content


def test_another_file_is_read_by_the_same_columns(admin_client):
    first = hand_over(admin_client, b"Nr;Artikel\n1;Mug\n")
    chosen = {"from-id": ["Nr"], "from-title": ["Artikel"], "dates": "dmy"}
    admin_client.post(f"{IMPORTS}{first.pk}/read/", chosen)
    first = press(admin_client, first, "start")
    page = page_of(admin_client, first).content.decode()
    _, _, rest = page.partition(f'href="{IMPORTS}add/?')
    address = f"{IMPORTS}add/?{rest.partition(chr(34))[0]}".replace("&amp;", "&")

    form = admin_client.get(address)
    assert b"It is read as feed.csv was." in form.content
    assert form.context["form"].initial | {"like": ""} == {
        "kind": "products",
        "dates": "dmy",
        "like": "",
    }
    again = hand_over(admin_client, b"Nr;Artikel\n2;Cup\n", at=address)

    assert press(admin_client, again, "start").created == 1


@pytest.mark.parametrize("like", ["0", "x", "99999999"])
def test_an_import_that_never_was_is_no_pattern(admin_client, like):
    record = hand_over(admin_client, at=f"{IMPORTS}add/?like={like}")

    assert record.options == {}


def test_columns_of_orders_are_no_pattern_for_products(admin_client):
    orders = hand_over(admin_client, ORDERS, "orders")
    Import.objects.filter(pk=orders.pk).update(options={"mapping": {"order_id": ["Nr"]}})

    assert hand_over(admin_client, at=f"{IMPORTS}add/?like={orders.pk}").options == {}


def test_a_file_that_waits_is_discarded(admin_client):
    record = hand_over(admin_client)
    assert b"This deletes feed.csv from the server." in page_of(admin_client, record).content

    page = admin_client.post(f"{IMPORTS}{record.pk}/discard/", follow=True)

    path = Path(record.file_path)
    record.refresh_from_db()
    assert (record.status, record.file_path, path.exists()) == ("discarded", "", False)
    assert b"The file feed.csv is discarded; nothing of it was written." in page.content
    assert b"It was discarded" in page.content
    assert b"Import it" not in page.content
    assert LogEntry.objects.latest("pk").get_change_message() == "Discarded."


def test_a_refused_file_may_be_discarded_too(admin_client):
    record = hand_over(admin_client)
    uploads.request_import(record, max_reject_share=0.1)
    record = press(admin_client, record, "start")
    assert record.status == "refused"

    page = admin_client.post(f"{IMPORTS}{record.pk}/discard/", follow=True)

    assert b"It was discarded" in page.content
    assert b"It failed" not in page.content


@pytest.mark.parametrize("status", ["waiting", "running", "done"])
def test_a_file_at_work_or_done_is_not_discarded(admin_client, status):
    record = hand_over(admin_client)
    Import.objects.filter(pk=record.pk).update(status=status)

    page = admin_client.post(f"{IMPORTS}{record.pk}/discard/", follow=True)

    assert f"The file feed.csv is {status} already.".encode() in page.content
    assert Path(record.file_path).read_bytes() == FILE
    assert b"Discard feed.csv" not in page.content


def test_only_who_imports_discards_and_only_by_post(admin_client, client, django_user_model):
    record = hand_over(admin_client)
    assert admin_client.get(f"{IMPORTS}{record.pk}/discard/").status_code == 405

    vera = staff(client, django_user_model, "view_import")
    assert vera.post(f"{IMPORTS}{record.pk}/discard/").status_code == 403
    assert b"Discard" not in page_of(vera, record).content


@pytest.mark.parametrize("imports", [1, 20])
def test_the_list_takes_the_same_queries_however_long(
    admin_client, admin_user, django_assert_num_queries, imports
):
    for _ in range(imports):
        Import.objects.create(kind="orders", status="done", file_name="o", requested_by=admin_user)

    # Session, user, how kinds stand, whether any is at work, count, page, kinds to filter by.
    with django_assert_num_queries(7):
        admin_client.get(IMPORTS)


@pytest.mark.parametrize("rejects", [1, 400])
def test_a_page_takes_the_same_queries_however_many_rows_were_rejected(
    admin_client, django_assert_num_queries, rejects
):
    record = hand_over(admin_client, FILE + b";Pan;\n" * (rejects - 1))
    uploads.request_import(record, max_reject_share=1)
    record = press(admin_client, record, "start")
    assert record.rejected == rejects
    ContentType.objects.get_for_model(Import)  # remembered by the process

    # Session, user, how kinds stand, import twice, who handed it over.
    with django_assert_num_queries(6):
        page = page_of(admin_client, record)
    assert len(page.context["rejects"]) == min(rejects, 10)
