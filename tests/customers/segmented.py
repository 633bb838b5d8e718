"""Customers in segments, made by hand as a published run leaves them."""

from itertools import count

from customers.models import CustomerScore, CustomerTotal, Membership, Move, Segment, SegmentProfile
from runs.models import Run
from tests.factories import NOW, make_customer

_positions = count()


def make_run(status: str = "published") -> Run:
    """Make a run of segments; a published one takes the place of the one before."""
    if status == "published":
        Run.objects.filter(kind="segments", status="published").update(status="superseded")
    return Run.objects.create(kind="segments", status=status, as_of=NOW, published_at=NOW)


def make_segment(run: Run, key: str = "loyal", **over) -> Segment:
    """Make a segment with a profile in this run."""
    values = {"name": key.title(), "colour": "#0072b2", "mark": "●", "created_run": run}
    segment = Segment.objects.create(key=key, **values | over)
    SegmentProfile.objects.create(
        run=run,
        segment=segment,
        name=segment.name,
        description="",
        customers=1,
        share=0.5,
        revenue_share=0.75,
        position=next(_positions),
    )
    return segment


def make_member(segment: Segment, run: Run, **over):
    """Make a customer who came into this segment with this run's first order."""
    customer = make_customer(**over)
    CustomerTotal.objects.create(customer=customer, order_count=2, net="30.5", last_order_at=NOW)
    CustomerScore.objects.create(
        customer=customer, rfm_code="543", rfm_name="Loyal", value_tier="high", from_run=run
    )
    Membership.objects.create(customer=customer, segment=segment, from_run=run, since=NOW)
    Move.objects.create(run=run, customer=customer, to_segment=segment, cause="first_order", at=NOW)
    return customer
