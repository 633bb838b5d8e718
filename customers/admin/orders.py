"""Orders: found by id or customer, shown with their lines."""

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from customers.admin.counted import CountedOrdersFilter, OrdersOfFilter
from customers.admin.filters import OrderedFilter
from customers.models import Order
from customers.queries import pages
from runs.cells import NOTHING, moment, money, number, pill
from runs.paging import EstimatedPaginator


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):
    """Orders come from the shop; staff look, they do not edit."""

    list_display = ("external_id", "ordered", "buyer", "state", "pieces", "returned_value", "value")
    number_columns = ("pieces", "returned_value", "value")
    list_filter = (OrderedFilter, "status", CountedOrdersFilter, OrdersOfFilter)
    list_select_related = ("customer",)
    search_fields = ("=external_id", "=customer__external_id")
    search_help_text = "Order or customer id"
    list_per_page = 50
    show_full_result_count = False
    paginator = EstimatedPaginator
    empty_template = "admin/customers/order/empty.html"
    actions = None
    ordering = ("-ordered_at", "-id")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        return False

    def get_search_results(
        self, request: HttpRequest, orders: QuerySet[Order], search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        """Take all that is typed for one id, which may hold blanks."""
        typed = search_term.strip()
        of_typed = Q(external_id__iexact=typed) | Q(customer__external_id__iexact=typed)
        return orders.filter(of_typed) if typed else orders, False

    @admin.display(ordering="ordered_at")
    def ordered(self, order: Order) -> str:
        return moment(order.ordered_at)

    @admin.display(description="customer")
    def buyer(self, order: Order) -> SafeString | str:
        if order.customer is None:
            return NOTHING
        url = reverse("admin:customers_customer_change", args=[order.customer_id])
        return format_html('<a href="{}">{}</a>', url, order.customer)

    @admin.display(description="status", ordering="status")
    def state(self, order: Order) -> SafeString:
        return pill(order.status)

    @admin.display(description="units")
    def pieces(self, order: Order) -> str:
        return number(order.units)

    @admin.display(description="returned")
    def returned_value(self, order: Order) -> str:
        return money(order.returned, order.currency) if order.returned else NOTHING

    @admin.display(description="net")
    def value(self, order: Order) -> str:
        return money(order.net, order.currency)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict | None = None,
    ) -> HttpResponse:
        """Show one order with its lines, which have a composite key and so no inline."""
        order = self.get_object(request, object_id)
        facts = {"lines": pages.lines_of(order)} if order else {}
        return super().change_view(request, object_id, form_url, facts | (extra_context or {}))
