"""A small shop with everything that makes sums go wrong, and its tables read plainly by pandas."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
from django.db import connection
from django.utils import timezone

from customers.models import (
    Customer,
    Membership,
    Move,
    Order,
    OrderLine,
    Segment,
    SegmentProfile,
)
from customers.queries.clock import data_clock
from customers.services.orders import upsert_orders
from customers.services.rates import import_rates
from products.services import upsert_products
from tests.customers.segmented import make_run, make_segment
from tests.shop_files import write

ZONE = "America/New_York"
STATUSES = ["paid", "fulfilled", "pending", "cancelled", "refunded"]
CATEGORIES = ["Mugs > Blue", "Cups", "", "Pots"]
START = datetime(2024, 11, 1, 3, tzinfo=UTC)  # still October in New York


def trade(
    folder, *, orders: int = 160, customers: int = 20, seed: int = 1, days: int = 480
) -> None:
    """Sell for some months: three currencies, one without a rate, returns, guests, nobody."""
    random = np.random.default_rng(seed)
    upsert_products(
        [
            {"id": f"p{n}", "title": f"Thing {n}", "product_type": CATEGORIES[n % 4]}
            for n in range(24)
        ]
    )
    lines = [line for n in range(orders) for line in _lines(n, n / orders, random, days, customers)]
    upsert_orders([*lines, _line("late", timezone.now() + timedelta(days=3), "p1", "9")])
    import_rates(write(folder, "date,currency,rate\n2024-10-01,GBP,1.17\n2025-05-01,GBP,1.2345"))


def divide() -> list[Segment]:
    """Put two in three customers into one of two segments, as a published run does."""
    run = make_run()
    segments = [make_segment(run, key) for key in ("loyal", "slipping")]
    Membership.objects.bulk_create(
        Membership(
            customer=customer, segment=segments[customer.pk % 3], from_run=run, since=run.as_of
        )
        for customer in Customer.objects.all()
        if customer.pk % 3 < 2
    )
    return segments


def regroup(count: int) -> None:
    """Move so many from the first segment to the second, as another published run does."""
    loyal, slipping = Segment.objects.order_by("key")
    run = make_run()
    for segment in (loyal, slipping):
        profile = SegmentProfile.objects.filter(segment=segment).latest("pk")
        profile.pk, profile.run = None, run
        profile.save()
    for stay in Membership.objects.filter(segment=loyal, to_run=None).order_by("pk")[:count]:
        Membership.objects.filter(pk=stay.pk).update(to_run=run)
        Membership.objects.create(
            customer=stay.customer, segment=slipping, from_run=run, since=run.as_of
        )
        Move.objects.create(
            run=run,
            customer=stay.customer,
            from_segment=loyal,
            to_segment=slipping,
            cause="behaviour",
            at=run.as_of,
        )


def take_stock() -> None:
    """Let the database learn how much there is, as it would by itself in a minute."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _lines(
    number: int, share: float, random: np.random.Generator, days: int, customers: int
) -> list[dict]:
    at = START + timedelta(minutes=int(days * 1440 * share**0.8))
    over = {
        "status": random.choice(STATUSES, p=[0.6, 0.25, 0.05, 0.05, 0.05]) if number else "paid",
        "currency": random.choice(["EUR", "GBP", "SEK"], p=[0.7, 0.2, 0.1]) if number else "EUR",
    }
    who = int(random.integers(0, customers + 6))
    if who < customers:
        over["customer_id"] = f"c{who}"
    elif who < customers + 3:
        over["email"] = f"guest{who}@example.com"
    return [
        _line(f"o{number}", at, f"p{random.integers(0, 24)}", f"{random.lognormal(2, 1):.2f}")
        | over
        | {
            "quantity": int(random.choice([1, 1, 2, 5, -1])),
            "discount": f"{random.choice([0, 0, 0.3]):.2f}",
        }
        for _ in range(random.integers(1, 4))
    ]


def _line(order: str, at: datetime, product: str, price: str) -> dict:
    return {
        "order_id": order,
        "ordered_at": at.isoformat(),
        "product_id": product,
        "unit_price": price,
    }


def order_again(order: str, **over) -> dict:
    """Return the first line of an order as a file would have it: a known one's, or a new one's."""
    known = Order.objects.filter(external_id=order).first()
    at = known.ordered_at if known else datetime(2025, 2, 3, tzinfo=UTC)
    return _line(order, at, "p1", "1") | {"line_no": 1} | over


def counted_lines() -> pd.DataFrame:
    """Read all lines that count, one row a line, with money in the shop's currency as floats."""
    orders = pd.DataFrame(
        Order.objects.values("id", "customer_id", "ordered_at", "status", "rate", "units")
    )
    lines = pd.DataFrame(
        OrderLine.objects.values(
            "order_id",
            "product_id",
            "product__category__name",
            "quantity",
            "unit_price",
            "discount",
            "net",
        )
    )
    segment_of = dict(
        Membership.objects.filter(to_run=None).values_list("customer_id", "segment__key")
    )
    both = lines.merge(orders, left_on="order_id", right_on="id")
    both = both[
        both["status"].isin(["paid", "fulfilled"])
        & both["rate"].notna()
        & (both["ordered_at"] <= data_clock())
    ]
    rate = both["rate"].astype(float)
    local = both["ordered_at"].dt.tz_convert(ZONE)
    return pd.DataFrame(
        {
            "order": both["order_id"],
            "day": local.dt.date,
            "month": local.dt.strftime("%Y-%m"),
            "customer": both["customer_id"],
            "segment": both["customer_id"].map(segment_of),
            "product": both["product_id"],
            "category": both["product__category__name"],
            "quantity": both["quantity"],
            "price": both["unit_price"].astype(float) * rate,
            "discount": both["discount"].astype(float) * rate,
            "net": both["net"].astype(float) * rate,
            "sold": both["units"] > 0,
        }
    )


def in_months(lines: pd.DataFrame, until: str, months: int) -> pd.DataFrame:
    """Keep what was ordered in so many months up to this one, written 2025-03."""
    last = pd.Period(until, "M")
    number = lines["month"].map(lambda month: (last - pd.Period(month, "M")).n)
    return lines[(number >= 0) & (number < months)]
