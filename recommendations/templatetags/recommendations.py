"""Lists of recommendations in any template: `{% similar_products product limit=8 %}`."""

from collections.abc import Sequence

from django import template
from django.template.context import Context

from customers.models import Customer
from products.models import Product
from recommendations.cards import heading_of, make_card, make_cards
from recommendations.queries.situations import Situation
from recommendations.services import serving
from recommendations.services.answers import Answer
from recommendations.services.basket_lists import basket_products
from recommendations.wishes import Wishes

register = template.Library()


@register.inclusion_tag("recommendations/list.html", takes_context=True)
def similar_products(
    context: Context, product: Product | str, heading: str = "", **wishes
) -> dict[str, object]:
    """Show what is like a product, given itself or its id; takes the parameters of the API."""
    here = _situation_of(product, "similar")
    answer = here.product and serving.similar_products(here, Wishes(**wishes))
    return _list(context, answer, heading or (answer and heading_of(answer, here.product_type)))


@register.inclusion_tag("recommendations/list.html", takes_context=True)
def products_bought_together(
    context: Context, product: Product | str, heading: str = "Often bought with it", **wishes
) -> dict[str, object]:
    """Show what is bought with a product, given itself or its id; the API's parameters again.

    Nothing is shown where no orders say so: other lists show what is like it, or popular.
    """
    here = _situation_of(product, "bought-together")
    answer = here.others and serving.products_bought_together(here, Wishes(**wishes))
    return _list(context, answer, heading)


@register.inclusion_tag("recommendations/list.html", takes_context=True)
def for_customer(
    context: Context, customer: Customer | str, heading: str = "For you", **wishes
) -> dict[str, object]:
    """Show what a customer's purchases speak for, given the customer or an id."""
    return _for(customer, "for-customer", context, heading, wishes)


@register.inclusion_tag("recommendations/list.html", takes_context=True)
def buy_again(
    context: Context, customer: Customer | str, heading: str = "Buy again", **wishes
) -> dict[str, object]:
    """Show what a customer may want to buy again, given the customer or an id."""
    return _for(customer, "buy-again", context, heading, wishes)


@register.inclusion_tag("recommendations/list.html", takes_context=True)
def for_basket(
    context: Context, products: Sequence[str], heading: str = "Goes well with it", **wishes
) -> dict[str, object]:
    """Show what is bought with the products of a basket, given their ids."""
    return _list(context, basket_products(products, Wishes(**wishes)), heading)


@register.inclusion_tag("recommendations/list.html", takes_context=True)
def popular_products(
    context: Context, heading: str = "Popular in this shop", **wishes
) -> dict[str, object]:
    """Show what most customers buy, which the heading says; takes the parameters of the API."""
    answer = serving.popular_products(serving.find_situation(), Wishes(**wishes))
    in_shop = bool(context.get("in_shop"))
    cards = [make_card(place.product, in_shop=in_shop) for place in answer.places]
    return {"answer": answer, "cards": cards, "heading": heading}


def _for(
    customer: Customer | str, list_name: str, context: Context, heading: str, wishes: dict
) -> dict[str, object]:
    # Imported when asked for, as it brings what scores are computed with.
    from recommendations.services import customer_lists

    here = customer_lists.find_customer(getattr(customer, "external_id", customer), list_name)
    answer = here.customer and customer_lists.LISTS[list_name](here, Wishes(**wishes))
    return _list(context, answer, heading)


def _situation_of(product: Product | str, kind: str) -> Situation:
    return serving.find_situation(getattr(product, "external_id", product), kind)


def _list(context: Context, answer: Answer | None, heading: str | None) -> dict[str, object]:
    if not answer:
        return {}
    cards = make_cards(answer, in_shop=bool(context.get("in_shop")))
    return {"answer": answer, "cards": cards, "heading": heading}
