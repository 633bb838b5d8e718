"""Handing customers out from a staff page, to those who may, with a record of it."""

from django.contrib import admin
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import QuerySet, Value
from django.http import HttpRequest, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from customers.exports import FORMATS
from customers.models import Export
from customers.queries.audiences import exports_of, sizes_of
from customers.services.exports import Source, begin_export
from runs.admin.seen import ListedOnly
from runs.cells import ago, number, pill

MAY_EXPORT = "customers.export_audience"
EXPORTS_SHOWN = 5
SOURCES = ("segment", "audience")


def export_response(request: HttpRequest, source: Source) -> StreamingHttpResponse:
    """Answer a press of Export with the file."""
    if not request.user.has_perm(MAY_EXPORT):
        raise PermissionDenied
    form = request.POST.get("format")
    if form not in FORMATS:
        raise BadRequest(f"There is no layout {form!r}.")
    _, lines = begin_export(
        source,
        form,
        everyone="everyone" in request.POST,
        requested_by=request.user.get_username(),
        user=request.user,
    )
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"{source.slug}-{form}-{timezone.localdate():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def export_facts(request: HttpRequest, source: Source, **of: object) -> dict:
    """Collect what a page says beside its export button."""
    may_export = request.user.has_perm(MAY_EXPORT)
    return {
        "may_export": may_export,
        "sizes": sizes_of(source.customers),
        "formats": FORMATS.values(),
        "exports": _latest(**of) if may_export else [],
    }


def _latest(**of: object) -> list[Export]:
    return list(exports_of(**of)[:EXPORTS_SHOWN])


@admin.register(Export)
class ExportAdmin(ListedOnly):
    """Who took which customers out, newest first."""

    list_display = ("what", "layout", "whom", "lines", "by", "when", "state")
    number_columns = ("lines",)
    list_filter = ("format", "everyone")
    empty_template = "admin/customers/export/empty.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Export]:
        """Note in each row which pages this person may open."""
        may_open = {
            f"opens_{kind}": Value(request.user.has_perm(f"customers.view_{kind}"))
            for kind in SOURCES
        }
        return super().get_queryset(request).annotate(**may_open)

    @admin.display(description="of")
    def what(self, export: Export) -> SafeString | str:
        for kind in SOURCES:
            pk = getattr(export, f"{kind}_id")
            if pk and getattr(export, f"opens_{kind}"):
                url = reverse(f"admin:customers_{kind}_change", args=[pk])
                return format_html('<a href="{}">{}</a>', url, export.source)
        return export.source

    @admin.display
    def layout(self, export: Export) -> str:
        return export.format

    @admin.display(description="who")
    def whom(self, export: Export) -> str:
        return "everyone" if export.everyone else "who agreed to marketing"

    @admin.display(description="customers")
    def lines(self, export: Export) -> str:
        return number(export.customers)

    @admin.display
    def by(self, export: Export) -> str:
        return export.requested_by

    @admin.display
    def when(self, export: Export) -> SafeString | str:
        return ago(export.started_at)

    @admin.display(description="status")
    def state(self, export: Export) -> SafeString:
        return pill("done") if export.finished_at else pill("broken off", "warn")
