"""Rules of staff, written: every list follows them from its very next answer on."""

from collections.abc import Iterable
from dataclasses import replace

from django.db import transaction

from products.queries import bump_catalogue_version
from recommendations.models import Rule
from recommendations.queries.situations import Situation
from recommendations.rulings import Ruling

# After all rules there are: a draft has no number yet.
DRAFT = 2**62


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


def with_draft(here: Situation, rule: Rule, list_name: str) -> Situation:
    """Return a situation as if a rule held already; its dates do not count."""
    is_meant = (
        _is_for(rule, list_name)
        and rule.beside_id in (None, here.product)
        and rule.segment_id in (None, here.segment)
    )
    others = [ruling for ruling in here.rulings if ruling.id != rule.pk]
    return here._replace(rulings=[*others, ruling_of(rule)] if is_meant else others)


def _is_for(rule: Rule, list_name: str) -> bool:
    if rule.list or (rule.action, list_name) == (Rule.Action.PIN, Rule.List.AGAIN):
        return rule.list == list_name
    return True


def ruling_of(rule: Rule) -> Ruling:
    """Reduce a rule to what lists need to know."""
    ruling = Ruling(
        id=rule.pk or DRAFT,
        action=rule.action,
        within=rule.within,
        product=rule.product_id,
        category=rule.category,
        brand=rule.brand,
        attribute=rule.attribute,
    )
    return replace(ruling, position=rule.position or 0, factor=rule.factor or 1.0)
