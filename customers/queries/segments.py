"""SQL of segments: who takes part, who is where, what the model was, what changed since."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from django.db.models import F, Q

from customers.models import Customer, Membership, Move, Order, Segment, SegmentModel
from customers.queries.frames import category_totals, customer_totals
from customers.queries.totals import SOLD
from runs.arrays import read_arrays
from runs.models import Run
from runs.queries import published_run

WINDOW_DAYS = 730
# Of more orders than this a part tells how they change; by a hash, so that no rhythm of ids shows.
MANY_ORDERS = 100_000


def population(
    as_of: datetime, customer_ids: Sequence[int] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Totals, and totals by category, of those who take part: an order in two years, no opt-out."""
    totals = customer_totals(as_of, customer_ids)
    since = pd.Timestamp(as_of - timedelta(days=WINDOW_DAYS))
    left_out = np.isin(totals["customer_id"], _left_out_ids())
    takes_part = (totals["last_order_at"] > since).to_numpy() & ~left_out
    if not takes_part.all():
        totals = totals[takes_part]
    return totals, category_totals(as_of, customer_ids)


def published_model() -> tuple[Run | None, SegmentModel | None]:
    """The published run of segments and what it learned."""
    run = published_run("segments")
    return run, run and SegmentModel.objects.filter(run=run).first()


def open_memberships() -> dict[str, np.ndarray]:
    """Everyone's present segment, by rising customer id."""
    return read_arrays(
        "SELECT customer_id, segment_id, borderline::int AS borderline FROM customers_membership"
        " WHERE to_run_id IS NULL ORDER BY customer_id",
        customer_id="i4",
        segment_id="i8",
        borderline="i2",
    )


def open_scores() -> dict[str, np.ndarray]:
    """Everyone's present RFM code and tier as one number, by rising customer id."""
    return read_arrays(
        "SELECT customer_id, 10 * rfm_code::int + CASE value_tier WHEN 'low' THEN 0"
        " WHEN 'medium' THEN 1 ELSE 2 END AS packed"
        " FROM customers_customerscore WHERE to_run_id IS NULL ORDER BY customer_id",
        customer_id="i4",
        packed="i4",
    )


def last_causes(customer_ids: np.ndarray) -> dict[int, str]:
    """Why these customers were last moved, of those who ever were."""
    if not Move.objects.exists():
        return {}
    moves = Move.objects.filter(customer__in=customer_ids.tolist()).order_by("customer_id", "-id")
    return dict(moves.distinct("customer_id").values_list("customer_id", "cause"))


def leavers(customer_ids: np.ndarray) -> dict[int, tuple[bool, bool, bool]]:
    """Of customers who no longer take part: erased, opted out, and still with a counted order."""
    who = Customer.objects.filter(pk__in=customer_ids.tolist()).values_list(
        "pk", "erased_at", "profiling_opt_out", "total__order_count"
    )
    return {pk: (erased is not None, out, bool(orders)) for pk, erased, out, orders in who}


def external_ids(customer_ids: np.ndarray) -> dict[int, str]:
    """The shop's own ids of these customers."""
    who = Customer.objects.filter(pk__in=customer_ids.tolist())
    return dict(who.values_list("pk", "external_id"))


def recent_orders(as_of: datetime, days: int = 84) -> dict[str, np.ndarray]:
    """Value, share of discount and age in days of each order of the last weeks, or of a part."""
    since = as_of - timedelta(days=days)
    orders = Order.objects.filter(ordered_at__gt=since, ordered_at__lte=as_of).count()
    return read_arrays(
        "SELECT o.net * o.rate AS net, o.discount / nullif(o.gross, 0) AS discount_share,"
        " extract(epoch FROM %(as_of)s - o.ordered_at) / 86400 AS age FROM customers_order AS o"
        f" WHERE {SOLD} AND o.ordered_at > %(since)s AND o.ordered_at <= %(as_of)s"
        " AND (hashint8(o.id) & 2147483647) %% %(every)s = 0",
        {"as_of": as_of, "since": since, "every": max(1, orders // MANY_ORDERS)},
        net="f4",
        discount_share="f4",
        age="f4",
    )


def spent_between(start: datetime, end: datetime, customer_ids: np.ndarray) -> np.ndarray:
    """What each of these customers, given by rising id, spent after `start` and up to `end`."""
    read = read_arrays(
        "SELECT o.customer_id, sum(o.net * o.rate) AS net FROM customers_order AS o"
        f" WHERE {SOLD} AND o.ordered_at > %(start)s AND o.ordered_at <= %(end)s"
        " AND o.customer_id = ANY(%(customers)s) GROUP BY o.customer_id",
        {"start": start, "end": end, "customers": customer_ids.tolist()},
        customer_id="i4",
        net="f8",
    )
    spent = np.zeros(len(customer_ids))
    spent[np.searchsorted(customer_ids, read["customer_id"])] = read["net"]
    return spent


def keys_given() -> set[str]:
    """Every key a segment ever had."""
    return set(Segment.objects.values_list("key", flat=True))


def staff_names() -> dict[int, str]:
    """Names that staff gave, by segment."""
    return dict(Segment.objects.exclude(staff_name="").values_list("pk", "staff_name"))


def membership_of(customer: Customer) -> Membership | None:
    """A customer's present stay."""
    stays = Membership.objects.filter(customer=customer, to_run=None)
    return stays.select_related("segment").first()


def _left_out_ids() -> np.ndarray:
    """Who opted out of profiling, or was erased."""
    out = Customer.objects.filter(Q(profiling_opt_out=True) | Q(erased_at__isnull=False))
    return np.fromiter(out.values_list(F("id"), flat=True).iterator(), dtype=np.int64)
