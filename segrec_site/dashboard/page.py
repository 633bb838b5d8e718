"""The admin's first page: how fresh all is, the last days, then the story of a choice of months."""

from collections.abc import Mapping
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from customers.models import InsightBuild, Order, Segment
from customers.queries import pages
from customers.queries.clock import data_clock
from customers.queries.insights import reading
from customers.queries.insights.reading import NONE
from runs import overview
from runs.models import Import
from segrec_site.dashboard import buyers, days, figures, sales, segments
from segrec_site.dashboard.charts import Chart
from segrec_site.dashboard.choice import Choice, choose, months_offered
from segrec_site.dashboard.kept import Kept, read_kept

STALE_AFTER_DAYS = 3
STORY = {
    "What sells": (sales.categories, sales.seasons),
    "Who buys": (buyers.concentration, buyers.newcomers),
    "Segments": (segments.sizes, segments.movement),
    "Prices": (sales.price_bands, segments.sensitivity),
}
# What charts lead to; links show to who may follow them.
LINKED = ("customers.customer", "customers.segment", "customers.order", "products.product")
LIBRARY = "echarts/echarts.min.js"


def page_of(request: HttpRequest) -> dict:
    """Collect what the page shows."""
    as_of, states, build = data_clock(), overview.kind_states(), reading.last_build()
    shown = {
        "is_dashboard": True,
        "as_of": as_of,
        "states": states,
        "is_live": any(state.active for state in states),
        "imports": Import.objects.all()[:3],
        "has_library": has_library(),
    }
    if as_of:
        behind = (timezone.localdate() - as_of.astimezone(settings.SHOP_ZONE).date()).days
        shown |= {"days_behind": behind, "is_stale": behind > STALE_AFTER_DAYS}
    if build:
        return shown | _told(build, request)
    return shown | {"is_being_summed": as_of and Order.objects.filter(pages.COUNTED).exists()}


def chart_of(asked: Mapping[str, str], key: str) -> Chart | None:
    """Return one chart of a choice; None where there is no such chart, or nothing kept."""
    build = reading.last_build()
    if not build:
        return None
    kept, pulse = _read(build, asked)
    return next((chart for chart in _charts(kept, pulse) if chart.key == key), None)


def has_library() -> bool:
    """Whether the charts' library was fetched; without it their tables are shown."""
    return any((Path(folder) / LIBRARY).exists() for folder in settings.STATICFILES_DIRS)


def _read(build: InsightBuild, asked: Mapping[str, str]) -> tuple[Kept, dict]:
    alive = list(pages.segments_alive())
    choice = choose(asked, build, alive)
    scope = str(choice.segment.pk) if choice.segment else choice.segment_key or "all"
    return read_kept(build, choice, alive), build.pulse.get(scope, days.NOTHING)


def _charts(kept: Kept, pulse: dict) -> list[Chart]:
    return [days.chart(kept, pulse)] + [make(kept) for charts in STORY.values() for make in charts]


def _told(build: InsightBuild, request: HttpRequest) -> dict:
    kept, pulse = _read(build, request.GET)
    closed = tuple(
        reverse(f"admin:{label.replace('.', '_')}_changelist")
        for label in LINKED
        if not request.user.has_perm("{}.view_{}".format(*label.split(".")))
    )
    return {
        "build": build,
        "choice": kept.choice,
        "filters": _filters(kept.choice, build, kept.segments),
        "pulse": figures.pulse_figures(kept, pulse),
        "pulse_chart": days.chart(kept, pulse).without_links_to(closed),
        "period": figures.period_figures(kept),
        "compared": "on the month before"
        if kept.choice.window.months == 1
        else "on the year before",
        "uncompared": "" if kept.choice.before else sales.uncompared(kept),
        "story": [
            (title, [make(kept).without_links_to(closed) for make in charts])
            for title, charts in STORY.items()
        ],
    }


def _filters(choice: Choice, build: InsightBuild, alive: list[Segment]) -> list[dict]:
    """Return menus of links to other choices: name, what is chosen, what there is."""
    months = choice.window.months
    return [
        _menu(
            "Period",
            [
                ("12 months", choice.address(months=12), months == 12),
                ("1 month", choice.address(months=1), months == 1),
            ],
        ),
        _menu(
            "To the end of",
            [
                (
                    f"{month:%B %Y}",
                    choice.address(until=f"{month:%Y-%m}"),
                    month == choice.window.until,
                )
                for month in months_offered(build)
            ],
        ),
        _menu(
            "Customers",
            [
                ("all", choice.address(segment=""), not choice.segment_key),
                *(
                    (str(each), choice.address(segment=each.key), each.key == choice.segment_key)
                    for each in alive
                ),
                ("in no segment", choice.address(segment=NONE), choice.segment_key == NONE),
            ],
        ),
    ]


def _menu(name: str, choices: list[tuple[str, str, bool]]) -> dict:
    chosen = next((text for text, _, is_chosen in choices if is_chosen), "")
    return {"name": name, "chosen": chosen, "choices": choices}
