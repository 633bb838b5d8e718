"""The catalogue for staff: found by title or id, edited through the catalogue's services."""

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from products import services
from products.imports import COLUMNS
from products.models import Product
from runs.cells import money, pill
from runs.files.ndjson import cell_text
from runs.imports import ImportUnderWay, in_turn
from runs.imports.checking import Readers, check
from runs.paging import EstimatedPaginator, UnknownLast
from runs.parsing import Forms

# Filters that apps above add, which the catalogue knows nothing of.
MORE_FILTERS: list = []


def pictured(title: str, link: str) -> SafeString | str:
    """Show a small image beside a title; it is loaded only when it comes into sight."""
    if not link:
        return title
    return format_html(
        '<span class="pictured"><img class="thumb" src="{}" alt="" loading="lazy" width="28"'
        ' height="35"><span>{}</span></span>',
        link,
        title,
    )


class ProductForm(forms.ModelForm):
    """Takes what an imported row may hold, by the same rules."""

    def clean(self) -> None:
        super().clean()
        rules = Readers(COLUMNS, Forms(zone=settings.SHOP_ZONE), for_copy=False)
        changed = self.cleaned_data.keys() & set(self.changed_data)
        cells = {name: [cell_text(self.cleaned_data[name])] for name in changed}
        for problem in check(cells, rules).problems:
            self.add_error(problem.column, f"This {problem.reason}.")
        if not self.errors:
            self._wait_for_imports()

    def _wait_for_imports(self) -> None:
        """Take the turn to write, kept until the page's transaction ends, or say who has it."""
        try:
            with in_turn():
                pass
        except ImportUnderWay as problem:
            self.add_error(None, str(problem))


class FoundByTitleOrId(admin.ModelAdmin):
    """Products are found by words of their title, or by their id, which may hold blanks."""

    search_fields = ("title", "external_id__iexact")
    search_help_text = "Title or id"

    def get_search_results(
        self, request: HttpRequest, products: QuerySet[Product], search_term: str
    ) -> tuple[QuerySet[Product], bool]:
        found, may_repeat = super().get_search_results(request, products, search_term)
        typed = search_term.strip()
        if " " in typed:
            found |= products.filter(external_id__iexact=typed)
        return found, may_repeat


@admin.register(Product)
class ProductAdmin(FoundByTitleOrId):
    """What the shop sells, or once sold."""

    form = ProductForm
    list_display = ("product", "external_id", "product_type", "brand", "cost", "stock", "shown")
    number_columns = ("cost",)
    list_filter = ("availability", "visible", ("category", admin.RelatedOnlyFieldListFilter))
    list_per_page = 50
    show_full_result_count = False
    paginator = EstimatedPaginator
    empty_template = "admin/products/product/empty.html"
    actions = None
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("title", "description", "product_type", "brand")}),
        ("Offer", {"fields": ("price", "currency", "availability", "visible")}),
        ("Links", {"fields": ("link", "image_link")}),
        ("Identity", {"fields": ("external_id", "item_group_id", "gtin", "attributes")}),
    )
    readonly_fields = ("external_id", "attributes")

    def get_list_filter(self, request: HttpRequest) -> tuple:
        return (*self.list_filter, *MORE_FILTERS)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Product | None = None) -> bool:
        """What is off sale for good comes back by a file or by the API alone."""
        on_sale = obj is None or obj.deleted_at is None
        return on_sale and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Product | None = None) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: Product, form: forms.ModelForm, change: bool
    ) -> None:
        """Write through the service, so that neighbours and kept answers follow."""
        names = {"title", "visible", *form.changed_data}
        row = {name: form.cleaned_data[name] for name in names}
        services.upsert_products([{"id": obj.external_id} | row])

    @admin.display(ordering="title")
    def product(self, product: Product) -> SafeString | str:
        return pictured(product.title, product.image_link)

    @admin.display(description="price", ordering=UnknownLast("price"))
    def cost(self, product: Product) -> str:
        return money(product.price, product.currency)

    @admin.display(description="stock", ordering="availability")
    def stock(self, product: Product) -> SafeString:
        return pill(product.availability)

    @admin.display(description="shown")
    def shown(self, product: Product) -> SafeString | str:
        if product.deleted_at:
            return pill("off sale", "bad")
        return "" if product.visible else pill("hidden", "warn")
