"""Customers: found by name or segment, shown with what they bought and where they stand."""

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.views.main import ChangeList
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from customers import cells
from customers.admin import counted, customer_page, filters
from customers.admin.profile import reason_rows
from customers.insights.counted import Buyers
from customers.models import Customer, Membership
from customers.queries import pages
from customers.queries.audiences import in_no_audience
from customers.queries.clock import data_clock
from customers.queries.conditions import how_many
from customers.services.privacy import erase_customer, export_customer
from runs.cells import NOTHING, day, money, number
from runs.paging import EstimatedPaginator, UnknownLast
from runs.queries import IMPORT_LOCK, is_free


def segment_cell(stays: list[Membership]) -> SafeString | str:
    """Show a customer's segment, and whether it is a near thing."""
    if not stays:
        return NOTHING
    chip = cells.chip(stays[0].segment)
    hint = ' <small title="Nearly in another segment.">borderline</small>'
    return format_html("{}" + hint, chip) if stays[0].borderline else chip


def known_of(customer: Customer) -> list[str]:
    """Say who a customer is, beyond the name."""
    where = ", ".join(filter(None, [customer.country, customer.region]))
    named = str(customer) != customer.external_id
    since = f"customer since {day(customer.created_at)}" if customer.created_at else ""
    known = [named and customer.external_id, customer.is_guest and "guest", customer.email]
    return list(filter(None, [*known, where, since]))


def saving_facts(shown: ChangeList) -> dict:
    """Collect what a list of customers says of saving it as an audience."""
    address, unkept = filters.as_audience(shown.get_filters_params(), shown.query)
    if not shown.result_count or not (address or unkept):
        return {}
    left_out = in_no_audience(shown.queryset)
    saves = not unkept and left_out < shown.result_count
    return {"as_audience": address if saves else "", "unkept": unkept, "left_out": left_out}


@admin.register(Customer)
class CustomerAdmin(admin.ModelAdmin):
    """Customers come from the shop; staff look, they do not edit."""

    list_display = ("name", "segment", "orders", "spent", "last_order", "rfm", "country")
    number_columns = ("orders", "spent")
    list_filter = (
        filters.SegmentFilter,
        filters.AudienceFilter,
        filters.RfmFilter,
        filters.TierFilter,
        filters.LastOrderFilter,
        filters.CountryFilter,
        counted.BuyersFilter,
        counted.MoversFilter,
    )
    search_fields = ("external_id",)
    search_help_text = "Name, e-mail or id"
    list_per_page = 50
    show_full_result_count = False
    paginator = EstimatedPaginator
    empty_template = "admin/customers/customer/empty.html"
    actions = None
    ordering = ("-id",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Customer | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Customer | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        return pages.customers_with_segment()

    def get_paginator(
        self, request: HttpRequest, customers: QuerySet[Customer], *args, **options
    ) -> EstimatedPaginator:
        """Take the number of very many customers from the figure whose link led to them."""
        paginator = super().get_paginator(request, customers, *args, **options)
        buyers = Buyers.read(request.GET.get("bought", ""))
        is_alone = not set(request.GET) - {"bought", "o", "p"}
        if buyers and is_alone and (known := how_many(buyers)) >= paginator.EXACT_BELOW:
            paginator.count = known
        return paginator

    def get_search_results(
        self, request: HttpRequest, customers: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        return pages.named(customers, search_term), False

    @admin.display(ordering="last_name")
    def name(self, customer: Customer) -> SafeString:
        hint = customer.external_id if str(customer) != customer.external_id else ""
        hint = "guest" if customer.is_guest else hint
        return format_html("{} <small>{}</small>", customer, hint)

    @admin.display
    def segment(self, customer: Customer) -> SafeString | str:
        return segment_cell(customer.open_memberships)

    @admin.display(ordering=UnknownLast("total__order_count"))
    def orders(self, customer: Customer) -> str:
        return number(customer.total.order_count) if hasattr(customer, "total") else "0"

    @admin.display(ordering=UnknownLast("total__net"))
    def spent(self, customer: Customer) -> str:
        return (
            money(customer.total.net, customer.currency) if hasattr(customer, "total") else NOTHING
        )

    @admin.display(ordering=UnknownLast("total__last_order_at"))
    def last_order(self, customer: Customer) -> str:
        total = getattr(customer, "total", None)
        return day(total.last_order_at) if total and total.last_order_at else "never"

    @admin.display(description="RFM")
    def rfm(self, customer: Customer) -> str:
        return customer.open_scores[0].rfm_name if customer.open_scores else NOTHING

    def changelist_view(
        self, request: HttpRequest, extra_context: dict | None = None
    ) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        shown = getattr(response, "context_data", None) or {}
        if "cl" in shown and request.user.has_perm("customers.add_audience"):
            shown |= saving_facts(shown["cl"])
        return response

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict | None = None,
    ) -> HttpResponse:
        """Show one customer: the news first, then orders, then what is known."""
        customer = self.get_object(request, object_id)
        facts = self.facts(customer) if customer else {}
        return super().change_view(request, object_id, form_url, facts | (extra_context or {}))

    def facts(self, customer: Customer) -> dict:
        """Collect what the page of a customer shows."""
        from customers.services.segments.explaining import explain_customer  # slow to import

        orders = list(pages.orders_of(customer)[: customer_page.ORDERS_SHOWN + 1])
        shown = orders[: customer_page.ORDERS_SHOWN]
        explanation, as_of = explain_customer(customer), data_clock()
        stays, stay = list(pages.stays_of(customer)), next(iter(customer.open_memberships), None)
        total, without_rate = getattr(customer, "total", None), pages.without_rate(customer)
        left_out = orders[customer_page.ORDERS_SHOWN :]
        timeline = customer_page.timeline_of(customer, customer_page.whole_months(shown, left_out))
        return {
            "explanation": explanation,
            "reasons": reason_rows(explanation.why if explanation else [], customer.currency),
            "total": total,
            "without_rate": without_rate,
            "silent": customer_page.silence(total and total.last_order_at, as_of),
            "stay": stay,
            "in_none": "" if stay else customer_page.why_in_none(customer, without_rate, as_of),
            "score": next(iter(customer.open_scores), None),
            "scores": pages.scores_of(customer),
            "timeline": timeline,
            "latest_month": next((each for each in timeline if hasattr(each, "orders")), None),
            "strip": customer_page.strip_of(shown, stays, as_of),
            "favourites": customer_page.favourites_of(customer),
            "has_more_orders": bool(left_out),
            "as_of": as_of,
            "known_of": known_of(customer),
        }

    def get_urls(self) -> list:
        view = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/export/",
                view(require_POST(self.export)),
                name="customers_customer_export",
            ),
            path(
                "<int:pk>/recommendations/",
                view(self.recommendations),
                name="customers_customer_recommendations",
            ),
            path("<int:pk>/erase/", view(self.erase), name="customers_customer_erase"),
            *super().get_urls(),
        ]

    def recommendations(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what the shop shows a customer, inside their page or by itself."""
        customer = self.person(request, pk, "customers.view_customer")
        context = self.admin_site.each_context(request) | {
            "title": str(customer),
            "opts": self.opts,
            "original": customer,
            "is_part": "X-Part" in request.headers,
        }
        return TemplateResponse(request, "admin/customers/customer/recommendations.html", context)

    def export(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Hand out everything that is kept of a person."""
        customer = self.person(request, pk, "customers.export_customer")
        response = JsonResponse(
            export_customer(customer.external_id),
            json_dumps_params={"indent": 2, "ensure_ascii": False},
        )
        log_person(request, customer, "Exported all that is kept.")
        response["Content-Disposition"] = f'attachment; filename="customer-{customer.pk}.json"'
        response["Cache-Control"] = "private, no-store"
        return response

    def erase(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say what erasing removes, and do it when that is confirmed."""
        customer = self.person(request, pk, "customers.erase_customer")
        if request.method == "POST" and not is_free(IMPORT_LOCK):
            messages.error(request, "An import is under way; erase when it is done.")
        elif request.method == "POST":
            try:
                erase_customer(customer.external_id)
            except ImproperlyConfigured as problem:
                messages.error(request, f"Not erased. {problem}")
            else:
                log_person(request, customer, "Erased.")
                messages.success(request, "Erased: the sums stay, the person does not.")
            return redirect("admin:customers_customer_change", customer.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": "Erase this customer?",
            "opts": self.opts,
            "original": customer,
            **pages.traces_of(customer),
        }
        return TemplateResponse(request, "admin/customers/customer/erase.html", context)

    def person(self, request: HttpRequest, pk: int, permission: str) -> Customer:
        """Return a customer who was not erased, to who has this permission."""
        if not request.user.has_perm(permission):
            raise PermissionDenied
        return get_object_or_404(Customer, pk=pk, erased_at=None)


def log_person(request: HttpRequest, customer: Customer, message: str) -> None:
    """Note what staff did about a person, who is named by key only."""
    LogEntry.objects.create(
        user=request.user,
        content_type=ContentType.objects.get_for_model(Customer),
        object_id=customer.pk,
        object_repr=f"customer {customer.pk}",
        action_flag=CHANGE,
        change_message=message,
    )
