"""Segments: what they are like, how large, what to do for them; staff may rename and note."""

from django.contrib import admin
from django.db.models import OrderBy, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from customers import cells
from customers.admin.profile import profile_rows
from customers.models import Segment
from customers.queries import pages
from customers.queries.clock import data_clock
from runs.cells import NOTHING, number
from runs.queries import published_run


@admin.register(Segment)
class SegmentAdmin(admin.ModelAdmin):
    """The segments of the published run by falling mean spend, retired ones after."""

    list_display = ("segment", "size", "customer_share", "sales_share", "meaning")
    number_columns = ("size",)
    list_per_page = 50
    empty_template = "admin/customers/segment/empty.html"
    actions = None
    sortable_by = ()
    fieldsets = (("Your words for it", {"fields": ("staff_name", "note")}),)

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
        facts = {"run": published_run("segments"), "as_of": data_clock()}
        return super().changelist_view(request, facts | (extra_context or {}))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict | None = None,
    ) -> HttpResponse:
        """Show one segment: its size, what sets it apart, who moved, what to do."""
        segment = self.get_object(request, object_id)
        facts = self.facts(segment) if segment else {}
        return super().change_view(request, object_id, form_url, facts | (extra_context or {}))

    def facts(self, segment: Segment) -> dict:
        """Collect what the page of a segment shows."""
        run = published_run("segments")
        profiles = pages.profiles_of(run)
        own = next((each for each in profiles if each.segment_id == segment.pk), None)
        return {
            "run": run,
            "profile": own,
            "rows": profile_rows(own, profiles, pages.shop_currency()) if own else [],
            "moves": pages.moves_of(segment, run) if run else [],
            "lead": own.description if own else segment.description,
        }
