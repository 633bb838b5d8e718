"""Charts about customers: how revenue is concentrated, how much of it comes from new ones."""

from datetime import date
from decimal import Decimal

from customers.insights.concentration import STEPS, places
from customers.insights.counted import Window
from customers.insights.months import first_day, number_of
from runs.cells import share
from runs.wording import many
from segrec_site.dashboard import links
from segrec_site.dashboard.charts import Chart, Column, part, table
from segrec_site.dashboard.choice import months_offered
from segrec_site.dashboard.kept import Kept

# Of fewer customers, a tenth is one or two persons, and says nothing of the shop.
FEWEST_BUYERS = 30


def concentration(kept: Kept) -> Chart:
    """How much of the revenue the customers who spent most bring."""
    window, found = kept.choice.window, kept.chosen_figures(kept.choice.window)
    shares = found.top_shares if found else []
    few = "" if found and found.buyers else _of_none(kept, window.start)
    if found and 0 < found.buyers < FEWEST_BUYERS:
        few = f"{many(found.buyers, 'customer')} bought: too few to tell how revenue is spread"
    elif found and found.buyers and not shares:
        few = "Returns outweigh what was bought: there is no revenue to share out"
    columns = [
        Column("Customers who spent most", "share", drawn=True),
        Column("Customers", "number"),
        Column("Share of revenue", "share", drawn=True),
    ]
    rows = [
        {
            "Customers who spent most": step,
            "Customers": (
                int(count),
                links.buyers(window, _who(step), kept.choice.segment_key),
            ),
            "Share of revenue": of_revenue,
        }
        for step, count, of_revenue in zip(
            STEPS, places(found.buyers) if found else [], shares, strict=False
        )
    ]
    return Chart(
        key="concentration",
        kind="lorenz",
        title="Concentration",
        finding=_of_top(rows),
        note=kept.note(
            f"n = {many(found.buyers if found else 0, 'customer')} who bought",
        )
        + " Who returned more than they bought counts as having spent nothing;"
        " orders of nobody known are not in it.",
        columns=columns,
        rows=table(columns, rows),
        missing=few,
    )


def newcomers(kept: Kept) -> Chart:
    """What new and returning customers bring, month by month."""
    columns = [
        Column("Month", drawn=True),
        Column("New customers", "number"),
        Column("Returning customers", "number"),
        Column("Revenue from new", "money", drawn=True),
        Column("From returning", "money", drawn=True),
        Column("From nobody known", "money", drawn=True),
    ]
    rows = [_month(kept, month) for month in _months(kept)]
    if not any(row["From nobody known"][0] for row in rows):
        columns.pop()
    found = kept.chosen_figures(kept.choice.window)
    return Chart(
        key="newcomers",
        kind="stack",
        title="New against returning",
        finding=_of_new(kept),
        note=kept.note(
            f"n = {many(found.buyers if found else 0, 'customer')} who bought",
            months=f"{kept.choice.words}, chart: by month",
        )
        + " New is whose first order ever came then. Data begin in"
        f" {kept.build.first_day:%b %Y}: in the first months nearly everyone is new.",
        columns=columns,
        rows=table(columns, rows, kept.currency),
        currency=kept.currency,
    )


def _of_new(kept: Kept) -> str:
    """Say how many were new: in all the months, or in the last where all begin with the data."""
    choice, found = kept.choice, kept.chosen_figures(kept.choice.window)
    when, start = "", choice.window.start
    if choice.begins_with_data and choice.months > 1:
        start = choice.window.until
        found, when = kept.by_month.get(start), f"In {start:%B}, "
    if not found or not found.buyers:
        none = _of_none(kept, start)
        return when + none.replace("Nobody", "nobody") if when else none
    if choice.begins_with_data and choice.months == 1:
        return f"Too early to tell who is new: data begin in {choice.first_day:%B %Y}"
    if not found.new_buyers:
        return when + "nobody who bought was new" if when else "Nobody who bought was new"
    who = f"{share(found.new_buyers / found.buyers)} of the customers who bought were new"
    net = sum(row["net"] for row in kept.sales(start, choice.window.until))
    brought = part(found.new_net, net) if net > 0 else None
    return when + who + (f" and brought {share(brought)} of revenue" if brought is not None else "")


def _of_none(kept: Kept, start: date) -> str:
    """Say why there are no buyers from this month to the last: no orders, or nobody known."""
    sold = kept.orders(start, kept.choice.window.until)
    return "Nobody who bought is known" if sold else "Nobody bought"


def _month(kept: Kept, month) -> dict:
    found, key = kept.by_month.get(month), kept.choice.segment_key
    new, buyers = (found.new_buyers, found.buyers) if found else (0, 0)
    new_net, net = (found.new_net, found.net) if found else (Decimal(0), Decimal(0))
    window, unknown = Window(month, 1), kept.anonymous_net(month)
    is_open = month >= months_offered(kept.build)[-1]  # of earlier ones no buyers are kept
    return {
        "Month": f"{month:%b %Y}",
        "New customers": (new, links.buyers(window, "new", key) if new and is_open else ""),
        "Returning customers": (
            buyers - new,
            links.buyers(window, "returning", key) if buyers > new and is_open else "",
        ),
        "Revenue from new": new_net,
        "From returning": net - new_net,
        "From nobody known": (unknown, links.orders_of_nobody(month) if unknown else ""),
    }


def _months(kept: Kept) -> list:
    until = number_of(kept.choice.window.until)
    since = max(number_of(kept.choice.year.start), number_of(kept.build.first_day))
    return [first_day(number) for number in range(since, until + 1)]


def _who(step: float) -> str:
    return "all" if step == 1 else f"top{step * 100:.0f}"


def _of_top(rows: list[dict]) -> str:
    tenth = next((row for row in rows if row["Customers who spent most"] == 0.1), None)
    if not tenth:
        return ""
    return f"The top {share(0.1)} of customers bring {share(tenth['Share of revenue'])} of revenue"
