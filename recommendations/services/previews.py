"""A rule not kept yet -> an example of each list it is for -> that list without it and with it."""

from collections.abc import Callable
from dataclasses import dataclass

from customers.models import Customer
from products.models import Product
from recommendations.models import Rule
from recommendations.queries import examples
from recommendations.queries.situations import Situation
from recommendations.services import basket_lists, customer_lists, serving
from recommendations.services.answers import Answer
from recommendations.services.rules import FOR_CUSTOMERS, WITH_PRODUCTS, lists_of, with_draft
from recommendations.services.rules import without as without_rule
from recommendations.wishes import Wishes

PLACES = 12
Make = Callable[[Situation, Wishes], Answer]


@dataclass(frozen=True)
class Preview:
    """A list as it is without a rule and with it, beside a product or for a customer."""

    list: str
    product: Product | None
    customer: Customer | None
    without: Answer
    with_it: Answer


def previews_of(
    rule: Rule, product: Product | None = None, customer: Customer | None = None
) -> list[Preview]:
    """Return what a rule does to each list it can hold for; its dates do not count.

    Lists are shown beside this product and for this customer, or, where none is named, where the
    rule is likely to change something. A list that has no example is left out.
    """
    beside = product or examples.product_beside(rule)
    previews = []
    for name in lists_of(rule):
        whom = _customer(rule, name, customer) if name in FOR_CUSTOMERS else None
        shown = beside if name in WITH_PRODUCTS else None
        if not (shown or whom or name == Rule.List.POPULAR):
            continue
        here, make = _read(name, shown, whom)
        wishes = Wishes(limit=PLACES, category="" if shown else rule.within)
        without = make(without_rule(here, rule), wishes)
        with_it = make(with_draft(here, rule, name), wishes)
        previews.append(Preview(name, shown, whom, without, with_it))
    return previews


def _customer(rule: Rule, name: str, asked: Customer | None) -> Customer | None:
    """Return whom a list is shown for; what to buy again, for who bought what the rule names."""
    if asked:
        return asked
    if (
        name == Rule.List.AGAIN
        and (bought := examples.most_bought(examples.products_about(rule)))
        and (found := examples.typical_customer(rule.segment, bought))
    ):
        return found
    return examples.typical_customer(rule.segment)


def _read(name: str, product: Product | None, customer: Customer | None) -> tuple[Situation, Make]:
    """Return what a list follows from, and what makes it of that."""
    if customer:
        return customer_lists.find_customer(customer.external_id, name), customer_lists.LISTS[name]
    if name == Rule.List.POPULAR:
        return serving.find_situation(), serving.popular_products
    if name == Rule.List.BASKET:
        here, basket = basket_lists.find_basket([product.external_id])
        return here, lambda here, wishes: basket_lists.goes_with(here, basket, wishes)
    return serving.find_situation(product.external_id, name), serving.LISTS[name]
