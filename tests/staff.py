"""A shop with one of everything that staff pages show."""

from uuid import uuid4

from django.utils import timezone

from customers.models import Customer, CustomerScore, CustomerTotal, Move, Shop
from recommendations.models import Event
from runs.models import Import, Run
from tests.factories import NOW, make_customer, make_order, make_product, make_run, make_segment


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
