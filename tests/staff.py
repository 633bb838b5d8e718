"""A shop with one of everything that staff pages show."""

from uuid import uuid4

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from customers.models import (
    Audience,
    Customer,
    CustomerScore,
    CustomerTotal,
    Export,
    Move,
    Order,
    Shop,
)
from products.models import Product
from recommendations.models import Event, Rule
from runs import tasks
from runs.imports import uploads
from runs.models import Import, Run
from segrec_site.keys import create_key
from tests.factories import NOW, make_customer, make_order, make_product, make_run, make_segment
from tests.recommendations.shelf import (
    make_buyers,
    make_neighbours,
    make_personal,
    make_rule,
    make_together,
)

READ_AS_IT_IS = b"id,title,colour\n" + b"".join(b"n%d,New mug %d,red\n" % (n, n) for n in range(9))
WITH_A_BAD_ROW = READ_AS_IT_IS + b",Without an id,blue\n"
OF_UNKNOWN_COLUMNS = b"Nr;Farbe;Artikel\n1;rot;Becher\n"
WITH_BAD_ROWS_ONLY = b"id,title\n,Pot\n,Pan\n"


def fill_shop() -> Customer:
    """Make a segment with one customer who ordered once, a run of every status, an import."""
    Shop.objects.create(currency="EUR")
    before, run = make_run(status="superseded"), make_run(metrics={"customers": 1})
    for status in {*Run.Status.values} - {"published", "superseded", "running"}:
        make_run("similar", status, reasons=[{"code": "few", "text": "Too few."}])
    ada = make_customer(first_name="Ada", last_name="Abel", country="DE")
    mug = make_product(title="Blue mug", product_type="Mugs")
    make_order(ada, mug)
    told = {"kind": "similar", "arm": "model", "source": "similar", "customer": ada}
    Event.objects.create(id=uuid4(), type="impression", at=timezone.now(), product=mug, **told)
    CustomerTotal.objects.create(customer=ada, order_count=1, net=10, last_order_at=NOW)
    CustomerScore.objects.create(
        customer=ada, rfm_code="555", rfm_name="Champions", value_tier="high", from_run=run
    )
    gone = make_segment(before, key="gone", name="Gone", retired_run=run)
    segment = make_segment(run, ada, key="loyal", name="Loyal")
    Move.objects.create(
        run=run, customer=ada, from_segment=gone, to_segment=segment, cause="model", at=NOW
    )
    Import.objects.create(kind="orders", status="done", file_name="orders.csv")
    return ada


def one_of_everything() -> dict[str, int | str]:
    """Fill the shop and make one of everything that has a page; return their keys by model."""
    ada = fill_shop()
    product = Product.objects.get()
    audience = Audience.objects.create(name="All")
    export = Export.objects.create(
        audience=audience, source="All", format="klaviyo", everyone=False
    )
    event = Event.objects.create(pk=uuid4(), type="view", product=product, customer=ada, at=NOW)
    return {
        "kind": "similar",
        "chart": "days",
        "customers_segment": ada.memberships.get().segment_id,
        "customers_move": Move.objects.get().pk,
        "customers_customer": ada.pk,
        "customers_audience": audience.pk,
        "customers_order": Order.objects.get().pk,
        "customers_export": export.pk,
        "products_product": product.pk,
        "recommendations_recommendedproduct": product.pk,
        "recommendations_rule": Rule.objects.create(action="hide", product=product).pk,
        "recommendations_event": event.pk,
        "runs_run": make_run("similar", "failed").pk,
        "runs_import": Import.objects.get().pk,
        "segrec_site_apikey": create_key("Shop", "storefront")[0].pk,
        "auth_user": get_user_model().objects.create_user("somebody").pk,
        "auth_group": Group.objects.get_or_create(name="Viewer")[0].pk,
    }


def bring_to_life() -> None:
    """Give the product of a filled shop lists of every kind, each list a rule, each arm events."""
    mug, ada = Product.objects.get(), Customer.objects.get()
    Product.objects.update(currency="EUR", brand="Acme")
    others = [
        make_product(title=f"{name} mug", product_type="Mugs", brand=brand, currency="EUR")
        for name, brand in (("Red", "Acme"), ("Green", "Zen"), ("Tall", "Zen"))
    ]
    make_neighbours(mug, *others)
    make_together(mug, others[1])
    make_personal({mug: {others[0]: 0.9}, others[0]: {}, others[1]: {}})
    make_buyers(others[0], 3)
    make_rule(action="pin", position=1, product=others[2], list="similar", note="For spring")
    make_rule(action="hide", brand="Zen", list="popular")
    make_rule(action="boost", category="Mugs", factor=2)
    make_rule(action="other", attribute="brand", beside=mug)
    for arm, source in (("model", "similar"), ("baseline", "popular")):
        told = {"kind": "similar", "arm": arm, "source": source, "customer": ada}
        for kind in ("impression", "click"):
            Event.objects.create(
                id=uuid4(), type=kind, at=timezone.now(), product=others[0], **told
            )


def imports_of_every_state() -> dict[str, int]:
    """Hand over files and let workers come to every end; return their records' keys."""

    def hand_over(content: bytes, kind: str = "products") -> Import:
        return uploads.create_import(SimpleUploadedFile("feed.csv", content), kind)

    def read(content: bytes) -> Import:
        record = hand_over(content)
        uploads.request_import(record)
        tasks.work_on_import(record.pk)
        return record

    found = {
        "looked at": hand_over(READ_AS_IT_IS),
        "to be mapped": hand_over(OF_UNKNOWN_COLUMNS),
        "with rejects": read(WITH_A_BAD_ROW),
        "refused": read(WITH_BAD_ROWS_ONLY),
        "running": Import.objects.create(kind="orders", status="running", file_name="more.csv"),
    }
    return {state: record.pk for state, record in found.items()}


def page(name: str, *args: object) -> str:
    """Return the address of a page of the admin."""
    return reverse(f"admin:{name}", args=args)
