"""Charts about segments: how many and what they bring, who moved, who waits for discounts."""

from datetime import datetime
from decimal import Decimal

import numpy as np
from django.urls import reverse

from customers.cells import chip, colour
from customers.insights.prices import interval, price_level
from customers.models import Segment, SegmentFlow
from customers.queries.insights.reading import NONE
from runs.cells import NOTHING, day, share
from runs.wording import many
from segrec_site.dashboard import links
from segrec_site.dashboard.buyers import FEWEST_BUYERS
from segrec_site.dashboard.charts import Chart, Column, part, table
from segrec_site.dashboard.kept import Kept

# A share known no better than this to either side is not told.
WIDEST = 0.05
TOO_FEW = "too few to tell"
NO_SEGMENT = "No segment"
PRICES = "Prices against all"


def sizes(kept: Kept) -> Chart:
    """How many customers each segment has, and what they brought."""
    net = _net_by_segment(kept)
    total = sum(net.values(), Decimal(0))
    count = sum(kept.members.values())
    columns = [
        Column("Segment", drawn=True),
        Column("Customers", "number"),
        Column("Of customers", "share", drawn=True),
        Column("Of revenue", "share", drawn=True),
        Column("Revenue a customer", "money"),
    ]
    rows = [
        {
            "Segment": (str(segment), _page(segment), chip(segment)),
            "Customers": (kept.members.get(segment.pk, 0), links.members(segment.key)),
            "Of customers": part(kept.members.get(segment.pk, 0), count),
            "Of revenue": part(net.get(segment.pk, Decimal(0)), total) if total > 0 else None,
            "Revenue a customer": _a_head(
                net.get(segment.pk, Decimal(0)), kept.members.get(segment.pk, 0)
            ),
            "colour": segment.colour,
        }
        for segment in kept.segments
    ]
    if net.get(None) and kept.segments:
        rows.append(
            {
                "Segment": (NO_SEGMENT, links.members(NONE)),
                "Of revenue": part(net[None], total) if total > 0 else None,
            }
        )
    return Chart(
        key="segments",
        kind="pairs",
        title="Segments",
        finding=_of_sizes(rows[: len(kept.segments)]),
        note=f"n = {many(count, 'customer')} in segments now · revenue: {kept.choice.words}"
        f" · {kept.currency}. {kept.left_out}{_all(kept)} {NO_SEGMENT}: customers without an order"
        " in two years, opted out, or not known.",
        columns=columns,
        rows=table(columns, rows, kept.currency),
        missing="" if kept.segments else "There are no segments yet",
        currency=kept.currency,
    )


def movement(kept: Kept) -> Chart:
    """Who moved from which segment to which."""
    columns = [
        Column("From", drawn=True),
        Column("To", drawn=True),
        Column("Customers", "number", drawn=True),
    ]
    rows = [_flow(flow) for flow in kept.flows]
    since = kept.build.moves_since
    missing = ""
    if not since:
        missing = "Movement shows after segments were published a second time"
    elif not rows:
        missing = f"Nobody changed segment since {day(since)}"
    moved = sum(flow.size for flow in kept.flows)
    return Chart(
        key="movement",
        kind="sankey",
        title="Movement",
        finding=_of_flows(kept.flows, since),
        note=f"n = {many(moved, 'customer')} elsewhere than as of {day(since)}; who came"
        f" back meanwhile is not counted. “{NO_SEGMENT}” is before a first order, or after two"
        f" years without one. Movement is up to now, whatever months are chosen.{_all(kept)}"
        if since
        else "",
        columns=columns,
        rows=table(columns, rows),
        missing=missing,
    )


def sensitivity(kept: Kept) -> Chart:
    """Which segments wait for discounts, and which buy cheaply."""
    window = kept.choice.window
    usual = kept.figures(window, everyone=True)
    columns = [
        Column("Segment", drawn=True),
        Column("Customers who bought", "number"),
        Column("Taken off by discounts", "share", drawn=True),
        Column("At least", "share", drawn=True),
        Column("At most", "share", drawn=True),
        Column("Lines reduced", "share"),
        Column(PRICES, "change"),
    ]
    rows = [_sensitive(kept, segment, window) for segment in kept.segments]
    overall = usual and part(usual.discount, usual.gross)
    missing = ""
    if not kept.segments:
        missing = "There are no segments yet"
    elif not overall:
        missing = "Nothing was sold at a discount"
    return Chart(
        key="sensitivity",
        kind="whiskers",
        title="Price sensitivity",
        finding=_of_sensitivity(rows, overall),
        note=f"n = {many(usual.buyers if usual else 0, 'customer')} who bought ·"
        f" {kept.choice.words} · {kept.currency}. {kept.left_out}{_all(kept)}"
        f" Whiskers: 95 % interval, customers being drawn. {PRICES}: what is paid a unit"
        " before discounts, against what all customers pay in the same categories. Segments of"
        f" fewer than {FEWEST_BUYERS} buyers, or known no better than ±{share(WIDEST)}, are not"
        " judged.",
        columns=columns,
        rows=table(columns, rows, kept.currency),
        missing=missing,
        options={"middle": f"{overall:.6f}", "middle-name": "all customers"} if overall else {},
    )


def _all(kept: Kept) -> str:
    """Say that segments are shown whatever is chosen."""
    return " All segments are shown, whichever is chosen." if kept.choice.segment_key else ""


def _a_head(amount: Decimal, count: int) -> Decimal | None:
    return amount / count if count else None


def _sensitive(kept: Kept, segment: Segment, window) -> dict:
    found = kept.figures(window, segment.pk, everyone=False)
    row = {"Segment": (str(segment), _page(segment), chip(segment)), "colour": segment.colour}
    if not found:
        return row | {"Customers who bought": 0, "Taken off by discounts": (None, "", NOTHING)}
    row["Customers who bought"] = (found.buyers, links.buyers(window, "all", segment.key))
    taken, within = part(found.discount, found.gross), None
    if taken is not None:
        within = interval(taken, found.discount_error)
    if found.buyers < FEWEST_BUYERS or not within or within[1] - within[0] > 2 * WIDEST:
        return row | {"Taken off by discounts": (None, "", TOO_FEW)}
    lines = [each for each in kept.by_segment if each["segment"] == segment.pk]
    return row | {
        "Taken off by discounts": taken,
        "At least": within[0],
        "At most": within[1],
        "Lines reduced": part(
            sum(each["reduced_lines"] for each in lines), sum(each["lines"] for each in lines)
        ),
        PRICES: _level(kept, lines),
    }


def _level(kept: Kept, lines: list[dict]) -> float | None:
    """Compare a segment's prices with everyone's, category by category."""
    usual: dict[int | None, list[float]] = {}
    for each in kept.by_segment:
        sums = usual.setdefault(each["category"], [0.0, 0.0])
        sums[0] += float(each["sold"])
        sums[1] += float(each["gross"])
    own = [[float(each["sold"]), float(each["gross"])] for each in lines]
    everyone = [usual[each["category"]] for each in lines]
    if not own:
        return None
    level = price_level(*np.array(own).T, *np.array(everyone).T)
    return None if level is None else level - 1


def _net_by_segment(kept: Kept) -> dict[int | None, Decimal]:
    found: dict[int | None, Decimal] = {}
    for row in kept.by_segment:
        found[row["segment"]] = found.get(row["segment"], Decimal(0)) + row["net"]
    return found


def _flow(flow: SegmentFlow) -> dict:
    ends = [flow.from_segment, flow.to_segment]
    names = [(str(end), _page(end), chip(end)) if end else NO_SEGMENT for end in ends]
    keys = [end.key if end else NONE for end in ends]
    return {
        "From": names[0],
        "To": names[1],
        "Customers": (flow.size, links.movers(*keys)),
        "colour": colour(ends[0]) if ends[0] else "",
    }


def _page(segment: Segment) -> str:
    return reverse("admin:customers_segment_change", args=[segment.pk])


def _of_sizes(rows: list[dict]) -> str:
    known = [row for row in rows if row["Of revenue"] is not None]
    if not known:
        return "No segment brought revenue in these months"
    best = max(known, key=lambda row: row["Of revenue"])
    return (
        f"{best['Segment'][0]}: {share(best['Of customers'])} of customers in segments"
        f" bring {share(best['Of revenue'])} of revenue"
    )


def _of_flows(flows: list[SegmentFlow], since: datetime | None) -> str:
    gained: dict[Segment | None, int] = {}
    for flow in flows:
        for segment, way in ((flow.to_segment, 1), (flow.from_segment, -1)):
            gained[segment] = gained.get(segment, 0) + way * flow.size
    moved = [(count, segment) for segment, count in gained.items() if segment and count]
    if not moved:
        return f"As many came as left in every segment since {day(since)}" if flows else ""
    count, segment = max(moved, key=lambda item: (abs(item[0]), -item[1].pk))
    verb = "gained" if count > 0 else "lost"
    return f"{segment} {verb} {many(abs(count), 'customer')} since {day(since)}"


def _of_sensitivity(rows: list[dict], overall: float | None) -> str:
    told = [row for row in rows if row.get("At least") is not None]
    if not told:
        return f"How segments take discounts: {TOO_FEW}"
    waits = [row for row in told if row["At least"] > overall]
    if not waits:
        return f"No segment clearly takes more discounts than all customers ({share(overall)})"
    best = max(waits, key=lambda row: row["Taken off by discounts"])
    return (
        f"{best['Segment'][0]}: {share(best['Taken off by discounts'])} is taken off by discounts,"
        f" against {share(overall)} for all customers"
    )
