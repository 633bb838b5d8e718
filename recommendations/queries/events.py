"""SQL of events: taken by sets, given away again by age or with a person, and what they tell."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from customers.models import Customer
from recommendations.event_rows import EventRow
from runs.copying import execute, fetch

_TYPES = {
    "id": "uuid",
    "type": "text",
    "at": "timestamptz",
    "product": "text",
    "list_id": "text",
    "kind": "text",
    "arm": "text",
    "source": "text",
    "position": "smallint",
    "visitor": "text",
    "customer": "text",
}
# In the order of ids, so that two callers with the same events wait for each other in turn. Of
# those who do not want to be profiled nothing is kept that leads to them.
_TAKE = f"""
    WITH given AS (
        SELECT * FROM unnest({", ".join(f"%({name})s::{kind}[]" for name, kind in _TYPES.items())})
            WITH ORDINALITY AS given ({", ".join(_TYPES)}, number)
    ), known AS (
        SELECT given.*, p.id AS product_id, c.id AS customer_id,
            coalesce(c.profiling_opt_out, false) AS is_nobody
        FROM given
        LEFT JOIN products_product AS p ON lower(p.external_id) = lower(given.product)
        LEFT JOIN customers_customer AS c
            ON c.external_id = given.customer AND c.erased_at IS NULL
    ), taken AS (
        INSERT INTO recommendations_event (id, type, at, received_at, product_id, list_id, kind,
            arm, source, position, visitor, customer_id)
        SELECT id, type, least(at, now()), now(), product_id, list_id, kind, arm, source, position,
            CASE WHEN is_nobody THEN '' ELSE visitor END,
            CASE WHEN NOT is_nobody THEN customer_id END
        FROM known
        WHERE product_id IS NOT NULL AND (customer = '' OR customer_id IS NOT NULL)
        ORDER BY id
        ON CONFLICT DO NOTHING
    )
    SELECT number - 1, product_id IS NULL, customer <> '' AND customer_id IS NULL FROM known
    WHERE product_id IS NULL OR (customer <> '' AND customer_id IS NULL) ORDER BY number"""

# What visitors did as whom customers came along is theirs too; what others did there is not.
_OF = """(e.customer_id = ANY({customers}) OR (e.customer_id IS NULL AND e.visitor <> ''
        AND e.visitor = ANY(ARRAY(SELECT DISTINCT visitor FROM recommendations_event
            WHERE customer_id = ANY({customers}) AND visitor <> ''))))"""
_UNNAMED = """ARRAY(SELECT id FROM customers_customer
    WHERE erased_at IS NOT NULL OR profiling_opt_out)"""
OF_CUSTOMER = _OF.format(customers="ARRAY[%(customer)s]")
_FORGET = "UPDATE recommendations_event AS e SET customer_id = NULL, visitor = '' WHERE "
_FORGET_PERSON = _FORGET + OF_CUSTOMER
_FORGET_UNNAMED = _FORGET + _OF.format(customers=_UNNAMED)
_FORGET_OLD = """
    DELETE FROM recommendations_event WHERE id = ANY(ARRAY(
        SELECT id FROM recommendations_event WHERE received_at < %(before)s LIMIT %(most)s))"""


class Unknown(NamedTuple):
    """An event that names what is not there; `number` counts from 0."""

    number: int
    product: bool
    customer: bool


def take_events(rows: Sequence[EventRow], now: datetime) -> list[Unknown]:
    """Keep events, each once; return those that name an unknown product or customer."""
    values = {name: [getattr(row, name) for row in rows] for name in _TYPES}
    values["at"] = [row.at or now for row in rows]
    return [Unknown(*row) for row in fetch(_TAKE, values)]


def forget_old(before: datetime, most: int) -> int:
    """Delete at most so many events received before this time; return how many."""
    return execute(_FORGET_OLD, {"before": before, "most": most})


def forget_person(customer: Customer) -> None:
    """Make a customer's events nobody's, what they did before they were known too."""
    execute(_FORGET_PERSON, {"customer": customer.pk})


def forget_unnamed() -> int:
    """Make events nobody's of customers who were erased meanwhile or have opted out since."""
    return execute(_FORGET_UNNAMED)


def events_of(customer: Customer) -> list[dict]:
    """Everything kept of what a customer did, the earliest first."""
    sql = f"""
        SELECT e.type, e.at, p.external_id, e.list_id, e.position, e.visitor
        FROM recommendations_event AS e JOIN products_product AS p ON p.id = e.product_id
        WHERE {OF_CUSTOMER} ORDER BY e.at, e.id"""
    names = ("type", "at", "product", "list_id", "position", "visitor")
    return [dict(zip(names, row, strict=True)) for row in fetch(sql, {"customer": customer.pk})]
