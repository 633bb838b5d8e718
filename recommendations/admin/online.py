"""Online results: what came of the lists shoppers saw, and whether the model earns its place."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from customers.models import Segment
from customers.queries.pages import shop_currency
from recommendations.models import Event
from recommendations.online import LEAST_UNITS, Estimate
from recommendations.queries.online import CREDITED_FOR, has_events
from recommendations.services.online import Line, kept_report
from runs.admin.seen import ListedOnly
from runs.cells import share

PERIODS = (7, 28, 90)
USUAL = 28


@admin.register(Event)
class OnlineResults(ListedOnly):
    """One page in place of a list: events are many, and only their sums say something."""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict | None = None
    ) -> HttpResponse:
        """Show the report of some days."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked = request.GET.get("days", "")
        days = int(asked) if asked in map(str, PERIODS) else USUAL
        context = self.admin_site.each_context(request) | {
            "title": "Online results",
            "opts": self.opts,
            "days": days,
            "periods": PERIODS,
            "credited_days": CREDITED_FOR.days,
            "currency": shop_currency(),
        }
        if has_events():
            context |= self.facts(days)
        return TemplateResponse(request, "admin/recommendations/event/report.html", context)

    def facts(self, days: int) -> dict:
        """Collect what the page shows."""
        report = kept_report(days)
        comparison, holdout = next(iter(report.comparisons), None), report.overall.get("baseline")
        faces = {segment.key: segment for segment in Segment.objects.all()}
        return {
            "report": report,
            "model": report.overall.get("model"),
            "holdout": holdout,
            "comparison": comparison,
            "fewest": LEAST_UNITS,
            "finding": _finding(comparison.clicks if comparison else holdout and Estimate(None)),
            "most": _reach(report.sources + report.segments),
            "segments": [(faces.get(line.name), line) for line in report.segments],
        }


def _finding(clicks: Estimate | None) -> str:
    """Say what the comparison of the arms comes to."""
    if clicks is None:
        return "Nobody is held out, so nothing says what the model brings"
    if not clicks.is_sure:
        return "Too few were held out to tell what the model brings"
    if clicks.low <= 0 <= clicks.high:
        return "Between the model and the hold-out no difference in clicks can be told"
    way = "more" if clicks.value > 0 else "less"
    return f"The model’s lists are clicked on {share(abs(clicks.value))} {way} than the hold-out’s"


def _reach(lines: list[Line]) -> float:
    """Return the highest click rate that the page's whiskers must have room for."""
    return max((_top(line.rates.clicks) for line in lines), default=0) or 1


def _top(rate: Estimate) -> float:
    return rate.high if rate.is_sure else rate.value or 0
