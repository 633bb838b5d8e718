"""Small things made by hand: products, customers, orders; Ada buys often, Ben once, Cy never."""

from datetime import UTC, datetime, timedelta
from itertools import count

from customers.models import Customer, Membership, Order, OrderLine, Segment, SegmentProfile
from products.models import Product
from runs.models import Run

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
_numbers = count(1)


def make_product(**over) -> Product:
    """Make a product that is visible and in stock."""
    number = next(_numbers)
    values = {"external_id": f"p{number}", "title": f"Product {number}", "price": "10.00"}
    return Product.objects.create(**values | over)


def make_customer(**over) -> Customer:
    """Make a customer without orders."""
    return Customer.objects.create(**{"external_id": f"c{next(_numbers)}"} | over)


def make_order(
    customer: Customer | None, *products: Product, days_ago: int = 0, price: str = "10", **over
) -> Order:
    """Make a paid order of one piece of each product; totals are the caller's to refresh."""
    values = {
        "external_id": f"o{next(_numbers)}",
        "ordered_at": NOW - timedelta(days=days_ago),
        "currency": "EUR",
        "rate": 1,
        "units": len(products),
        "gross": len(products) * int(price),
        "net": len(products) * int(price),
    }
    order = Order.objects.create(customer=customer, **values | over)
    OrderLine.objects.bulk_create(
        OrderLine(order=order, line_no=n, product=product, quantity=1, unit_price=price, net=price)
        for n, product in enumerate(products, 1)
    )
    return order


def make_run(kind: str = "segments", status: str = "published", **over) -> Run:
    """Make a run that is over, as of NOW."""
    times = dict.fromkeys(("as_of", "started_at", "finished_at"), NOW)
    return Run.objects.create(kind=kind, status=status, **times | {"published_at": NOW} | over)


def make_segment(run: Run, *members: Customer, **over) -> Segment:
    """Make a segment with its profile in the run, and the customers who are in it from then on."""
    number = next(_numbers)
    values = {"key": f"segment-{number}", "name": f"Segment {number}", "description": "They buy."}
    values |= {"colour": "#0072B2", "mark": "●", "created_run": run}
    segment = Segment.objects.create(**values | over)
    SegmentProfile.objects.create(
        run=run,
        segment=segment,
        name=segment.name,
        description=segment.description,
        customers=len(members),
        share=0.25,
        revenue_share=0.5,
        position=number,
        features={
            "median": {"order_count": 4, "total_spent": 120.0},
            "percentile": {"order_count": 81},
        },
    )
    Membership.objects.bulk_create(
        Membership(customer=customer, segment=segment, from_run=run, since=run.as_of)
        for customer in members
    )
    return segment
