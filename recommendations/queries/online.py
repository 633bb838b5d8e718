"""SQL of online results: lists shown -> clicks -> imported orders, summed over shoppers."""

from datetime import datetime, timedelta
from typing import NamedTuple

from recommendations.online import LEAST_UNITS, Sums
from runs.copying import fetch

# A click is credited with an order of the same article by the same customer within so long.
CREDITED_FOR = timedelta(days=7)

# A visitor is the customer as whom they came along last. `unit` is a shopper, as far as known.
_FACTS = """
    person AS MATERIALIZED (
        SELECT DISTINCT ON (visitor) visitor, customer_id FROM recommendations_event
        WHERE customer_id IS NOT NULL AND visitor <> '' ORDER BY visitor, at DESC, id
    ), fact AS MATERIALIZED (
        SELECT e.id, e.type, e.at, e.kind, e.source, e.arm,
            coalesce(nullif(p.item_group_id, ''), p.id::text) AS article, who.customer_id,
            who.customer_id IS NOT NULL OR e.visitor <> '' AS is_known,
            coalesce('c' || who.customer_id, 'v' || nullif(e.visitor, ''), e.id::text) AS unit
        FROM recommendations_event AS e
        JOIN products_product AS p ON p.id = e.product_id
        LEFT JOIN person ON e.customer_id IS NULL AND person.visitor = e.visitor
        CROSS JOIN LATERAL (SELECT coalesce(e.customer_id, person.customer_id)) AS who (customer_id)
        WHERE e.at >= %(since)s AND e.at < %(until)s AND e.arm <> ''
            AND e.type IN ('impression', 'click')
    )"""
# Each line of an order is credited once: to the last click before it.
_CREDITED = """
    credited AS (
        SELECT DISTINCT ON (l.order_id, l.line_no) f.id, l.net * o.rate AS net
        FROM fact AS f
        JOIN customers_order AS o ON o.customer_id = f.customer_id
            AND o.ordered_at >= f.at AND o.ordered_at < f.at + %(credited_for)s
            AND o.status IN ('paid', 'fulfilled') AND o.rate IS NOT NULL
        JOIN customers_orderline AS l ON l.order_id = o.id AND l.quantity > 0
        JOIN products_product AS p ON p.id = l.product_id
            AND coalesce(nullif(p.item_group_id, ''), p.id::text) = f.article
        WHERE f.type = 'click' ORDER BY l.order_id, l.line_no, f.at DESC, f.id
    ), paid AS (
        SELECT id, sum(net) AS net FROM credited GROUP BY id
    )"""
# The segment a customer was in when it happened.
_BY_UNIT = """
    by_unit AS MATERIALIZED (
        SELECT f.kind, f.source, coalesce(s.key, '') AS segment, f.arm, f.unit, f.is_known,
            count(*) FILTER (WHERE f.type = 'impression') AS i,
            count(*) FILTER (WHERE f.type = 'click') AS c,
            count(paid.net) AS o, coalesce(sum(paid.net), 0)::float8 AS r
        FROM fact AS f
        LEFT JOIN paid ON paid.id = f.id
        LEFT JOIN customers_membership AS m ON m.customer_id = f.customer_id AND m.since <= f.at
            AND NOT EXISTS (SELECT FROM runs_run AS r WHERE r.id = m.to_run_id AND r.as_of <= f.at)
        LEFT JOIN customers_segment AS s ON s.id = m.segment_id
        GROUP BY 1, 2, 3, 4, 5, 6
    )"""
# The arms differ by chance alone only in lists that shoppers are held out from; a few who try are
# no hold-out.
_COMPARED = f"""
    compared AS MATERIALIZED (
        SELECT by_unit.* FROM by_unit JOIN (
            SELECT kind, is_known FROM by_unit GROUP BY 1, 2
            HAVING count(DISTINCT unit) FILTER (WHERE arm = 'model') >= {LEAST_UNITS}
                AND count(DISTINCT unit) FILTER (WHERE arm = 'baseline') >= {LEAST_UNITS}
        ) AS held_out USING (kind, is_known)
    )"""
_GROUPED = """
    SELECT '{by}', name, arm, count(*), sum(i), sum(c), sum(o), sum(r), sum(i * i), sum(c * c),
        sum(o * o), sum(r * r), sum(c * i), sum(o * c), sum(r * i)
    FROM (
        SELECT {name} AS name, arm, unit, sum(i) AS i, sum(c) AS c, sum(o) AS o, sum(r) AS r
        FROM {facts} GROUP BY 1, 2, 3
    ) AS shopper GROUP BY name, arm"""
_GROUPS = {
    "all": ("''", "by_unit"),
    "kind": ("kind", "by_unit"),
    "source": ("source", "by_unit"),
    "segment": ("segment", "by_unit"),
    "compared": ("''", "compared"),
    "compared kind": ("kind", "compared"),
}


class Group(NamedTuple):
    """Sums over the shoppers of a group: by what it is grouped, its name, its arm."""

    by: str
    name: str
    arm: str
    sums: Sums


def online_sums(since: datetime, until: datetime) -> list[Group]:
    """What came of lists shown in this time: of all, and by kind of list, source and segment.

    Those that can be compared, as shoppers are held out from them, also by themselves.
    """
    grouped = (
        _GROUPED.format(by=by, name=name, facts=facts) for by, (name, facts) in _GROUPS.items()
    )
    sql = f"WITH {_FACTS}, {_CREDITED}, {_BY_UNIT}, {_COMPARED} {' UNION ALL '.join(grouped)}"
    values = {"since": since, "until": until, "credited_for": CREDITED_FOR}
    return [
        Group(by, name, arm, Sums(int(units), *map(float, sums)))
        for by, name, arm, units, *sums in fetch(sql, values)
    ]


def has_events() -> bool:
    """Whether anybody ever told of an event."""
    return fetch("SELECT EXISTS (SELECT FROM recommendations_event)")[0][0]
