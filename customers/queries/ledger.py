"""SQL of memberships, moves and scores: how a published run changes them, how it is undone."""

from django.db import connection

from customers.models import Membership
from runs.models import Run

# A proposal holds while its customer is where it was, and may still be profiled.
_OVERTAKEN = """
    DELETE FROM customers_proposedmove AS p
    WHERE p.run_id = %(run)s AND (
        p.from_segment_id IS DISTINCT FROM (
            SELECT m.segment_id FROM customers_membership AS m
            WHERE m.customer_id = p.customer_id AND m.to_run_id IS NULL)
        OR p.to_place IS NOT NULL AND EXISTS (
            SELECT FROM customers_customer AS c WHERE c.id = p.customer_id
            AND (c.profiling_opt_out OR c.erased_at IS NOT NULL)))"""
_WRITE_MOVES = """
    INSERT INTO customers_move
        (run_id, customer_id, from_segment_id, to_segment_id, cause, feature, was, now, at)
    SELECT p.run_id, p.customer_id, p.from_segment_id, (%(segments)s::bigint[])[p.to_place + 1],
        p.cause, p.feature, p.was, p.now, %(at)s
    FROM customers_proposedmove AS p
    WHERE p.run_id = %(run)s AND p.cause <> ''
    ORDER BY p.customer_id"""
_CLOSE_STAYS = """
    UPDATE customers_membership AS m SET to_run_id = %(run)s
    FROM customers_proposedmove AS p
    WHERE p.run_id = %(run)s AND p.cause <> '' AND p.from_segment_id IS NOT NULL
        AND m.customer_id = p.customer_id AND m.to_run_id IS NULL"""
_OPEN_STAYS = """
    INSERT INTO customers_membership (customer_id, segment_id, from_run_id, since, borderline)
    SELECT p.customer_id, (%(segments)s::bigint[])[p.to_place + 1], p.run_id, %(at)s, p.borderline
    FROM customers_proposedmove AS p
    WHERE p.run_id = %(run)s AND p.cause <> '' AND p.to_place IS NOT NULL
    ORDER BY p.customer_id"""
_IS_MEMBER = """EXISTS (
    SELECT FROM customers_membership AS m WHERE m.customer_id = {}.customer_id
    AND m.to_run_id IS NULL)"""
_FLAG_STAYS = """
    UPDATE customers_membership AS m SET borderline = p.borderline
    FROM customers_proposedmove AS p
    WHERE p.run_id = %(run)s AND p.cause = ''
        AND m.customer_id = p.customer_id AND m.to_run_id IS NULL"""


def drop_proposals_overtaken(run: Run) -> None:
    """Drop proposals for customers who left their segment, or opted out, since they were made."""
    _execute(_OVERTAKEN, run=run.pk)


def move_members(run: Run, segment_ids: list[int]) -> None:
    """Carry out a run's proposals; place n is the n-th of these segments."""
    values = {"run": run.pk, "at": run.as_of, "segments": segment_ids}
    for statement in (_WRITE_MOVES, _CLOSE_STAYS, _OPEN_STAYS, _FLAG_STAYS):
        _execute(statement, **values)
    # What is left, the flags, is what a roll-back must turn round.
    _execute(
        "DELETE FROM customers_proposedmove WHERE run_id = %(run)s AND cause <> ''", run=run.pk
    )


def replace_scores(run: Run) -> None:
    """End the scores that a run found changed and those of who left; begin the new ones."""
    _execute(
        "UPDATE customers_customerscore AS s SET to_run_id = %(run)s"
        " FROM customers_proposedscore AS p WHERE p.run_id = %(run)s"
        " AND s.customer_id = p.customer_id AND s.to_run_id IS NULL",
        run=run.pk,
    )
    _execute(
        "UPDATE customers_customerscore AS s SET to_run_id = %(run)s"
        " WHERE s.to_run_id IS NULL AND s.customer_id IN ("
        " SELECT customer_id FROM customers_move WHERE run_id = %(run)s)"
        f" AND NOT {_IS_MEMBER.format('s')}",
        run=run.pk,
    )
    _execute(
        "INSERT INTO customers_customerscore"
        " (customer_id, rfm_code, rfm_name, value_tier, from_run_id)"
        " SELECT customer_id, rfm_code, rfm_name, value_tier, run_id"
        " FROM customers_proposedscore AS p"
        f" WHERE run_id = %(run)s AND {_IS_MEMBER.format('p')} ORDER BY customer_id",
        run=run.pk,
    )
    _execute("DELETE FROM customers_proposedscore WHERE run_id = %(run)s", run=run.pk)


_PROFILED = "NOT c.profiling_opt_out AND c.erased_at IS NULL"
# Whom the run moved, but for those who left for reasons of their own since.
_UNDONE = f"""
    SELECT DISTINCT v.customer_id FROM customers_move AS v
    JOIN customers_customer AS c ON c.id = v.customer_id
    WHERE v.run_id = %(run)s AND {_PROFILED}"""
_INVERSE_MOVES = f"""
    INSERT INTO customers_move
        (run_id, customer_id, from_segment_id, to_segment_id, cause, feature, at)
    SELECT %(run)s, u.customer_id, here.segment_id, there.segment_id, 'rolled_back', '', %(at)s
    FROM ({_UNDONE}) AS u
    LEFT JOIN customers_membership AS here
        ON here.customer_id = u.customer_id AND here.to_run_id IS NULL
    LEFT JOIN customers_membership AS there
        ON there.customer_id = u.customer_id AND there.to_run_id = %(run)s
        AND there.from_run_id <> %(run)s
    WHERE here.segment_id IS DISTINCT FROM there.segment_id
    ORDER BY u.customer_id"""


def move_back(current: Run) -> None:
    """Undo what publishing this run did: stays, flags and scores are as the one before left them.

    The inverse moves bear this run's date, so that whoever has read its moves reads them too.
    """
    values = {"run": current.pk, "at": current.as_of}
    _execute(_INVERSE_MOVES, **values)
    _execute(
        f"DELETE FROM customers_membership WHERE from_run_id = %(run)s AND to_run_id IS NULL"
        f" AND customer_id IN ({_UNDONE})",
        **values,
    )
    _execute(
        f"UPDATE customers_membership SET to_run_id = NULL WHERE to_run_id = %(run)s"
        f" AND from_run_id <> %(run)s AND customer_id IN ({_UNDONE})",
        **values,
    )
    _execute(
        "UPDATE customers_membership AS m SET borderline = NOT p.borderline"
        " FROM customers_proposedmove AS p WHERE p.run_id = %(run)s"
        " AND m.customer_id = p.customer_id AND m.to_run_id IS NULL",
        **values,
    )
    _execute("DELETE FROM customers_customerscore WHERE from_run_id = %(run)s", **values)
    _execute(
        "UPDATE customers_customerscore AS s SET to_run_id = NULL FROM customers_customer AS c"
        f" WHERE s.to_run_id = %(run)s AND c.id = s.customer_id AND {_PROFILED}",
        **values,
    )


def leave(customer_ids: list[int], cause: str, run: Run) -> None:
    """Close the stays of customers who leave all segments at once, outside of a refresh."""
    values = {"customers": customer_ids, "cause": cause, "run": run.pk, "at": run.as_of}
    _execute(
        "INSERT INTO customers_move (run_id, customer_id, from_segment_id, cause, feature, at)"
        " SELECT %(run)s, customer_id, segment_id, %(cause)s, '', %(at)s"
        " FROM customers_membership WHERE to_run_id IS NULL AND customer_id = ANY(%(customers)s)",
        **values,
    )
    _execute(
        "UPDATE customers_membership SET to_run_id = %(run)s"
        " WHERE to_run_id IS NULL AND customer_id = ANY(%(customers)s)",
        **values,
    )
    _execute(
        "UPDATE customers_customerscore SET to_run_id = %(run)s"
        " WHERE to_run_id IS NULL AND customer_id = ANY(%(customers)s)",
        **values,
    )


def leave_opted_out(run: Run) -> None:
    """Close the stays of customers who opted out of profiling and are still in a segment."""
    still = Membership.objects.filter(to_run=None, customer__profiling_opt_out=True)
    leave(list(still.values_list("customer", flat=True)), "opted_out", run)


def member_counts() -> dict[int, int]:
    """How many customers are in each segment now."""
    return _pairs(
        "SELECT segment_id, count(*) FROM customers_membership WHERE to_run_id IS NULL GROUP BY 1"
    )


def ledger_counts() -> dict[int, int]:
    """How many customers all moves ever leave in each segment; equal to `member_counts`."""
    return _pairs(
        "SELECT segment, sum(way) FROM ("
        " SELECT to_segment_id AS segment, 1 AS way FROM customers_move UNION ALL"
        " SELECT from_segment_id, -1 FROM customers_move) AS ways"
        " WHERE segment IS NOT NULL GROUP BY segment HAVING sum(way) <> 0"
    )


def _pairs(sql: str) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {segment: int(count) for segment, count in cursor.fetchall()}


def _execute(sql: str, **values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
