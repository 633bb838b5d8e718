"""What must hold at every moment, and what must hold in the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from uuid import UUID

import psycopg

from benchmarks.soaking import staff
from benchmarks.soaking.diary import Diary
from benchmarks.soaking.site import Site
from benchmarks.soaking.work import Said
from recommendations.event_rows import read_event

NOTHING_HALF = """
    SELECT 'run ' || r.id || ' of ' || r.kind || ' is shown with ' || count(*) || ' parts undone'
    FROM runs_run AS r JOIN runs_chunk AS c ON c.run_id = r.id
    WHERE r.status = 'published' AND c.done_at IS NULL GROUP BY r.id"""
ONE_OF_A_KIND = """
    SELECT kind || ' has ' || count(*) || ' published runs'
    FROM runs_run WHERE status = 'published' GROUP BY kind HAVING count(*) > 1"""
MEMBERS_AS_PUBLISHED = """
    SELECT 'segment ' || s.key || ' has ' || coalesce(m.members, 0) || ' members, its run said '
        || p.customers
    FROM customers_segmentprofile AS p
    JOIN runs_run AS r ON r.id = p.run_id AND r.status = 'published'
    JOIN customers_segment AS s ON s.id = p.segment_id
    LEFT JOIN (SELECT segment_id, count(*) AS members FROM customers_membership
        WHERE to_run_id IS NULL GROUP BY segment_id) AS m ON m.segment_id = p.segment_id
    WHERE coalesce(m.members, 0) <> p.customers"""
ONE_SEGMENT_EACH = """
    SELECT 'customer ' || customer_id || ' is in ' || count(*) || ' segments'
    FROM customers_membership WHERE to_run_id IS NULL
    GROUP BY customer_id HAVING count(*) > 1 LIMIT 5"""
ORDERS_ADD_UP = """
    SELECT 'order ' || o.external_id || ' is ' || o.net || ', its lines ' || sum(l.net)
    FROM customers_order AS o LEFT JOIN customers_orderline AS l ON l.order_id = o.id
    GROUP BY o.id HAVING o.net <> coalesce(sum(l.net), 0) LIMIT 5"""
# A failed run is made up for by the next of its kind.
NOT_MADE_UP_FOR = """
    SELECT 'run ' || f.id || ' of ' || f.kind || ' failed, and none was completed since'
    FROM runs_run AS f WHERE f.status = 'failed' AND NOT EXISTS (
        SELECT FROM runs_run AS next WHERE next.kind = f.kind AND next.id > f.id
        AND next.status NOT IN ('waiting', 'running', 'failed'))"""
FAILED = "SELECT id, kind, error FROM runs_run WHERE status = 'failed' ORDER BY id"
# Errors that servers killed, cut off and full give a run; any other is a mistake of our own.
OF_FAULTS = ("Gave up: ", "OperationalError", "InterfaceError", "ConnectionError", "TimeoutError")
OF_FAULTS += ("DiskFull", "OSError: [Errno 28]", "OSError: [Errno 122]")
ALWAYS = [NOTHING_HALF, ONE_OF_A_KIND, MEMBERS_AS_PUBLISHED, ONE_SEGMENT_EACH]


@contextmanager
def looking(site: Site) -> Iterator[psycopg.Connection]:
    """Look at the database as it is at one moment."""
    with psycopg.connect(site.addresses.database, connect_timeout=5) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        yield connection


def broken_now(site: Site) -> list[str]:
    """Return what is broken that must hold at every moment; nothing while the database is away."""
    try:
        with looking(site) as database:
            return [row[0] for sql in ALWAYS for row in database.execute(sql)]
    except psycopg.OperationalError:
        return []


def broken_at_the_end(site: Site, said: Said) -> list[str]:
    """Return what was acknowledged and is not there, what does not add up, what never ended."""
    with looking(site) as database:
        broken = [
            row[0]
            for sql in [*ALWAYS, ORDERS_ADD_UP, NOT_MADE_UP_FOR]
            for row in database.execute(sql)
        ]
        for what, ids, column in (
            ("orders", said.orders, "customers_order.external_id"),
            ("products", said.products, "products_product.external_id"),
            ("events", [*map(kept_as, said.events)], "recommendations_event.id"),
            ("runs", said.runs_asked, "runs_run.id"),
            ("imports", said.imports, "runs_import.id"),
        ):
            sql = f"SELECT {column} FROM {column.partition('.')[0]} WHERE {column} = ANY(%s)"
            lost = {*ids} - {row[0] for row in database.execute(sql, [ids])}
            if lost:
                named = ", ".join(map(str, sorted(lost)[:5]))
                broken.append(f"{len(lost)} of {len(ids)} acknowledged {what} are lost: {named}")
        sql = "SELECT id FROM runs_run WHERE id = ANY(%s) AND published_at IS NULL"
        shown = database.execute(sql, [[*said.runs_shown]])
        broken += [f"run {row[0]} was shown unpublished" for row in shown]
        sql = "SELECT id, status FROM runs_import WHERE id = ANY(%s) AND status <> 'done'"
        found = database.execute(sql, [said.imports])
        broken += [f"import {number} is {status}" for number, status in found]
        broken += failed_by_mistake(database.execute(FAILED).fetchall())
    return broken + said.wrong


def kept_as(event_id: str) -> UUID:
    """Return what an event that was told is known by."""
    return read_event({"event_id": event_id, "type": "view", "product": "any"}, UTC).id


def failed_by_mistake(failed: list[tuple[int, str, str]]) -> list[str]:
    """Name runs whose errors no fault explains."""
    return [
        f"run {number} of {kind} failed: {error}"
        for number, kind, error in failed
        if not any(text in error for text in OF_FAULTS)
    ]


def sums_that_differ(diary: Diary, site: Site) -> list[str]:
    """Sum all orders anew, and say whether customers' kept sums were those."""
    kept = _totals(site)
    staff.recompute_totals(site)
    diary.fact("Customers whose sums are those of their orders", len(kept))
    return (
        [] if kept == _totals(site) else ["customers' sums differ from what their orders come to"]
    )


def _totals(site: Site) -> list[tuple]:
    with looking(site) as database:
        sql = """SELECT customer_id, order_count, units, gross, discount, returned, net,
            first_order_at, last_order_at FROM customers_customertotal ORDER BY customer_id"""
        return database.execute(sql).fetchall()
