"""Products with what is recommended beside them: the very lists that shoppers get, explained."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from products.admin import FoundByTitleOrId, pictured
from products.models import Product
from recommendations.admin.rules import in_words, reach
from recommendations.cards import make_card, make_cards
from recommendations.queries import pages
from recommendations.services import serving
from recommendations.wishes import Wishes
from runs.cells import money, number, pill
from runs.paging import EstimatedPaginator, UnknownLast

SHOWN = 24
LISTS = [
    ("Similar products", serving.SIMILAR, "similar", serving.similar_products),
    ("Bought together", serving.TOGETHER, "bought-together", serving.products_bought_together),
]


class RecommendedProduct(Product):
    """A product, seen by what is recommended beside it."""

    class Meta:
        proxy = True
        verbose_name = "product's recommendations"
        verbose_name_plural = "recommendations"


class NeighboursFilter(admin.SimpleListFilter):
    """By whether a product has a stored list."""

    title, parameter_name = "similar products", "similar"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        return [("none", "none stored"), ("some", "some stored")]

    def queryset(self, request: HttpRequest, products: QuerySet) -> QuerySet:
        if self.value() not in ("none", "some"):
            return products
        return pages.with_neighbours(products, self.value() == "some")


@admin.register(RecommendedProduct)
class RecommendedProductAdmin(FoundByTitleOrId):
    """Products for sale, each leading to its lists."""

    list_display = ("product", "external_id", "product_type", "cost", "stock", "similar", "bought")
    number_columns = ("cost", "similar", "bought")
    list_filter = (NeighboursFilter, "availability")
    list_per_page = 50
    show_full_result_count = False
    paginator = EstimatedPaginator
    empty_template = "admin/products/product/empty.html"
    actions = None
    ordering = ("-id",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Product | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Product | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return pages.recommended_products(super().get_queryset(request))

    @admin.display(ordering="title")
    def product(self, product: RecommendedProduct) -> SafeString | str:
        return pictured(product.title, make_card(product).image)

    @admin.display(description="price", ordering=UnknownLast("price"))
    def cost(self, product: RecommendedProduct) -> str:
        return money(product.price, product.currency)

    @admin.display(ordering="availability")
    def stock(self, product: RecommendedProduct) -> SafeString:
        return pill(product.availability)

    @admin.display(description="similar ones")
    def similar(self, product: RecommendedProduct) -> str:
        return number(product.neighbour_count or 0)

    @admin.display(description="buyers, 90 days")
    def bought(self, product: RecommendedProduct) -> str:
        return number(product.buyers_90_days or 0)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict | None = None,
    ) -> HttpResponse:
        """Show what a shopper is shown beside this product, with each score's terms."""
        product = self.get_object(request, object_id)
        facts = self.facts(product) if product else {}
        return super().change_view(request, object_id, form_url, facts | (extra_context or {}))

    def facts(self, product: RecommendedProduct) -> dict:
        """Collect what the page shows."""
        wishes = Wishes(limit=SHOWN, explain=True)
        lists = []
        for title, source, kind, make in LISTS:
            here = serving.find_situation(product.external_id, kind)
            if here.product:
                answer = make(here, wishes)
                tiles = zip(make_cards(answer), answer.places, strict=True)
                shown = {"title": title, "source": source, "kind": kind, "answer": answer}
                lists.append(shown | {"tiles": list(tiles)})
        return {
            "lists": lists,
            "card": make_card(product),
            "rules": [(rule, in_words(rule), reach(rule)) for rule in pages.rules_at(product)],
        }
