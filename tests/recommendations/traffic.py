"""Shoppers made up by known rates: what they saw, clicked and ordered, told as a shop would."""

from datetime import datetime, timedelta

import numpy as np

from customers.services.orders import upsert_orders
from customers.services.people import upsert_customers
from recommendations.list_ids import list_id
from recommendations.services.events import take_events
from runs.copying import execute
from tests.factories import make_product

LISTS, PLACES = 3, 4  # lists a shopper sees, products in each
CLICKS = {"model": 0.12, "baseline": 0.08}
ORDERS = {"model": 0.5, "baseline": 0.4}  # of clicks
PRICE = 10


def simulate(shoppers: int, at: datetime, *, hold_out: float = 0.4, seed: int = 3) -> None:
    """Tell what so many shoppers did about this time; every second one is a known customer."""
    random = np.random.default_rng(seed)
    for number in range(PLACES):
        make_product(external_id=f"p{number}", price=PRICE)
    lists = {
        arm: list_id("similar", arm, [(f"p{n}", source) for n in range(PLACES)])
        for arm, source in (("model", "similar"), ("baseline", "popular"))
    }
    upsert_customers([{"customer_id": f"c{number}"} for number in range(0, shoppers, 2)])
    told, orders = [], []
    for shopper in range(shoppers):
        arm = "baseline" if random.random() < hold_out else "model"
        rate = random.beta(2, 2 / CLICKS[arm] - 2)  # some are keener than others
        who = {"visitor": f"v{shopper}"}
        if shopper % 2 == 0:
            told.append(_event(told, "view", "p0", at - timedelta(hours=1)) | who)
            told[-1]["customer"] = f"c{shopper}"
        for _ in range(LISTS):
            for place in range(PLACES):
                seen = {"list_id": lists[arm], "position": place + 1} | who
                told.append(_event(told, "impression", f"p{place}", at) | seen)
                if random.random() < rate:
                    told.append(_event(told, "click", f"p{place}", at) | seen)
                    if shopper % 2 == 0 and random.random() < ORDERS[arm]:
                        orders.append(_order(orders, shopper, place, at))
    for first in range(0, len(told), 5000):
        assert take_events(told[first : first + 5000]).rejected == []
    assert upsert_orders(orders).rejected == []
    execute("ANALYZE recommendations_event")


def simulate_elsewhere(shoppers: int, at: datetime, *, rate: float = 0.5, seed: int = 4) -> None:
    """Tell of lists nobody is held out from, but for a try, to shoppers and products as above.

    Personal lists of every second shopper, and similar ones on pages that tell of no visitor.
    """
    random = np.random.default_rng(seed)
    personal, baseline, similar = (
        list_id(kind, arm, [("p0", source)])
        for kind, arm, source in [
            ("for-customer", "model", "personal"),
            ("for-customer", "baseline", "popular"),
            ("similar", "model", "similar"),
        ]
    )
    told = [_event([], "impression", "p0", at) | {"list_id": baseline, "visitor": "v0"}]
    for shopper in range(1, shoppers, 2):
        for seen in ({"list_id": personal, "visitor": f"v{shopper}"}, {"list_id": similar}):
            told.append(_event(told, "impression", "p0", at) | seen)
            if random.random() < rate:
                told.append(_event(told, "click", "p0", at) | seen)
    rows = [event | {"event_id": f"elsewhere-{event['event_id']}"} for event in told]
    assert take_events(rows).rejected == []


def _event(told: list, kind: str, product: str, at: datetime) -> dict:
    return {"event_id": f"e{len(told)}", "type": kind, "product": product, "at": at.isoformat()}


def _order(orders: list, shopper: int, place: int, at: datetime) -> dict:
    return {
        "order_id": f"o{len(orders)}",
        "ordered_at": (at + timedelta(days=1)).isoformat(),
        "customer_id": f"c{shopper}",
        "product_id": f"p{place}",
        "quantity": 1,
        "unit_price": PRICE,
        "currency": "EUR",
    }
