"""Rules of staff, written: every list follows them from its very next answer on."""

from collections.abc import Iterable

from django.db import transaction

from products.queries import bump_catalogue_version
from recommendations.models import Rule
from recommendations.queries.rules import ruling_of
from recommendations.queries.situations import Situation

# Lists that stand beside one product, beside one or more, and those made for a customer.
BESIDE_A_PRODUCT = (Rule.List.SIMILAR, Rule.List.TOGETHER)
WITH_PRODUCTS = (*BESIDE_A_PRODUCT, Rule.List.BASKET)
FOR_CUSTOMERS = (Rule.List.CUSTOMER, Rule.List.AGAIN)


def save_rule(rule: Rule) -> None:
    """Write a rule, and make kept answers old."""
    with transaction.atomic():
        rule.save()
        bump_catalogue_version()


def delete_rules(rules: Iterable[Rule]) -> None:
    """Delete rules, and make kept answers old."""
    with transaction.atomic():
        for rule in rules:
            rule.delete()
        bump_catalogue_version()


def without(here: Situation, rule: Rule) -> Situation:
    """Return a situation as if there were no such rule."""
    return here._replace(rulings=[ruling for ruling in here.rulings if ruling.id != rule.pk])


def with_draft(here: Situation, rule: Rule, list_name: str) -> Situation:
    """Return a situation as if a rule held already; its dates do not count."""
    is_meant = (
        list_name in lists_of(rule)
        and (rule.beside_id is None or rule.beside_id in here.beside)
        and rule.segment_id in (None, here.segment)
    )
    here = without(here, rule)
    return here._replace(rulings=[*here.rulings, ruling_of(rule)]) if is_meant else here


def lists_of(rule: Rule) -> list[str]:
    """Return the lists a rule can hold for, by name.

    A pin for every list leaves out what to buy again, which shows what the customer bought.
    """
    lists = [rule.list] if rule.list else [*Rule.List.values]
    if rule.action == Rule.Action.PIN and not rule.list:
        lists.remove(Rule.List.AGAIN)
    if rule.action in (Rule.Action.SAME, Rule.Action.OTHER):
        lists = [name for name in lists if name in BESIDE_A_PRODUCT]
    if rule.beside_id:
        lists = [name for name in lists if name in WITH_PRODUCTS]
    if rule.segment_id:
        lists = [name for name in lists if name in FOR_CUSTOMERS]
    return lists
