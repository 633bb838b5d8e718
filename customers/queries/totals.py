"""Lifetime sums of customers: added to and recomputed.

A sum is over a customer's orders that have a rate. Paid and fulfilled orders count; a refunded one
adds its whole value to what was sold and to what was returned, and counts no order and no units.
Money is rounded order by order (line by line for categories), so sums agree whatever their order.
"""

from collections.abc import Sequence

from django.conf import settings
from django.db import connection

# Spend is kept as if at this day and halves every 90 days, so sums need no daily refresh.
DECAY_REFERENCE = "2020-01-01T00:00:00+00:00"
HALF_LIFE_DAYS = 90
# Month and day, both included, in the shop's zone.
GIFT_SEASON = ("1115", "1231")
# Of an order, that its money counts; and that it counts as one, since something was sold.
COUNTED = "o.status IN ('paid', 'fulfilled') AND o.rate IS NOT NULL"
SOLD = f"{COUNTED} AND o.units > 0"

ORDER_SUMS = f"""
    SELECT customer_id,
        count(*) FILTER (WHERE sold) AS order_count,
        coalesce(sum(units) FILTER (WHERE counted), 0) AS units,
        sum(gross) AS gross,
        sum(discount) AS discount,
        sum(returned) AS returned,
        sum(gross - discount - returned) AS net,
        count(*) FILTER (WHERE sold AND to_char(ordered_at AT TIME ZONE %(zone)s, 'MMDD')
            BETWEEN '{GIFT_SEASON[0]}' AND '{GIFT_SEASON[1]}') AS season_orders,
        min(ordered_at) FILTER (WHERE sold) AS first_order_at,
        max(ordered_at) FILTER (WHERE sold) AS last_order_at,
        sum((gross - discount - returned)::float8 * power(2, extract(epoch FROM
            ordered_at - '{DECAY_REFERENCE}'::timestamptz)::float8 / ({HALF_LIFE_DAYS} * 86400.0))
        ) AS decayed_spend
    FROM (
        SELECT o.customer_id, o.ordered_at, o.units,
            o.status <> 'refunded' AS counted,
            o.status <> 'refunded' AND o.units > 0 AS sold,
            round(o.gross * o.rate, 4) AS gross,
            round(o.discount * o.rate, 4) AS discount,
            CASE WHEN o.status = 'refunded'
                THEN round(o.gross * o.rate, 4) - round(o.discount * o.rate, 4)
                ELSE round(o.returned * o.rate, 4) END AS returned
        FROM customers_order AS o {{only}}
        WHERE o.customer_id IS NOT NULL AND o.rate IS NOT NULL
            AND o.status IN ('paid', 'fulfilled', 'refunded') {{where}}
    ) AS valued
    GROUP BY customer_id"""
CATEGORY_SUMS = """
    SELECT o.customer_id, p.category_id,
        count(*) FILTER (WHERE l.quantity > 0) AS lines,
        sum(l.quantity) AS units,
        sum(round(l.net * o.rate, 4)) AS net
    FROM customers_order AS o {only}
    JOIN customers_orderline AS l ON l.order_id = o.id
    JOIN products_product AS p ON p.id = l.product_id
    WHERE o.customer_id IS NOT NULL AND o.rate IS NOT NULL
        AND o.status IN ('paid', 'fulfilled') AND p.category_id IS NOT NULL {where}
    GROUP BY o.customer_id, p.category_id"""
SUMS = ["order_count", "units", "gross", "discount", "returned", "net", "season_orders"]


def add_totals_of(orders: str) -> None:
    """Add the orders whose ids stand in the table `orders` (column id) to the kept sums."""
    only = f"JOIN {orders} AS added ON added.id = o.id"
    plus = ", ".join(f"{name} = kept.{name} + excluded.{name}" for name in [*SUMS, "decayed_spend"])
    _insert_totals(
        ORDER_SUMS.format(only=only, where=""),
        f"DO UPDATE SET {plus},"
        " first_order_at = least(kept.first_order_at, excluded.first_order_at),"
        " last_order_at = greatest(kept.last_order_at, excluded.last_order_at)",
    )
    plus = ", ".join(
        f"{name} = kept.{name} + excluded.{name}" for name in ("lines", "units", "net")
    )
    _insert_category_totals(CATEGORY_SUMS.format(only=only, where=""), f"DO UPDATE SET {plus}")


def recompute_totals(customer_ids: Sequence[int] | None = None) -> None:
    """Sum the orders of these customers, or of all, anew."""
    where = "" if customer_ids is None else " AND o.customer_id = ANY(%(customers)s)"
    _delete("customers_customertotal", customer_ids)
    _insert_totals(ORDER_SUMS.format(only="", where=where), "DO NOTHING", customers=customer_ids)
    recompute_category_totals(customer_ids)


def recompute_category_totals(customer_ids: Sequence[int] | None = None) -> None:
    """Sum the lines of these customers, or of all, by category anew."""
    where = "" if customer_ids is None else " AND o.customer_id = ANY(%(customers)s)"
    _delete("customers_customercategorytotal", customer_ids)
    _insert_category_totals(
        CATEGORY_SUMS.format(only="", where=where), "DO NOTHING", customers=customer_ids
    )


def customers_who_bought(product_ids: Sequence[int]) -> list[int]:
    """Return customers with a line of one of these products."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT o.customer_id FROM customers_orderline AS l"
            " JOIN customers_order AS o ON o.id = l.order_id"
            " WHERE l.product_id = ANY(%s) AND o.customer_id IS NOT NULL",
            [list(product_ids)],
        )
        return [customer for (customer,) in cursor.fetchall()]


def _insert_totals(sums: str, on_conflict: str, **params) -> None:
    columns = ["customer_id", *SUMS, "first_order_at", "last_order_at", "decayed_spend"]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO customers_customertotal AS kept ({', '.join(columns)})"
            f" SELECT {', '.join(columns)} FROM ({sums}) AS sums"
            f" ON CONFLICT (customer_id) {on_conflict}",
            params | {"zone": settings.SHOP_TIME_ZONE},
        )


def _insert_category_totals(sums: str, on_conflict: str, **params) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customers_customercategorytotal AS kept"
            f" (customer_id, category_id, lines, units, net) {sums}"
            f" ON CONFLICT (customer_id, category_id) {on_conflict}",
            params,
        )


def _delete(table: str, customer_ids: Sequence[int] | None) -> None:
    where = "" if customer_ids is None else " WHERE customer_id = ANY(%s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table}{where}", [] if customer_ids is None else [customer_ids]
        )
