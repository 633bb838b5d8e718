"""SQL of popularity: how many customers bought each product, in the shop and in each segment."""

from collections.abc import Sequence
from datetime import datetime

from runs.copying import execute, fetch

LATELY_DAYS = 90
# Products kept of each segment; beyond, what is popular in the shop says more.
KEPT_OF_SEGMENT = 1000

_SOLD = "o.status IN ('paid', 'fulfilled') AND l.quantity > 0"
_LATELY = f"o.ordered_at > %(as_of)s::timestamptz - interval '{LATELY_DAYS} days'"
_REFRESH = f"""
    WITH bought AS (
        SELECT l.product_id, count(DISTINCT coalesce(o.customer_id, -o.id)) AS ever,
            count(DISTINCT coalesce(o.customer_id, -o.id)) FILTER (WHERE {_LATELY}) AS lately
        FROM customers_orderline AS l JOIN customers_order AS o ON o.id = l.order_id
        WHERE {_SOLD} AND o.ordered_at <= %(as_of)s::timestamptz AND {{only_l}}
        GROUP BY l.product_id
    ), gone AS (
        DELETE FROM recommendations_popularity AS p WHERE {{only_p}} AND NOT EXISTS
            (SELECT FROM bought WHERE bought.product_id = p.product_id) RETURNING 1
    ), written AS (
        INSERT INTO recommendations_popularity AS p (product_id, buyers_90_days, buyers_ever)
        SELECT product_id, lately, ever FROM bought
        ON CONFLICT (product_id) DO UPDATE SET
            buyers_90_days = excluded.buyers_90_days, buyers_ever = excluded.buyers_ever
        WHERE (p.buyers_90_days, p.buyers_ever)
            IS DISTINCT FROM (excluded.buyers_90_days, excluded.buyers_ever)
        RETURNING 1
    ) SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM written)"""
_OF_SEGMENTS = f"""
    INSERT INTO recommendations_segmentpopularity
        (segment_id, product_id, buyers_90_days, buyers_ever)
    SELECT segment_id, product_id, lately, ever FROM (
        SELECT segment_id, product_id, lately, ever, row_number() OVER (
            PARTITION BY segment_id ORDER BY lately DESC, ever DESC, product_id DESC) AS place
        FROM (
            SELECT segment_id, product_id, count(*) AS ever,
                count(*) FILTER (WHERE lately) AS lately
            FROM (
                SELECT stay.segment_id, l.product_id, bool_or({_LATELY}) AS lately
                FROM customers_membership AS stay
                JOIN customers_order AS o ON o.customer_id = stay.customer_id
                JOIN customers_orderline AS l ON l.order_id = o.id
                WHERE stay.to_run_id IS NULL AND {_SOLD} AND o.ordered_at <= %(as_of)s::timestamptz
                GROUP BY stay.segment_id, l.product_id, o.customer_id
            ) AS buyer GROUP BY segment_id, product_id
        ) AS counted
    ) AS ranked WHERE place <= {KEPT_OF_SEGMENT}"""


def refresh_popularity(as_of: datetime | None, product_ids: Sequence[int] | None = None) -> int:
    """Count buyers of these products, or of all, anew; return how many products' counts changed.

    An order without a customer counts as a buyer of its own.
    """
    of = {"only_l": "true", "only_p": "true"}
    if product_ids is not None:
        of = {
            "only_l": "l.product_id = ANY(%(products)s)",
            "only_p": "p.product_id = ANY(%(products)s)",
        }
    values = {"as_of": as_of, "products": list(product_ids or [])}
    ((changed,),) = fetch(_REFRESH.format(**of), values)
    return changed


def refresh_segment_popularity(as_of: datetime | None) -> None:
    """Count the buyers of each segment anew."""
    execute("DELETE FROM recommendations_segmentpopularity")
    execute(_OF_SEGMENTS, {"as_of": as_of})
