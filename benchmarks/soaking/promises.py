"""What must hold at every moment, and what must hold in the end."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from benchmarks.soaking import staff
from benchmarks.soaking.diary import Diary
from benchmarks.soaking.site import Site
from benchmarks.soaking.work import Said

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
        broken = [row[0] for sql in [*ALWAYS, ORDERS_ADD_UP] for row in database.execute(sql)]
        for what, ids, table in (
            ("orders", said.orders, "customers_order"),
            ("products", said.products, "products_product"),
        ):
            sql = f"SELECT count(*) FROM {table} WHERE external_id = ANY(%s)"
            there = database.execute(sql, [ids]).fetchone()[0]
            if there != len(ids):
                broken.append(f"{len(ids) - there} of {len(ids)} acknowledged {what} are lost")
        kept = database.execute("SELECT count(*) FROM recommendations_event").fetchone()[0]
        if kept < len(said.events):
            broken.append(f"{len(said.events) - kept} acknowledged events are lost")
        shown = [*said.runs_shown]
        sql = "SELECT id FROM runs_run WHERE id = ANY(%s) AND published_at IS NULL"
        broken += [f"run {row[0]} was shown unpublished" for row in database.execute(sql, [shown])]
        sql = "SELECT id, status FROM runs_import WHERE id = ANY(%s) AND status <> 'done'"
        found = database.execute(sql, [said.imports]).fetchall()
        broken += [f"import {number} is {status}" for number, status in found]
    return broken + said.wrong


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
