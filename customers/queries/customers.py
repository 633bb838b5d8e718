"""Customers written from staged rows, and rates with what they change."""

from dataclasses import dataclass

from django.conf import settings

from runs.copying import execute, fetch, temp_table

# Checked rows: their line, the id, the guest's id of the e-mail, and the columns they gave.
STAGED_CUSTOMER = {"line": "int", "id": "text", "guest": "text", "given": "jsonb"}
STAGED_RATE = {"line": "int", "date": "date", "currency": "text", "rate": "numeric"}
_TEXTS = ("email", "first_name", "last_name", "country", "region")
_FLAGS = ("marketing_consent", "profiling_opt_out")
_KEPT = (*_TEXTS, *_FLAGS, "created_at", "attributes")


@dataclass(frozen=True)
class CustomerChanges:
    """What became of staged customers, in rows."""

    created: int
    updated: int
    unchanged: int
    repeated: int
    erased: int


def stage_people() -> None:
    """Make `staged_person` of the staged customers; of rows with one id the last counts."""
    temp_table(
        "staged_person",
        """
        SELECT DISTINCT ON (s.id) s.id AS person, true AS registered, s.given->>'email' AS email,
            s.guest, NULL::text AS country, NULL::text AS region, s.line AS head,
            NULL::int AS customer_id, false AS erased, c.id IS NOT NULL AS is_known, s.given
        FROM staged_customer AS s LEFT JOIN customers_customer AS c ON c.external_id = s.id
        ORDER BY s.id, s.line DESC""",
    )


def someone_opts_out() -> bool:
    """Say whether the staged people's rows opt out somebody known who had not."""
    return bool(
        fetch(
            "SELECT 1 FROM staged_person AS s JOIN customers_customer AS c"
            " ON c.external_id IN (s.person, s.guest)"
            " WHERE (s.given->>'profiling_opt_out')::boolean AND NOT c.profiling_opt_out LIMIT 1"
        )
    )


def update_customers() -> CustomerChanges:
    """Write what the staged people's rows gave; a column not given leaves the value."""
    texts = {
        name: f"CASE WHEN given ? '{name}' THEN given->>'{name}' ELSE c.{name} END"
        for name in _TEXTS
    }
    casts = dict.fromkeys(_FLAGS, "boolean") | {"created_at": "timestamptz"}
    typed = {
        name: f"CASE WHEN given ? '{name}' THEN (given->>'{name}')::{kind} ELSE c.{name} END"
        for name, kind in casts.items()
    }
    attributes = "jsonb_strip_nulls(c.attributes || coalesce(given->'attributes', '{}'))"
    becomes = texts | typed | {"attributes": attributes}
    values = ", ".join(f"{becomes[name]} AS {name}" for name in _KEPT)
    was, new = (", ".join(f"{row}.{name}" for name in _KEPT) for row in "cw")
    changed = fetch(
        f"UPDATE customers_customer AS c SET {', '.join(f'{name} = w.{name}' for name in _KEPT)},"
        " updated_at = clock_timestamp()"
        f" FROM (SELECT s.customer_id, s.is_known, {values} FROM staged_person AS s"
        " JOIN customers_customer AS c ON c.id = s.customer_id WHERE NOT s.erased) AS w"
        f" WHERE c.id = w.customer_id AND ({was}) IS DISTINCT FROM ({new}) RETURNING w.is_known"
    )
    rows, people, known, erased = fetch(
        "SELECT (SELECT count(*) FROM staged_customer), count(*),"
        " count(*) FILTER (WHERE is_known AND NOT erased), count(*) FILTER (WHERE erased)"
        " FROM staged_person"
    )[0]
    updated = sum(is_known for (is_known,) in changed)
    return CustomerChanges(
        created=people - known - erased,
        updated=updated,
        unchanged=known - updated,
        repeated=rows - people,
        erased=erased,
    )


def upsert_rates() -> tuple[int, int, int]:
    """Write staged rates, of one day's the last; return created, updated, unchanged."""
    latest = (
        "SELECT DISTINCT ON (currency, date) date, currency, rate FROM staged_rate"
        " ORDER BY currency, date, line DESC"
    )
    known = fetch(
        f"SELECT count(*) FILTER (WHERE r.rate <> s.rate), count(*) FILTER (WHERE r.rate = s.rate)"
        f" FROM ({latest}) AS s JOIN customers_currencyrate AS r USING (currency, date)"
    )[0]
    written = execute(
        "INSERT INTO customers_currencyrate AS r (date, currency, rate)"
        f" {latest} ON CONFLICT (currency, date) DO UPDATE SET rate = excluded.rate"
        " WHERE r.rate <> excluded.rate"
    )
    return written - known[0], *known


def rerate_orders() -> list[int]:
    """Give orders in the staged currencies their rate; return the customers this touches."""
    found = fetch(
        "UPDATE customers_order AS o SET rate = r.rate FROM ("
        " SELECT o.id, (SELECT r.rate FROM customers_currencyrate AS r"
        " WHERE r.currency = o.currency AND r.date <= (o.ordered_at AT TIME ZONE %s)::date"
        " ORDER BY r.date DESC LIMIT 1) AS rate FROM customers_order AS o"
        " WHERE o.currency IN (SELECT currency FROM staged_rate)"
        " AND o.currency NOT IN (SELECT currency FROM customers_shop)) AS r"
        " WHERE r.id = o.id AND r.rate IS DISTINCT FROM o.rate RETURNING o.customer_id",
        [settings.SHOP_TIME_ZONE],
    )
    return sorted({customer for (customer,) in found if customer})
