"""SQL of samples: some customers of each segment, and what they bought lately."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import numpy as np

from customers.demand import Buyers
from customers.queries.totals import SOLD
from runs.arrays import read_arrays

# One of so many customers; by a hash, so that no rhythm of the ids shows.
_CHOSEN = "(hashint4(m.customer_id) & 2147483647) %% s.step = 0"
_MEMBERS = f"""
    SELECT m.customer_id, m.segment_id FROM customers_membership AS m
    JOIN unnest(%(segments)s::bigint[], %(steps)s::int[]) AS s (segment_id, step)
        ON s.segment_id = m.segment_id
    WHERE m.to_run_id IS NULL AND {_CHOSEN}"""
_BUYERS = f"""
    WITH looked_at AS MATERIALIZED (
        SELECT customer_id, segment_id = %(own)s AS own FROM ({_MEMBERS}) AS members),
    bought AS (
        SELECT l.product_id, v.customer_id, v.own, o.ordered_at > %(since)s AS late
        FROM looked_at AS v
        JOIN customers_order AS o ON o.customer_id = v.customer_id
        JOIN customers_orderline AS l ON l.order_id = o.id AND l.quantity > 0
        WHERE {SOLD} AND o.ordered_at <= %(as_of)s
            AND o.ordered_at > CASE WHEN v.own THEN %(before)s ELSE %(since)s END
        GROUP BY 1, 2, 3, 4)
    SELECT product_id, count(*) FILTER (WHERE own AND late) AS now,
        count(*) FILTER (WHERE own AND NOT late) AS before,
        count(*) FILTER (WHERE NOT own) AS elsewhere
    FROM bought GROUP BY product_id
    UNION ALL SELECT NULL, count(*) FILTER (WHERE own), 0, count(*) FILTER (WHERE NOT own)
    FROM looked_at"""


def sample_of_members(sizes: Mapping[int, int], wanted: int) -> dict[str, np.ndarray]:
    """Choose about so many members of each segment, given its size; always the same ones."""
    return read_arrays(
        f"{_MEMBERS} ORDER BY m.customer_id",
        {"segments": list(sizes), "steps": [max(size // wanted, 1) for size in sizes.values()]},
        customer_id="i4",
        segment_id="i8",
    )


def buyers_of(
    segment_id: int, sizes: Mapping[int, int], as_of: datetime, *, days: int, wanted: int
) -> Buyers:
    """Count buyers of products in the days up to `as_of` and those before, among a sample.

    About so many members of the segment are looked at, and as many of all others.
    """
    others = sum(size for pk, size in sizes.items() if pk != segment_id)
    steps = [max((sizes[pk] if pk == segment_id else others) // wanted, 1) for pk in sizes]
    read = read_arrays(
        f"SELECT coalesce(product_id, 0) AS product_id, now, before, elsewhere FROM ({_BUYERS})"
        " AS counted ORDER BY product_id",
        {
            "own": segment_id,
            "segments": list(sizes),
            "steps": steps,
            "as_of": as_of,
            "since": as_of - timedelta(days=days),
            "before": as_of - timedelta(days=2 * days),
        },
        **dict.fromkeys(("product_id", "now", "before", "elsewhere"), "i4"),
    )
    product_ids, now, before, elsewhere = (read[name] for name in read)
    # The row without a product, first, holds how many customers were looked at.
    return Buyers(
        product_ids[1:], now[1:], before[1:], elsewhere[1:], int(now[0]), int(elsewhere[0])
    )
