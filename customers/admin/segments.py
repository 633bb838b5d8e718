"""Segments: what they are like, how large, what to do for them; staff may rename and note."""

from collections.abc import Callable

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import OrderBy, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from customers import cells
from customers.admin import segment_page
from customers.admin.exporting import export_facts, export_response
from customers.admin.profile import profile_rows
from customers.models import Segment
from customers.queries import moves, pages
from customers.queries.clock import data_clock
from customers.services.exports import segment_source
from runs.cells import NOTHING, number
from runs.gates import REFUSE
from runs.models import Run
from runs.queries import published_run


def refused_by(run: Run | None) -> str:
    """Say why there are no segments by K-Means, where the RFM grid stands in for them."""
    gates = run.metrics.get("gates", []) if run and run.metrics.get("method") == "rfm" else []
    return next((gate["text"] for gate in gates if gate["level"] == REFUSE), "")


@admin.register(Segment)
class SegmentAdmin(admin.ModelAdmin):
    """The segments of the published run by falling median spend, retired ones after."""

    list_display = ("segment", "size", "trend", "customer_share", "sales_share", "meaning")
    number_columns = ("size", "trend")
    list_per_page = 50
    empty_template = "admin/customers/segment/empty.html"
    actions = None
    sortable_by = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Segment | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Segment]:
        return pages.segments_with_profile()

    def get_ordering(self, request: HttpRequest) -> tuple[OrderBy, ...]:
        return pages.SEGMENT_ORDER

    @admin.display
    def segment(self, segment: Segment) -> SafeString:
        return cells.chip(segment)

    @admin.display(description="customers")
    def size(self, segment: Segment) -> str:
        return NOTHING if segment.retired_run_id else number(segment.customers)

    @admin.display(description="in the last run")
    def trend(self, segment: Segment) -> SafeString | str:
        """Show came − went, leading to who they were; nothing in the first run, which only adds."""
        if self.changes is None:
            return NOTHING
        came, went = self.changes.get(segment.pk, (0, 0))
        if not came and not went:
            return NOTHING if segment.retired_run_id else "0"
        url = reverse("admin:customers_segment_change", args=[segment.pk])
        told = f"{number(came)} came, {number(went)} went"
        net = f"{'+' if came > went else ''}{number(came - went)}"
        return format_html('<a href="{}#moves" title="{}">{}</a>', url, told, net)

    @admin.display(description="of customers")
    def customer_share(self, segment: Segment) -> SafeString | str:
        return cells.share_with_bar(segment, segment.share)

    @admin.display(description="of revenue")
    def sales_share(self, segment: Segment) -> SafeString | str:
        return cells.share_with_bar(segment, segment.revenue_share)

    @admin.display(description="what it means")
    def meaning(self, segment: Segment) -> str:
        first, stop, _ = segment.description.partition(". ")
        return first + stop.strip()

    def changelist_view(
        self, request: HttpRequest, extra_context: dict | None = None
    ) -> HttpResponse:
        run = published_run("segments")
        facts = {"run": run, "refused": refused_by(run), "as_of": data_clock()}
        latest, *before = moves.runs_published(2) or [None]
        self.changes = moves.came_and_went(latest) if before else None
        return super().changelist_view(request, facts | (extra_context or {}))

    def get_fieldsets(self, request: HttpRequest, obj: Segment | None = None) -> list:
        """Show the words to those who may change them; others read them at the top."""
        may_write = self.has_change_permission(request, obj)
        return [("Your words for it", {"fields": ["staff_name", "note"] if may_write else []})]

    def response_post_save_change(self, request: HttpRequest, obj: Segment) -> HttpResponse:
        return redirect("admin:customers_segment_change", obj.pk)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict | None = None,
    ) -> HttpResponse:
        """Show one segment: its size, what sets it apart, who moved, what to do."""
        segment = self.get_object(request, object_id)
        facts = self.facts(request, segment) if segment else {}
        return super().change_view(request, object_id, form_url, facts | (extra_context or {}))

    def facts(self, request: HttpRequest, segment: Segment) -> dict:
        """Collect what the page of a segment shows at once."""
        run, currency = published_run("segments"), pages.shop_currency()
        own = next((each for each in pages.profiles_of(run) if each.segment == segment), None)
        steps = segment_page.steps_of(segment)
        looked_at = self.run_looked_at(request, steps)
        facts = {
            "run": run,
            "profile": own,
            "rows": profile_rows(own, currency) if own else [],
            "lead": own.description if own else segment.description,
            "steps": steps,
            "flow": segment_page.flow_of(steps),
            "looked_at": looked_at,
            "ways": segment_page.ways_of(segment, looked_at, currency) if looked_at else [],
        }
        source = segment_source(segment)
        return facts | (export_facts(request, source, segment=segment) if own else {})

    def run_looked_at(self, request: HttpRequest, steps: list[segment_page.Step]) -> Run | None:
        """Return the run whose moves are told: the one asked for, or the last that had any."""
        asked = request.GET.get("run")
        moved = [step.run for step in steps if step.came or step.went]
        return next((run for run in moved if str(run.pk) == asked), moved[0] if moved else None)

    def get_urls(self) -> list:
        views = {"map": self.map_view, "products": self.products_view}
        parts = [
            path(
                f"<int:pk>/{name}/",
                self.admin_site.admin_view(view),
                name=f"customers_segment_{name}",
            )
            for name, view in views.items()
        ]
        export = self.admin_site.admin_view(require_POST(self.export))
        return [
            *parts,
            path("<int:pk>/export/", export, name="customers_segment_export"),
            *super().get_urls(),
        ]

    def map_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show where the segment's customers lie among all, and the most typical of them."""
        return self.part(request, pk, "map", segment_page.map_of)

    def products_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what the segment buys."""
        return self.part(request, pk, "products", segment_page.bought_by)

    def part(self, request: HttpRequest, pk: int, name: str, tell: Callable) -> HttpResponse:
        """Show a part of the page that takes a moment: inside the page, or by itself."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        segment, run = get_object_or_404(Segment, pk=pk), published_run("segments")
        context = {
            **self.admin_site.each_context(request),
            **(tell(segment, run) if run else {}),
            "title": f"{segment}",
            "original": segment,
            "opts": self.opts,
            "is_part": "X-Part" in request.headers,
        }
        return TemplateResponse(request, f"admin/customers/segment/{name}.html", context)

    def export(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Hand the segment's customers out as a file."""
        return export_response(request, segment_source(get_object_or_404(Segment, pk=pk)))
