"""A person's data out, and away."""

import json
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse

from customers.models import Customer, CustomerTotal, Membership, Move, Order
from customers.services.orders import upsert_orders
from customers.services.people import upsert_customers
from customers.services.privacy import UnknownCustomer, erase_customer, export_customer
from customers.signals import customer_erased, customer_exported
from runs.imports import uploads
from runs.models import Import
from tests.api import crm
from tests.customers.segmented import make_member, make_run, make_segment

pytestmark = pytest.mark.django_db
PERSON = {
    "customer_id": "ada-1815",
    "email": "Ada.Lovelace@example.com",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "country": "GB",
    "shoe": "thirty-eight",
}
LINE = {
    "order_id": "o1",
    "ordered_at": "2026-06-01T10:00:00Z",
    "customer_id": "ada-1815",
    "product_id": "mug",
    "unit_price": "12.50",
}


@pytest.fixture
def ada() -> str:
    """A customer with a name, an order and a segment."""
    upsert_customers([PERSON])
    upsert_orders([LINE])
    run = make_run()
    customer, segment = Customer.objects.get(), make_segment(run)
    Membership.objects.create(customer=customer, segment=segment, from_run=run, since=run.as_of)
    return customer.external_id


def everything_stored() -> str:
    """Return every row of every table that lasts as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        texts = []
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" AS t')
            texts += [text for (text,) in cursor.fetchall()]
    return "\n".join(texts).lower()


@pytest.fixture
def listener():
    """Connect receivers for the time of a test."""
    connected = []

    def connect(signal, receiver):
        signal.connect(receiver, weak=False)
        connected.append((signal, receiver))

    yield connect
    for signal, receiver in connected:
        signal.disconnect(receiver)


def test_nothing_of_an_erased_persons_identity_is_stored(ada):
    erase_customer(ada)

    stored = everything_stored()
    for trace in ("ada-1815", "lovelace", "thirty-eight", "example.com"):
        assert trace not in stored


def test_orders_and_sums_stay_under_a_surrogate(ada):
    surrogate = erase_customer(ada)

    assert Order.objects.get().customer == surrogate
    assert CustomerTotal.objects.get(customer=surrogate).order_count == 1


def test_the_open_membership_closes_because_of_the_erasure(ada):
    surrogate = erase_customer(ada)

    assert not Membership.objects.filter(to_run=None).exists()
    move = Move.objects.get(customer=surrogate)
    assert (move.cause, move.from_segment.key, move.to_segment) == ("erased", "loyal", None)


@pytest.mark.parametrize(
    "row",
    [
        {"customer_id": "ada-1815", "email": None},
        {"customer_id": None, "email": "ADA.lovelace@example.com"},
    ],
)
def test_a_later_order_attaches_to_the_surrogate(ada, row):
    surrogate = erase_customer(ada)
    given = {name: value for name, value in row.items() if value}

    upsert_orders(
        [{k: v for k, v in LINE.items() if k != "customer_id"} | given | {"order_id": "o2"}]
    )

    assert [order.customer for order in Order.objects.all()] == [surrogate, surrogate]
    assert "lovelace" not in everything_stored()


def test_another_customer_of_the_same_e_mail_stays_who_they_are(ada):
    ben = {"customer_id": "ben", "email": PERSON["email"]}
    order = LINE | {"order_id": "o2"} | ben
    upsert_orders([order])
    surrogate = erase_customer(ada)

    upsert_orders([order])
    upsert_customers([ben | {"first_name": "Ben"}])

    assert Customer.objects.get(external_id="ben").first_name == "Ben"
    assert Order.objects.get(external_id="o2").customer.external_id == "ben"
    assert Order.objects.get(external_id="o1").customer == surrogate


def test_of_two_erased_with_one_e_mail_the_id_says_which(ada):
    ben = {"customer_id": "ben", "email": PERSON["email"]}
    upsert_customers([ben])
    erase_customer(ada)
    surrogate = erase_customer("ben")

    upsert_orders([LINE | {"order_id": "o2"} | ben])

    assert Order.objects.get(external_id="o2").customer == surrogate


def test_an_erased_person_cannot_be_erased_or_exported_again(ada):
    erase_customer(ada)

    for ask in (erase_customer, export_customer):
        with pytest.raises(UnknownCustomer, match="no customer ada-1815"):
            ask(ada)


def test_a_listener_that_fails_undoes_the_erasure(ada, listener):
    listener(customer_erased, lambda **kwargs: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        erase_customer(ada)

    assert Customer.objects.get().external_id == ada


def test_an_export_holds_identity_orders_and_segments(ada, listener):
    listener(customer_exported, lambda customer, **kwargs: {"events": [customer.external_id]})

    record = export_customer(ada)

    assert (record["email"], record["attributes"]) == (PERSON["email"], {"shoe": "thirty-eight"})
    assert [line["order_id"] for line in record["order_lines"]] == ["o1"]
    assert [stay["key"] for stay in record["segments"]] == ["loyal"]
    assert record["events"] == [ada]


def test_an_export_by_command_is_json(capsys):
    run = make_run()
    customer = make_member(make_segment(run), run)

    call_command("export_customer", customer.external_id, "--json")

    record = json.loads(capsys.readouterr().out)
    assert record["scores"][0]["rfm_name"] == "Loyal"
    assert record["moves"][0]["to"] == "loyal"


def test_an_erasure_by_command_names_the_surrogate(ada, capsys):
    call_command("erase_customer", ada, "--json")

    surrogate = json.loads(capsys.readouterr().out)["surrogate"]
    assert Customer.objects.get().external_id == surrogate


@pytest.mark.parametrize("command", ["export_customer", "erase_customer"])
def test_an_unknown_customer_is_said_in_one_sentence(command):
    with pytest.raises(CommandError, match="no customer x"):
        call_command(command, "x")


@pytest.fixture
def hand_over(settings, tmp_path):
    """Return a function that takes a file of one row as staff hand it over, and imports it."""
    settings.SEGREC_VAR = tmp_path

    def hand_over(kind: str, row: dict[str, str], imported: bool = True) -> Path:
        content = f"{','.join(row)}\n{','.join(row.values())}\n".encode()
        record = uploads.create_import(SimpleUploadedFile("rows.csv", content), kind)
        if imported:
            uploads.run_import(uploads.request_import(record).pk)
        return Path(record.file_path)

    return hand_over


def test_files_that_may_name_the_person_are_deleted(ada, hand_over):
    product = hand_over("products", {"id": "mug", "title": "Mug"})
    personal = [
        hand_over("customers", PERSON),
        hand_over("orders", LINE),
        hand_over("orders", LINE, imported=False),
    ]

    erase_customer(ada)

    assert product.exists()
    assert not any(path.exists() for path in personal)
    assert Import.objects.exclude(file_path="").get().kind == "products"


def test_a_later_file_that_names_the_person_is_not_kept(ada, hand_over):
    erase_customer(ada)

    assert not hand_over("orders", LINE | {"order_id": "o2"}).exists()
    assert not hand_over("customers", PERSON).exists()
    assert hand_over("customers", {"customer_id": "ben"}).exists()


def test_another_key_than_the_shops_is_refused(settings):
    upsert_orders([LINE])
    settings.ERASURE_KEY = "another"

    with pytest.raises(ImproperlyConfigured, match="ERASURE_KEY is not the one"):
        upsert_orders([LINE | {"order_id": "o2"}])
    with pytest.raises(ImproperlyConfigured, match="set it to what it was"):
        upsert_customers([PERSON])

    assert Order.objects.count() == 1


def test_nobody_is_erased_under_another_key_to_come_back_later(settings, ada, admin_client, caplog):
    settings.ERASURE_KEY = "another"
    page = reverse("admin:customers_customer_erase", args=[Customer.objects.get().pk])

    with pytest.raises(CommandError, match="ERASURE_KEY is not the one"):
        call_command("erase_customer", ada)
    deleted = crm().delete(f"/api/v1/customers/{ada}/")
    told = admin_client.post(page, follow=True)

    assert deleted.status_code == 503
    assert "ERASURE_KEY is not the one" in caplog.text
    assert "Not erased. ERASURE_KEY is not the one" in told.content.decode()
    assert Customer.objects.get().external_id == ada
