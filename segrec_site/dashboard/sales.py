"""Charts about what sells: categories and what grows, seasons, price bands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

import numpy as np

from customers.insights.counted import Window
from customers.insights.months import first_day, number_of
from customers.insights.seasons import FEWEST_MONTHS, season_index
from runs.cells import money, share
from runs.wording import many
from segrec_site.dashboard import links
from segrec_site.dashboard.charts import Chart, Column, change, growth, part, table
from segrec_site.dashboard.kept import NO_CATEGORY, Kept

MOST_SERIES = 6
# Of how many lines of a segment its products are found within a second.
MOST_LINES = 150_000
# A category with less of the revenue is too small to be news.
LEAST_SHARE = 0.01
# A month this much above the mean is a peak.
PEAK = 1.25
ALL_ALIKE = "any price"


@dataclass(frozen=True)
class Compared:
    """Two stretches of months to be compared, and how that is said."""

    now: tuple[date, date]
    before: tuple[date, date]
    words: str


def categories(kept: Kept) -> Chart:
    """Which categories sell, and which grow."""
    window, compared = kept.choice.window, compare(kept)
    now = _by_category(kept.sales(window.start, window.until))
    rows = [_category(kept, pk, sums, compared) for pk, sums in _ranked(now)]
    total = sum((sums["net"] for sums in now.values()), Decimal(0))
    for row in rows:
        row["Share"] = part(row["Revenue"], total) if total > 0 else None
    columns = [
        Column("Category", drawn=True),
        Column("Revenue", "money", drawn=True),
        Column("Share", "share"),
        Column("Change", "change", drawn=True),
        Column("Units", "number"),
        Column("Products sold", "number"),
    ]
    if kept.choice.segment_key:
        columns.pop()  # products are counted for everyone only
    if not compared:
        columns = [column for column in columns if column.name != "Change"]
    shown = _folded(kept, rows, total)
    return Chart(
        key="categories",
        kind="bars",
        title="Categories",
        finding=_of_categories(rows),
        note=kept.note(f"n = {many(sum(row['Units'] for row in rows), 'unit')} after returns")
        + (f" Change: {compared.words}." if compared else f" {uncompared(kept)}"),
        columns=columns,
        rows=table(columns, shown, kept.currency),
        missing="" if any(row["Revenue"] for row in rows) else "Nothing was sold",
        currency=kept.currency,
    )


def seasons(kept: Kept) -> Chart:
    """Which months are strong for which categories."""
    months = _whole_months(kept)
    ranked = _ranked(_by_category(kept.sales(kept.choice.window.start, kept.choice.window.until)))
    names = [pk for pk, _ in ranked]
    place = {month: column for column, month in enumerate(months)}
    net = np.zeros((len(names), len(months)))
    for row in kept.sales(months[0], months[-1]) if months else ():
        if row["category"] in names:
            net[names.index(row["category"]), place[row["month"]]] += float(row["net"])
    top = len(names) if kept.choice.all_of else MOST_SERIES
    labels = [kept.categories.get(pk, "?") for pk in names[:top]]
    if len(names) > top:
        net = np.vstack([net[:top], net[top:].sum(axis=0)])
        labels.append(f"Other ({len(names) - top})")
    index = season_index(net) if len(names) else None
    missing = ""
    if index is None:
        missing = f"Too few whole months to tell a season: {FEWEST_MONTHS} are needed"
    columns = [
        Column("Category", drawn=True),
        *(Column(f"{month:%b %Y}", "times", drawn=True) for month in months),
    ]
    rows = [
        {"Category": (label, _of_season(kept, names, number, kept.choice.year))}
        | {
            f"{month:%b %Y}": None
            if np.isnan(value)
            else (float(value), _of_season(kept, names, number, Window(month, 1)))
            for month, value in zip(months, values, strict=True)
        }
        for number, (label, values) in enumerate(
            zip(labels, index if index is not None else [], strict=False)
        )
    ]
    return Chart(
        key="seasons",
        kind="heat",
        title="Seasons",
        finding=_of_seasons(labels, months, index, net),
        note=kept.note(
            f"n = {many(len(months), 'whole month')}",
            months=_from_to(months) if months else "",
            stretch=(months[0], months[-1]) if months else None,
        )
        + " Each month’s revenue against the category’s mean month, which is 1.0\u00a0×.",
        columns=columns,
        rows=table(columns, rows),
        missing=missing,
    )


def price_bands(kept: Kept) -> Chart:
    """At which prices the shop sells."""
    products = {row.band: row.products for row in kept.products if row.band is not None}
    found = {row["band"]: row for row in kept.by_band}
    net = sum((row["net"] for row in found.values()), Decimal(0))
    sold = sum(row["sold"] for row in found.values())
    columns = [
        Column("Price", drawn=True),
        Column("Share of units", "share", drawn=True),
        Column("Share of revenue", "share", drawn=True),
        Column("Revenue", "money"),
        Column("Reduced", "share"),
        Column("Products sold", "number"),
    ]
    if kept.choice.segment_key:
        columns.pop()
    rows = [
        {
            "Price": (
                name,
                _sold(kept, kept.choice.window, band=band),
            ),
            "Share of units": part(found[band]["sold"], sold),
            "Share of revenue": part(found[band]["net"], net) if net > 0 else None,
            "Revenue": found[band]["net"],
            "Reduced": part(found[band]["reduced_lines"], found[band]["lines"]),
            "Products sold": (
                products.get(band, 0),
                links.products(kept.choice.window, band=band),
            ),
        }
        for band, name in enumerate(band_names(kept.build.price_edges, kept.currency))
        if band in found
    ]
    return Chart(
        key="prices",
        kind="columns",
        title="Price bands",
        finding=_of_bands(rows),
        note=kept.note(f"n = {many(sold, 'unit')} sold")
        + " A product’s band is that of its mean price in a month, before discounts;"
        " Reduced is the share of lines sold with a discount.",
        columns=columns,
        rows=table(columns, rows, kept.currency),
        missing="" if rows else "Nothing was sold",
        currency=kept.currency,
    )


def compare(kept: Kept) -> Compared | None:
    """Choose what to compare with: as many months before, or one half with the other."""
    choice = kept.choice
    before = choice.before
    if before:
        words = f"against {Window(before.until, before.months).words}"
        if before.months > 1:
            words = f"against the {before.months} months before"
        return Compared(
            (choice.window.start, choice.window.until), (before.start, before.until), words
        )
    whole = _whole_months(kept, choice.start)
    half = len(whole) // 2
    if half < 2 or choice.window.months == 1:
        return None
    now, earlier = whole[-half:], whole[-2 * half : -half]
    return Compared(
        (now[0], now[-1]),
        (earlier[0], earlier[-1]),
        f"{_stretch(now)} against {_stretch(earlier)}; data begin in {choice.first_day:%b %Y}",
    )


def uncompared(kept: Kept) -> str:
    """Say why there is nothing to compare with."""
    choice = kept.choice
    if choice.is_open and choice.window.months == 1:
        return "The month is not over, so it is compared with nothing."
    if choice.is_open and choice.months == choice.window.months:
        return "The last month is not over, so the year is compared with nothing."
    return f"Data begin in {kept.build.first_day:%b %Y}, so there is nothing to compare with."


def band_names(edges: Iterable[float], currency: str) -> list[str]:
    """Name price bands by their ends."""
    ends = [money(edge, currency, 0 if edge == int(edge) else 2) for edge in edges]
    if not ends:
        return [ALL_ALIKE]
    middle = [f"{low} to {high}" for low, high in pairwise(ends)]
    return [f"under {ends[0]}", *middle, f"{ends[-1]} and more"]


def _category(kept: Kept, pk: int | None, sums: dict, compared: Compared | None) -> dict:
    products = {row.category_id: row.products for row in kept.products if row.band is None}
    window, name = kept.choice.window, kept.categories.get(pk, "?")
    grown = None
    if compared:
        now, before = (
            sum((row["net"] for row in kept.sales(*of) if row["category"] == pk), Decimal(0))
            for of in (compared.now, compared.before)
        )
        grown = growth(now, before)
    return {
        "Category": (name, _sold(kept, window, category=pk)),
        "Revenue": sums["net"],
        "Change": grown,
        "Units": sums["units"],
        "Products sold": (products.get(pk, 0), links.products(window, category=pk)),
    }


def _folded(kept: Kept, rows: list[dict], total: Decimal) -> list[dict]:
    """Put all but the first few into one row, that leads to all of them."""
    if kept.choice.all_of == "categories" or len(rows) <= MOST_SERIES + 1:
        return rows
    rest = rows[MOST_SERIES:]
    net = sum((row["Revenue"] for row in rest), Decimal(0))
    other = {
        "Category": (
            f"Other ({len(rest)})",
            kept.choice.address(all="categories") + "#categories",
            f"Other: all {len(rows)} categories",
        ),
        "is_rest": True,
        "Revenue": net,
        "Share": part(net, total) if total > 0 else None,
        "Change": None,
        "Units": sum(row["Units"] for row in rest),
        "Products sold": sum(row["Products sold"][0] for row in rest),
    }
    return [*rows[:MOST_SERIES], other]


def _by_category(rows: Iterable[dict]) -> dict[int | None, dict]:
    found: dict[int | None, dict] = {}
    for row in rows:
        sums = found.setdefault(row["category"], {"net": Decimal(0), "units": 0})
        sums["net"] += row["net"]
        sums["units"] += row["units"]
    return found


def _ranked(sums: dict) -> list[tuple]:
    return sorted(sums.items(), key=lambda item: (-item[1]["net"], item[0] or 0))


def _whole_months(kept: Kept, since: date | None = None) -> list[date]:
    """Return the months up to the chosen end that data cover from first to last day."""
    choice = kept.choice
    begun = number_of(choice.first_day) + (choice.first_day.day > 1)
    first = max(number_of(since or choice.year.start), begun)
    return [
        first_day(each)
        for each in range(first, number_of(choice.window.until) + (not choice.is_open))
    ]


def _of_season(kept: Kept, names: list, place: int, window: Window) -> str:
    if place >= len(names) or (place >= MOST_SERIES and not kept.choice.all_of):
        return kept.choice.address(all="categories") + "#seasons"
    return _sold(kept, window, category=names[place])


def _sold(kept: Kept, window: Window, **of: int | None) -> str:
    """Lead to the products sold to whom is chosen; of a large segment, to its buyers."""
    segment = kept.choice.segment_key
    if segment and sum(row["lines"] for row in kept.by_band) > MOST_LINES:
        return links.buyers(kept.choice.window, segment=segment)
    return links.products(window, segment=segment, **of)


def _from_to(months: list[date]) -> str:
    ends = dict.fromkeys(f"{month:%b %Y}" for month in (months[0], months[-1]))
    return " to ".join(ends)


def _stretch(months: list[date]) -> str:
    return f"{months[0]:%b} to {months[-1]:%b %Y}"


def _of_categories(rows: list[dict]) -> str:
    if not rows:
        return ""
    if rows[0]["Share"] is None:
        return "Returns outweigh what was bought"
    first = f"{_doing(rows[0]['Category'][0], 'bring')} {share(rows[0]['Share'])} of revenue"
    news = [
        row
        for row in rows
        if (row["Share"] or 0) >= LEAST_SHARE and row["Change"] and row["Change"] > 0
    ]
    if not news:
        return first
    best = max(news, key=lambda row: row["Change"])
    grows = _doing(best["Category"][0], "grow")
    return f"{first}; {grows} most ({change(best['Change'])})"


def _doing(name: str, verb: str) -> str:
    """Say what a category does, or products without one do."""
    return f"Products without a category {verb}" if name == NO_CATEGORY else f"{name} {verb}s"


def _of_seasons(labels: list, months: list, index: np.ndarray | None, net: np.ndarray) -> str:
    if index is None:
        return ""
    big = net.sum(axis=1) >= LEAST_SHARE * net.sum()
    seen = np.where(big[:, None], np.nan_to_num(index), 0)
    row, column = np.unravel_index(seen.argmax(), seen.shape)
    if seen[row, column] < PEAK:
        return "No month stands out in any of the larger categories"
    times = f"{seen[row, column]:.1f} times its mean month"
    return f"{_doing(labels[row], 'peak')} in {months[column]:%B}: {times}"


def _of_bands(rows: list[dict]) -> str:
    known = [row for row in rows if row["Share of revenue"] is not None]
    if not known:
        return "Returns outweigh what was bought"
    if ALL_ALIKE in (row["Price"][0] for row in known):
        return "Prices are too much alike to part into bands"
    best = max(known, key=lambda row: row["Share of revenue"])
    return f"{share(best['Share of revenue'])} of revenue comes from products at {best['Price'][0]}"
