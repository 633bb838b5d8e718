"""Orders written from the staged tables: new ones, changed ones, and what became of each line."""

from dataclasses import dataclass

from runs.copying import execute, fetch, temp_table

_GIVEN = """
    SELECT line, head, coalesce(line_no, place) AS line_no, product_id, quantity, unit_price,
        discount, line_total
    FROM staged_line"""
# Lines of known orders: a column the file does not have leaves the value.
_GIVEN_KNOWN = f"""
    SELECT l.line, l.head, l.line_no, l.product_id, coalesce(l.quantity, k.quantity) AS quantity,
        l.unit_price, coalesce(l.discount, k.discount) AS discount, l.line_total
    FROM ({_GIVEN}) AS l JOIN staged_order AS o USING (head)
    LEFT JOIN customers_orderline AS k ON k.order_id = o.id AND k.line_no = l.line_no
    WHERE NOT o.is_new"""
# Lines with their values worked out; a return gives back its price less its discount.
_PRICED = """
    SELECT p.line, p.head, p.line_no, i.id AS product_id, p.quantity, p.discount, p.gross,
        coalesce(p.unit_price, p.gross / abs(p.quantity))::numeric(14, 4) AS unit_price,
        (sign(p.quantity) * (p.gross - p.discount))::numeric(22, 4) AS net
    FROM (
        SELECT *, CASE WHEN unit_price IS NULL THEN abs(line_total) + discount
            ELSE abs(quantity) * unit_price END AS gross
        FROM (
            SELECT line, head, line_no, product_id, coalesce(quantity, 1) AS quantity, unit_price,
                coalesce(discount, 0) AS discount, line_total FROM ({given}) AS given
        ) AS filled
    ) AS p JOIN staged_item AS i ON i.product_id = p.product_id"""
_LINE = ("product_id", "quantity", "unit_price", "discount", "net")
_SUMS = """
    coalesce(sum(quantity) FILTER (WHERE quantity > 0), 0) AS units,
    coalesce(sum({gross}) FILTER (WHERE quantity > 0), 0) AS gross,
    coalesce(sum(discount) FILTER (WHERE quantity > 0), 0) AS discount,
    coalesce(-sum(net) FILTER (WHERE quantity < 0), 0) AS returned,
    sum(net) AS net"""


@dataclass(frozen=True)
class LineChanges:
    """What became of staged lines, in lines, and what they touched."""

    created: int
    updated: int
    unchanged: int
    removed: int
    customer_ids: list[int]


def insert_orders() -> int:
    """Write the new orders and their lines; return how many lines."""
    if not fetch("SELECT 1 FROM staged_order WHERE is_new LIMIT 1"):
        return 0
    priced = _PRICED.format(given=_GIVEN)
    execute(
        "INSERT INTO customers_order (id, external_id, customer_id, ordered_at, status, currency,"
        " rate, units, gross, discount, returned, net)"
        " SELECT o.id, o.order_id, o.customer_id, o.ordered_at, o.status, o.currency, o.rate,"
        " s.units, s.gross, s.discount, s.returned, s.net FROM staged_order AS o JOIN ("
        f" SELECT head, {_SUMS.format(gross='gross')} FROM ({priced}) AS p GROUP BY head"
        ") AS s USING (head) WHERE o.is_new"
    )
    return execute(
        f"INSERT INTO customers_orderline (order_id, line_no, {', '.join(_LINE)})"
        f" SELECT o.id, p.line_no, {', '.join(f'p.{name}' for name in _LINE)}"
        f" FROM ({priced}) AS p JOIN staged_order AS o USING (head) WHERE o.is_new"
    )


def update_orders() -> LineChanges:
    """Write what changes in the orders that were known."""
    if not fetch("SELECT 1 FROM staged_order WHERE NOT is_new LIMIT 1"):
        return LineChanges(0, 0, 0, 0, [])
    was, becomes = (", ".join(f"{row}.{name}" for name in _LINE) for row in "kp")
    names = ", ".join(_LINE)
    temp_table(
        "known_line",
        f"""
        SELECT p.line, p.line_no, {becomes}, o.id AS order_id, k.order_id IS NULL AS is_new,
            k.order_id IS NOT NULL AND ({was}) IS DISTINCT FROM ({becomes}) AS differs
        FROM ({_PRICED.format(given=_GIVEN_KNOWN)}) AS p JOIN staged_order AS o USING (head)
        LEFT JOIN customers_orderline AS k ON k.order_id = o.id AND k.line_no = p.line_no""",
    )
    removed = fetch(
        "DELETE FROM customers_orderline AS k USING staged_order AS o"
        " WHERE k.order_id = o.id AND o.is_whole AND NOT o.is_new AND NOT EXISTS ("
        " SELECT 1 FROM known_line AS l WHERE l.order_id = k.order_id AND l.line_no = k.line_no)"
        " RETURNING k.order_id"
    )
    created = execute(
        f"INSERT INTO customers_orderline (order_id, line_no, {names})"
        f" SELECT order_id, line_no, {names} FROM known_line WHERE is_new"
    )
    execute(
        f"UPDATE customers_orderline AS k SET {', '.join(f'{n} = l.{n}' for n in _LINE)}"
        " FROM known_line AS l"
        " WHERE k.order_id = l.order_id AND k.line_no = l.line_no AND l.differs"
    )
    execute(
        "UPDATE staged_order SET lines_changed = true WHERE id IN ("
        "SELECT order_id FROM known_line WHERE is_new OR differs"
        " UNION SELECT unnest(%s::bigint[]))",
        [[order for (order,) in removed]],
    )
    updated, unchanged = fetch(
        "SELECT count(*) FILTER (WHERE l.differs OR o.own_changed),"
        " count(*) FILTER (WHERE NOT l.differs AND NOT o.own_changed)"
        " FROM known_line AS l JOIN staged_order AS o ON o.id = l.order_id WHERE NOT l.is_new"
    )[0]
    return LineChanges(created, updated, unchanged, len(removed), _update_changed_orders())


def _update_changed_orders() -> list[int]:
    """Write own fields and sums anew; return the customers whose totals this touches."""
    changed = "SELECT * FROM staged_order WHERE own_changed OR lines_changed"
    execute(
        "UPDATE customers_order AS o SET ordered_at = s.ordered_at, customer_id = s.customer_id,"
        " status = s.status, currency = s.currency, rate = s.rate, units = v.units,"
        " gross = v.gross, discount = v.discount, returned = v.returned, net = v.net"
        f" FROM ({changed}) AS s JOIN ("
        f" SELECT order_id, {_SUMS.format(gross='net + discount')} FROM customers_orderline"
        f" WHERE order_id IN (SELECT id FROM ({changed}) AS s) GROUP BY order_id"
        ") AS v ON v.order_id = s.id WHERE o.id = s.id"
    )
    found = fetch(
        f"SELECT customer_id FROM ({changed}) AS s WHERE customer_id IS NOT NULL UNION"
        f" SELECT was_customer_id FROM ({changed}) AS s WHERE was_customer_id IS NOT NULL"
    )
    return [customer for (customer,) in found]


def touched_products(most: int) -> list[int] | None:
    """Return the products of the staged lines and of their orders as stored; None when more."""
    found = fetch("SELECT DISTINCT id FROM staged_item LIMIT %s", [most + 1])
    if len(found) <= most:
        found = fetch(
            "SELECT id FROM staged_item UNION SELECT product_id FROM customers_orderline"
            " WHERE order_id IN (SELECT id FROM staged_order WHERE NOT is_new) LIMIT %s",
            [most + 1],
        )
    return [product for (product,) in found] if len(found) <= most else None


def refresh_statistics() -> None:
    """Tell the planner of a load it would otherwise learn of too late."""
    execute(
        "ANALYZE customers_order, customers_orderline, customers_customer, customers_customertotal,"
        " customers_customercategorytotal, products_product"
    )


def orders_yet_to_come() -> int:
    """Count staged orders dated later than now; the data's clock passes them over until then."""
    return fetch("SELECT count(*) FROM staged_order WHERE ordered_at > now()")[0][0]


def orders_without_rate() -> int:
    """Count staged orders that have no rate, so are left out of analysis."""
    return fetch("SELECT count(*) FROM staged_order WHERE rate IS NULL")[0][0]
