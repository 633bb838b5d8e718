"""Lists of recommendations in any template: `{% similar_products product limit=8 %}`.

Other arguments are the API's parameters, read as it reads them; empty ones are not asked.
"""

from collections.abc import Iterable, Sequence

from django import template
from django.http import QueryDict
from django.template.context import Context
from rest_framework.exceptions import ValidationError

from customers.models import Customer
from products.models import Product
from recommendations.cards import heading_of, make_card, make_cards
from recommendations.parameters import (
    BesideParameters,
    ListParameters,
    PopularParameters,
    SimilarParameters,
)
from recommendations.queries.situations import Situation
from recommendations.services import serving
from recommendations.services.answers import Answer
from recommendations.services.basket_lists import basket_products
from recommendations.wishes import Wishes
from runs.rest import read_parameters

register = template.Library()


@register.inclusion_tag("recommendations/list.html", takes_context=True)
def similar_products(
    context: Context, product: Product | str, heading: str = "", **asked
) -> dict[str, object]:
    """Show what is like a product, given itself or its id."""
    here, wishes = _situation_of(product, "similar"), _wishes(asked, SimilarParameters)
    answer = here.product and serving.similar_products(here, wishes)
    return _list(context, answer, heading or (answer and heading_of(answer, here.product_type)))


@register.inclusion_tag("recommendations/list.html", takes_context=True)
def products_bought_together(
    context: Context, product: Product | str, heading: str = "Often bought with it", **asked
) -> dict[str, object]:
    """Show what is bought with a product, given itself or its id.

    Nothing is shown where no orders say so: other lists show what is like it, or popular.
    """
    here, wishes = _situation_of(product, "bought-together"), _wishes(asked, BesideParameters)
    answer = here.others and serving.products_bought_together(here, wishes)
    if answer and wishes.arm == "model" and not _has(answer, serving.TOGETHER):
        return {}
    return _list(context, answer, heading)


@register.inclusion_tag("recommendations/list.html", takes_context=True)
def for_customer(
    context: Context, customer: Customer | str, heading: str = "For you", **asked
) -> dict[str, object]:
    """Show what a customer's purchases speak for, given the customer or an id."""
    return _for(customer, "for-customer", context, heading, asked)


@register.inclusion_tag("recommendations/list.html", takes_context=True)
def buy_again(
    context: Context, customer: Customer | str, heading: str = "Buy again", **asked
) -> dict[str, object]:
    """Show what a customer may want to buy again, given the customer or an id."""
    return _for(customer, "buy-again", context, heading, asked)


@register.inclusion_tag("recommendations/list.html", takes_context=True)
def for_basket(
    context: Context, products: Sequence[Product | str], heading: str = "Goes well with it", **asked
) -> dict[str, object]:
    """Show what is bought with the products of a basket, given themselves or their ids."""
    ids = [_id_of(product) for product in products or ()]
    answer = basket_products(ids, _wishes(asked, PopularParameters))
    return _list(context, answer, heading)


@register.inclusion_tag("recommendations/list.html", takes_context=True)
def popular_products(
    context: Context, heading: str = "Popular in this shop", **asked
) -> dict[str, object]:
    """Show what most customers buy, which the heading says."""
    wishes = _wishes(asked, PopularParameters)
    answer = serving.popular_products(serving.find_situation(), wishes)
    in_shop = bool(context.get("in_shop"))
    cards = [make_card(place.product, in_shop=in_shop) for place in answer.places]
    return {"answer": answer, "cards": cards, "heading": heading}


def _for(
    customer: Customer | str, list_name: str, context: Context, heading: str, asked: dict
) -> dict[str, object]:
    # Imported when asked for, as it brings what scores are computed with.
    from recommendations.services import customer_lists

    wishes = _wishes(asked, PopularParameters)
    here = customer_lists.find_customer(_id_of(customer), list_name)
    answer = here.customer and customer_lists.LISTS[list_name](here, wishes)
    return _list(context, answer, heading)


def _wishes(asked: dict, form: type[ListParameters]) -> Wishes:
    """Read a tag's arguments; several values may come as a list."""
    query = QueryDict(mutable=True)
    for name, value in asked.items():
        is_list = isinstance(value, Iterable) and not isinstance(value, str)
        values = [str(one) for one in (value if is_list else [value]) if one not in (None, "")]
        if values:
            query.setlist(name, [",".join(values)] if name == "exclude" else values)
    try:
        return Wishes(**read_parameters(query, form))
    except ValidationError as refused:
        wrong = ", ".join(refused.detail)
        raise template.TemplateSyntaxError(f"Unknown or wrong for this list: {wrong}.") from None


def _has(answer: Answer, source: str) -> bool:
    return any(place.source == source for place in answer.places)


def _situation_of(product: Product | str, kind: str) -> Situation:
    return serving.find_situation(_id_of(product), kind)


def _id_of(named: Product | Customer | str | int | None) -> str:
    """Return the shop's id, which a template may know as a number; empty for nobody."""
    found = getattr(named, "external_id", named)
    return "" if found is None else str(found)


def _list(context: Context, answer: Answer | None, heading: str | None) -> dict[str, object]:
    if not answer:
        return {}
    cards = make_cards(answer, in_shop=bool(context.get("in_shop")))
    return {"answer": answer, "cards": cards, "heading": heading}
