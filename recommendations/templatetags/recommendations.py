"""Lists of recommendations in any template: `{% similar_products product limit=8 %}`."""

from django import template
from django.template.context import Context

from products.models import Product
from recommendations.cards import heading_of, make_card, make_cards
from recommendations.services import serving
from recommendations.wishes import Wishes

register = template.Library()


@register.inclusion_tag("recommendations/list.html", takes_context=True)
def similar_products(
    context: Context, product: Product | str, heading: str = "", **wishes
) -> dict[str, object]:
    """Show what is like a product, given itself or its id; takes the parameters of the API."""
    here = serving.find_situation(getattr(product, "external_id", product))
    if here.product is None:
        return {}
    answer = serving.similar_products(here, Wishes(**wishes))
    return {
        "answer": answer,
        "cards": make_cards(answer, in_shop=bool(context.get("in_shop"))),
        "heading": heading or heading_of(answer, here.product_type),
    }


@register.inclusion_tag("recommendations/list.html", takes_context=True)
def popular_products(
    context: Context, heading: str = "Popular in this shop", **wishes
) -> dict[str, object]:
    """Show what most customers buy, which the heading says; takes the parameters of the API."""
    answer = serving.popular_products(serving.find_situation(), Wishes(**wishes))
    in_shop = bool(context.get("in_shop"))
    cards = [make_card(place.product, in_shop=in_shop) for place in answer.places]
    return {"answer": answer, "cards": cards, "heading": heading}
