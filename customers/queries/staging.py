"""Lines of order files as staged for writing, and what is found out about them.

`staged_line` holds checked lines as the file has them. `head` is the line that begins an unbroken
run of lines of one order, `place` counts within the run; NULL is a column the file does not have.
From it come, each a temporary table: `staged_person`, `staged_item`, `staged_order`.
"""

from django.conf import settings

from customers.models import Shop
from products.queries import add_named_products
from runs.copying import execute, fetch, temp_table

STAGED_LINE = {
    "line": "int",
    "head": "int",
    "place": "int",
    "repeat": "bigint",
    "order_id": "text",
    "line_no": "int",
    "ordered_at": "timestamptz",
    "customer_id": "text",
    "email": "text",
    "guest": "text",
    "status": "text",
    "currency": "text",
    "product_id": "text",
    "quantity": "int",
    "unit_price": "numeric",
    "discount": "numeric",
    "line_total": "numeric",
    "title": "text",
    "product_type": "text",
    "brand": "text",
    "country": "text",
    "region": "text",
}
# An order's own fields: they come from its first line.
OWN_FIELDS = ("ordered_at", "customer_id", "email", "status", "currency")


def tidy_lines(disordered: bool, repeats_are_errors: bool) -> dict[str, int]:
    """Bring the runs of one order together, leave out repeats; return how many by reason."""
    scattered = execute(
        "UPDATE staged_line AS l SET head = f.head FROM ("
        " SELECT order_id, min(line) AS head FROM staged_line WHERE place = 1"
        " GROUP BY order_id HAVING count(*) > 1) AS f WHERE f.order_id = l.order_id"
    )
    left_out = {}
    if repeats_are_errors:
        left_out["exact repeat"] = _delete_repeats("repeat")
    if disordered:
        # An order is numbered by its file's line_no only where all its lines have one.
        execute(
            "UPDATE staged_line SET line_no = NULL WHERE line_no IS NOT NULL"
            " AND head IN (SELECT head FROM staged_line WHERE line_no IS NULL)"
        )
    if disordered or scattered:
        left_out["line_no repeated, the first line counts"] = _delete_repeats("line_no")
    if scattered or any(left_out.values()):
        execute(
            "UPDATE staged_line AS l SET place = n.place FROM ("
            " SELECT line, row_number() OVER (PARTITION BY head ORDER BY line) AS place"
            " FROM staged_line) AS n WHERE n.line = l.line AND n.place <> l.place"
        )
    return left_out


def _delete_repeats(column: str) -> int:
    return execute(
        "DELETE FROM staged_line AS l USING ("
        f" SELECT line, row_number() OVER (PARTITION BY head, {column} ORDER BY line) AS n"
        f" FROM staged_line WHERE {column} IS NOT NULL) AS r WHERE r.line = l.line AND r.n > 1"
    )


def contradictions() -> dict[str, int]:
    """Count lines that differ from their order's first line in the order's own fields."""
    differs = {name: f"l.{name} <> h.{name} AND l.{name} <> ''" for name in OWN_FIELDS}
    differs["ordered_at"] = "l.ordered_at <> h.ordered_at"
    counts = ", ".join(f"count(*) FILTER (WHERE {unlike})" for unlike in differs.values())
    found = fetch(
        f"SELECT {counts} FROM staged_line AS l"
        " JOIN (SELECT * FROM staged_line WHERE line = head) AS h ON h.line = l.head"
        " WHERE l.line <> l.head"
    )[0]
    return dict(zip(OWN_FIELDS, found, strict=True))


def overdiscounted() -> int:
    """Count lines of which more is taken off than they cost."""
    return fetch(
        "SELECT count(*) FROM staged_line WHERE discount > 0 AND coalesce(quantity, 1) > 0"
        " AND discount > coalesce(quantity, 1) * unit_price"
    )[0][0]


def settle_currency(default: str) -> str:
    """Return the shop's currency, fixed now if it was not: the given, or that of most orders."""
    known = Shop.objects.values_list("currency", flat=True).first()
    if known:
        return known
    most = fetch(
        "SELECT currency FROM staged_line WHERE line = head AND currency <> ''"
        " GROUP BY currency ORDER BY count(*) DESC, currency LIMIT 1"
    )
    currency = settings.SHOP_CURRENCY or (most[0][0] if most else default)
    Shop.objects.create(currency=currency)
    return currency


def keep_owners() -> list[str]:
    """Leave an order that names an e-mail alone to the registered customer who has it.

    Another registered customer of that e-mail, here or in the file, takes it; a guest does not.
    Return the e-mails that thereby stand for nobody.
    """
    found = fetch(
        "WITH kept AS (SELECT l.line, l.email FROM staged_line AS l"
        "  JOIN customers_order AS o ON o.external_id = l.order_id"
        "  JOIN customers_customer AS c ON c.id = o.customer_id"
        "  WHERE l.line = l.head AND l.guest <> '' AND coalesce(l.customer_id, '') = ''"
        "  AND NOT c.is_guest AND c.id NOT IN (SELECT customer_id FROM customers_erasedidentity)"
        "  AND NOT EXISTS (SELECT FROM customers_customer AS k"
        "   WHERE NOT k.is_guest AND k.email <> '' AND lower(k.email) = lower(l.email))"
        "  AND NOT EXISTS (SELECT FROM staged_line AS n"
        "   WHERE n.line = n.head AND n.guest = l.guest AND n.customer_id <> '')),"
        " done AS (UPDATE staged_line AS l SET customer_id = NULL, email = NULL, guest = NULL"
        "  FROM kept WHERE l.line = kept.line)"
        " SELECT DISTINCT email FROM kept"
    )
    return [email for (email,) in found]


def stage_people() -> None:
    """Make `staged_person` of the orders' customers; of several countries the latest counts."""
    temp_table(
        "staged_person",
        """
        SELECT person, bool_or(registered) AS registered,
            (array_agg(email ORDER BY head) FILTER (WHERE email <> ''))[1] AS email,
            (array_agg(guest ORDER BY head) FILTER (WHERE guest <> ''))[1] AS guest,
            (array_agg(country ORDER BY ordered_at DESC, head DESC)
                FILTER (WHERE country <> ''))[1] AS country,
            (array_agg(region ORDER BY ordered_at DESC, head DESC)
                FILTER (WHERE region <> ''))[1] AS region,
            min(head) AS head, NULL::int AS customer_id, false AS erased
        FROM (
            SELECT coalesce(nullif(customer_id, ''), guest) AS person,
                coalesce(customer_id, '') <> '' AS registered, email, guest, country, region,
                ordered_at, head
            FROM staged_line WHERE line = head
        ) AS named
        WHERE person IS NOT NULL GROUP BY person""",
    )


def stage_orders(currency: str) -> None:
    """Make `staged_order`: one row an order, with its key, new or known, and what changes."""
    own = "ordered_at, customer_id, status, currency, rate"
    temp_table(
        "staged_order",
        f"""
        SELECT *, false AS lines_changed, NOT is_new AND ({own}) IS DISTINCT FROM
            (was_ordered_at, was_customer_id, was_status, was_currency, was_rate) AS own_changed
        FROM (
            SELECT *, CASE WHEN currency = %(currency)s THEN 1 ELSE (
                SELECT r.rate FROM customers_currencyrate AS r
                WHERE r.currency = named.currency
                    AND r.date <= (named.ordered_at AT TIME ZONE %(zone)s)::date
                ORDER BY r.date DESC LIMIT 1) END AS rate
            FROM (
                SELECT l.head, l.order_id, l.ordered_at, o.id IS NULL AS is_new,
                    coalesce(o.id, nextval('customers_order_id_seq')) AS id,
                    l.line_no IS NULL AS is_whole,
                    CASE WHEN p.person IS NOT NULL THEN p.customer_id
                        WHEN coalesce(l.customer_id, l.email) IS NULL THEN o.customer_id
                    END AS customer_id,
                    coalesce(nullif(coalesce(l.status, o.status), ''), 'paid') AS status,
                    coalesce(nullif(coalesce(l.currency, o.currency), ''), %(currency)s)
                        AS currency,
                    o.ordered_at AS was_ordered_at, o.customer_id AS was_customer_id,
                    o.status AS was_status, o.currency AS was_currency, o.rate AS was_rate
                FROM staged_line AS l
                LEFT JOIN staged_person AS p
                    ON p.person = coalesce(nullif(l.customer_id, ''), l.guest)
                LEFT JOIN customers_order AS o ON o.external_id = l.order_id
                WHERE l.line = l.head
            ) AS named
        ) AS rated""",
        {"currency": currency, "zone": settings.SHOP_TIME_ZONE},
    )


def stage_items(described: bool) -> tuple[list[int], list[int]]:
    """Make `staged_item`, the products' keys; return products now described, and those made.

    Where lines describe their products, the latest line of a product counts.
    """
    temp_table(
        "staged_item",
        "SELECT product_id, min(line) AS line, NULL::int AS id"
        " FROM staged_line GROUP BY product_id",
    )
    _find_items()
    named_only = "i.id IN (SELECT id FROM products_product WHERE named_only)"
    unknown = f"(i.id IS NULL OR {named_only})" if described else "i.id IS NULL"
    temp_table(
        "staged_name",
        f"""
        SELECT first.id, coalesce(latest.title, '') AS title,
            coalesce(latest.product_type, '') AS product_type, coalesce(latest.brand, '') AS brand,
            latest.unit_price AS price, coalesce(latest.currency, '') AS currency
        FROM (SELECT DISTINCT ON (lower(product_id)) product_id AS id, lower(product_id) AS folded
            FROM staged_item AS i WHERE {unknown} ORDER BY lower(product_id), line) AS first
        LEFT JOIN (SELECT DISTINCT ON (lower(product_id)) lower(product_id) AS folded, l.*
            FROM staged_line AS l JOIN staged_item AS i USING (product_id)
            WHERE {unknown} AND title <> ''
            ORDER BY lower(product_id), ordered_at DESC, l.line DESC) AS latest USING (folded)""",
    )
    described, created = add_named_products()
    if created:
        _find_items()
    return described, created


def _find_items() -> None:
    execute(
        "UPDATE staged_item AS i SET id = p.id FROM products_product AS p"
        " WHERE i.id IS NULL AND lower(p.external_id) = lower(i.product_id)"
    )
    execute("ANALYZE staged_item")
