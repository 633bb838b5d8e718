"""Staff pages of imports: a file is looked at, tried, imported; what was rejected is named."""

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile

from products.models import Product
from runs import tasks
from runs.models import Import

pytestmark = pytest.mark.django_db

IMPORTS = "/admin/runs/import/"
FILE = b"id;Name;colour\n1;Mug;red\n2;Cup;\n;Pot;\n"


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.SEGREC_VAR = tmp_path


def hand_over(
    client, content: bytes = FILE, kind: str = "products", at: str = f"{IMPORTS}add/", **chosen
) -> Import:
    sent = {"kind": kind, "file": SimpleUploadedFile("feed.csv", content)} | chosen
    response = client.post(at, sent)
    record = Import.objects.latest("id")
    assert response.url == f"{IMPORTS}{record.pk}/change/"
    return record


def sources(page) -> dict[str, list[str]]:
    """Return what each column of ours is read from, as a page shows it."""
    return {source.name: source.parts for source in page.context["preview"].sources if source.parts}


def page_of(client, record: Import):
    return client.get(f"{IMPORTS}{record.pk}/change/")


def press(client, record: Import, button: str) -> Import:
    """Press a button and let a worker do what it asks for."""
    client.post(f"{IMPORTS}{record.pk}/{button}/")
    tasks.work_on_import(record.pk)
    record.refresh_from_db()
    return record


def test_a_file_handed_over_is_shown_as_it_would_be_read(admin_client, admin_user):
    record = hand_over(admin_client)

    page = page_of(admin_client, record)

    assert record.requested_by == admin_user
    assert sources(page)["title"] == ["Name"]
    assert b"Looks like segrec&#x27;s own layout" in page.content
    assert record.sha256[:16] in page.content.decode()
    assert not Product.objects.exists()


def test_columns_of_any_name_are_chosen_by_hand(admin_client):
    record = hand_over(admin_client, b"Nr;Farbe;Artikel\n1;rot;Mug\n2;;Cup\n")
    page = page_of(admin_client, record)
    assert b"Say which column is which" in page.content
    assert page.context["preview"].rows[0] == ["1", "rot", "Mug"]

    chosen = {"from-id": ["Nr", ""], "from-title": ["Farbe", "Artikel"], "from-price": [""]}
    admin_client.post(f"{IMPORTS}{record.pk}/read/", chosen)
    page = page_of(admin_client, record)

    assert sources(page) == {"id": ["Nr"], "title": ["Farbe", "Artikel"]}
    assert page.context["preview"].sources[1].value == "rot-Mug"
    assert press(admin_client, record, "start").created == 2
    assert b"Farbe + Artikel" in page_of(admin_client, record).content


def test_a_column_the_header_tells_may_be_left_out(admin_client):
    record = hand_over(admin_client, b"id,title,price,brand\n1,Mug,?,x\n")

    admin_client.post(
        f"{IMPORTS}{record.pk}/read/",
        {"from-id": "id", "from-title": "title", "from-price": "", "from-brand": "brand"},
    )

    record.refresh_from_db()
    assert record.options == {"mapping": {"price": []}}
    assert press(admin_client, record, "start").created == 1


def test_a_file_may_be_read_in_another_way_than_it_seemed(admin_client):
    record = hand_over(admin_client, complete="on")
    admin_client.post(f"{IMPORTS}{record.pk}/read/", {"format": "shopify", "dates": "mdy"})

    record.refresh_from_db()
    assert record.options == {"format": "shopify", "dates": "mdy", "complete": True}
    assert b"lacks handle, title, vendor, price, which shopify files have" in (
        page_of(admin_client, record).content
    )

    page = admin_client.post(f"{IMPORTS}{record.pk}/read/", {"format": "ebay"}, follow=True)
    assert b"There is no such way" in page.content


def test_the_same_file_again_is_said_to_be_that(admin_client):
    press(admin_client, hand_over(admin_client), "start")
    again = hand_over(admin_client)

    assert b"The very same file was imported" in page_of(admin_client, again).content
    assert press(admin_client, again, "start").unchanged == 2


def test_trying_a_file_says_what_it_would_do_and_writes_nothing(admin_client):
    record = press(admin_client, hand_over(admin_client), "try")

    page = page_of(admin_client, record)

    assert (record.status, record.created, record.rejected) == ("uploaded", 2, 1)
    assert b"1 row would be left out." in page.content
    assert not Product.objects.exists()


def test_an_import_is_done_once_and_names_what_it_rejected(admin_client):
    record = press(admin_client, hand_over(admin_client), "start")

    page = page_of(admin_client, record)

    assert (record.status, Product.objects.count()) == ("done", 2)
    assert [(row["line"], row["column"]) for row in page.context["rejects"]] == [("4", "id")]
    assert b"Import it" not in page.content
    assert b"done already" in admin_client.post(f"{IMPORTS}{record.pk}/start/", follow=True).content


def test_rejected_rows_are_handed_out_as_a_file(admin_client):
    record = press(admin_client, hand_over(admin_client), "start")

    answer = admin_client.get(f"{IMPORTS}{record.pk}/rejects/")

    assert answer.headers["Content-Disposition"] == 'attachment; filename="feed.csv.rejects.csv"'
    assert b"".join(answer.streaming_content).startswith(b"line,column,value,reason,row")


def test_a_file_nobody_can_read_says_so_and_offers_another_try(admin_client):
    page = page_of(admin_client, hand_over(admin_client, b"PK\x03\x04 a spreadsheet"))

    assert b"It cannot be read" in page.content
    assert b"Choose another file" in page.content
    assert b"Import it" not in page.content


def test_what_was_chosen_is_kept_with_the_file(admin_client):
    record = hand_over(admin_client, format="canonical", dates="dmy", complete="on")

    assert record.options == {"format": "canonical", "dates": "dmy", "complete": True}


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"kind": "products"}, "file"),
        ({"kind": "spoons"}, "kind"),
        ({"complete": "on"}, "complete"),
        ({"kind": "products", "format": "uci-retail"}, "format"),
    ],
    ids=str,
)
def test_a_wrong_form_names_the_field(admin_client, sent, field):
    file = {} if field == "file" else {"file": SimpleUploadedFile("feed.csv", FILE)}

    page = admin_client.post(f"{IMPORTS}add/", {"kind": "orders"} | file | sent)

    assert list(page.context["form"].errors) == [field]
    assert not Import.objects.exists()


def test_a_file_that_is_too_large_is_refused_in_words(admin_client, settings):
    settings.IMPORT_UPLOAD_BYTES = 10
    sent = {"kind": "products", "file": SimpleUploadedFile("feed.csv", FILE)}

    page = admin_client.post(f"{IMPORTS}add/", sent)

    assert b"use the command" in page.content


def test_who_may_only_look_sees_counts_but_no_rows(admin_client, client, django_user_model):
    record = press(admin_client, hand_over(admin_client), "try")
    viewer = django_user_model.objects.create_user("vera", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_import"))
    client.force_login(viewer)

    page = page_of(client, record)

    assert page.status_code == 200
    assert b"Mug" not in page.content
    for closed in (f"{record.pk}/rejects/", "add/"):
        assert client.get(IMPORTS + closed).status_code == 403
    for closed in ("start", "read"):
        assert client.post(f"{IMPORTS}{record.pk}/{closed}/").status_code == 403


def test_an_import_at_work_shows_how_far_it_is(admin_client):
    record = Import.objects.create(
        kind="orders", status="running", file_name="orders.csv", progress=0.42
    )

    page = page_of(admin_client, record).content

    assert b'value="0.420"' in page
    assert b"data-live" in page


@pytest.mark.parametrize(
    "content",
    [
        "id,title\n1,Mug\n".encode("utf-16")[:-1],
        "id,title,größe\n1,Müg,klein\n".replace("ö", "\udcf6").encode(errors="surrogateescape"),
        b"id,title,a\0b\n1,M\0g,small\n",
    ],
    ids=["UTF-16 cut short", "a wrong byte in the header", "NUL"],
)
def test_a_damaged_file_has_a_page_that_says_so(admin_client, content):
    record = hand_over(admin_client, content)

    page = page_of(admin_client, record)

    assert page.status_code == 200
    assert press(admin_client, record, "start").status == "refused"
    assert page_of(admin_client, record).status_code == 200


def test_bytes_that_are_no_text_are_question_marks_on_the_page(admin_client):
    file = "id,title,größe,unit_price\n1,Müg,groß,5\n".encode().replace(b"\xc3\x9f", b"\xdf")

    page = page_of(admin_client, hand_over(admin_client, file, "orders")).content.decode()

    assert "<td>gro?</td>" in page
    assert "gr\N{LATIN SMALL LETTER O WITH DIAERESIS}?e" in page
