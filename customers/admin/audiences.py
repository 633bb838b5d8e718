"""Audiences: customers by conditions, counted as they are chosen, exported by those who may."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.forms import Script
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from customers.admin.audience_form import SEVERAL, SINGLE, AudienceForm
from customers.admin.exporting import export_facts, export_response
from customers.audiences import Criteria, whole_words
from customers.conditions import said
from customers.models import Audience
from customers.queries import audiences as queries
from customers.queries import pages
from customers.queries.clock import data_clock
from customers.queries.conditions import is_kept
from customers.services.exports import audience_source
from runs.cells import ago, number


@admin.register(Audience)
class AudienceAdmin(admin.ModelAdmin):
    """Audiences by name; who is in one is found anew whenever it is looked at."""

    form = AudienceForm
    list_display = ("name", "who", "size", "changed")
    number_columns = ("size",)
    search_fields = ("name",)
    list_per_page = 50
    empty_template = "admin/customers/audience/empty.html"
    add_words = "New audience"
    show_full_result_count = False
    actions = None
    sortable_by = ("name",)

    class Media:
        js = [Script("segrec/audiences.js", defer=True)]

    @admin.display
    def who(self, audience: Audience) -> str:
        return whole_words(audience.conditions, self.segment_names)

    @admin.display(description="customers")
    def size(self, audience: Audience) -> SafeString:
        url = reverse("admin:customers_audience_count", args=[audience.pk])
        return format_html('<span data-count="{}">{}</span>', url, number(audience.customers))

    @admin.display
    def changed(self, audience: Audience) -> SafeString | str:
        return ago(audience.updated_at)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict | None = None
    ) -> HttpResponse:
        self.segment_names = pages.segment_names()
        return super().changelist_view(request, extra_context)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict:
        """Take conditions from the address, as the list of customers hands them over."""
        given = {name: request.GET.getlist(name) for name in SEVERAL}
        return given | {name: request.GET.get(name) for name in (*SINGLE, "name")}

    def get_fieldsets(self, request: HttpRequest, obj: Audience | None = None) -> list:
        """Hide the form from those who may only look."""
        may_write = self.has_change_permission(request, obj) or obj is None
        fields = ["name", *SEVERAL, *SINGLE] if may_write else []
        return [(None, {"fields": fields})]

    def save_model(self, request: HttpRequest, obj: Audience, form: AudienceForm, change: bool):
        obj.criteria = form.criteria.to_json()
        obj.customers = queries.customers_of(obj.conditions).count()
        obj.counted_at = timezone.now()
        if not change:
            obj.created_by = request.user
        super().save_model(request, obj, form, change)

    def response_post_save_add(self, request: HttpRequest, obj: Audience) -> HttpResponse:
        """Go on with the audience itself: it is there to be exported."""
        return self.response_post_save_change(request, obj)

    def response_post_save_change(self, request: HttpRequest, obj: Audience) -> HttpResponse:
        return redirect("admin:customers_audience_change", obj.pk)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict | None = None,
    ) -> HttpResponse:
        """Show one audience: who it is, how many of them, how to hand it out."""
        audience = self.get_object(request, object_id)
        facts = self.facts(request, audience) if audience else {}
        return super().change_view(request, object_id, form_url, facts | (extra_context or {}))

    def render_change_form(self, request: HttpRequest, context: dict, **how) -> HttpResponse:
        """Tell the form's template which fields take several values."""
        context |= {"several": SEVERAL, "single": SINGLE, "as_of": data_clock()}
        return super().render_change_form(request, context, **how)

    def facts(self, request: HttpRequest, audience: Audience) -> dict:
        """Collect what the page of an audience shows."""
        facts = export_facts(request, audience_source(audience), audience=audience)
        criteria, names = audience.conditions, pages.segment_names()
        gone = [said(each, names) for each in criteria.listed if not is_kept(each)]
        sizes = facts["sizes"]
        share = sizes.agreed / sizes.customers if sizes.customers else None
        lead = f"{whole_words(criteria, names)}."
        return facts | {"lead": lead, "agreed_share": share, "gone": gone}

    def get_urls(self) -> list:
        view = self.admin_site.admin_view
        return [
            path("count/", view(self.count_chosen), name="customers_audience_count_chosen"),
            path("<int:pk>/count/", view(self.count_saved), name="customers_audience_count"),
            path(
                "<int:pk>/export/",
                view(require_POST(self.export)),
                name="customers_audience_export",
            ),
            *super().get_urls(),
        ]

    def count_chosen(self, request: HttpRequest) -> JsonResponse:
        """Count who meets the conditions in the address, while they are being chosen."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = AudienceForm(request.GET)
        wrong = [" ".join(said) for name, said in form.errors.items() if name != "name"]
        if wrong:
            return JsonResponse({"problem": " ".join(wrong)})
        return JsonResponse(counted(form.criteria, form.segment_names))

    def count_saved(self, request: HttpRequest, pk: int) -> JsonResponse:
        """Count an audience now."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return JsonResponse(counted(get_object_or_404(Audience, pk=pk).conditions))

    def export(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Hand the audience out as a file."""
        return export_response(request, audience_source(get_object_or_404(Audience, pk=pk)))


def counted(criteria: Criteria, segment_names: dict[str, str] | None = None) -> dict[str, str]:
    """Count customers; return what a page shows of it."""
    sizes = queries.sizes_of(queries.customers_of(criteria))
    return {
        "customers": number(sizes.customers),
        "agreed": number(sizes.agreed),
        "reachable": number(sizes.agreed_with_email),
        "words": whole_words(criteria, segment_names),
    }
