"""SQL of rules: when they begin and end, what they are about, what there is to be about."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from products.models import Product
from products.queries import in_category, of_brand
from recommendations.models import Rule
from recommendations.queries.judging import COLUMNS, IN_CATEGORY, about, category_values, value_of
from recommendations.queries.shop import ON_SALE
from recommendations.rulings import Ruling
from runs.copying import fetch

# After all rules there are: a draft has no number yet.
DRAFT = 2**62
# Products whose attributes are offered for comparison: the newest.
LOOKED_THROUGH = 1000


def period(state: str, now: datetime) -> int:
    """Say between which beginnings and ends of rules a moment lies.

    `state` is the catalogue's, which differs once a rule was written; so it is read once a state.
    """
    return bisect_right(boundaries(state), now)


@lru_cache(maxsize=4)
def boundaries(state: str) -> list[datetime]:
    """Return when rules begin or end, in order."""
    rows = fetch(
        """SELECT DISTINCT at FROM recommendations_rule,
            unnest(ARRAY[starts_at, ends_at]) AS at WHERE at IS NOT NULL ORDER BY at"""
    )
    return [at for (at,) in rows]


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


def products_of(rules: Iterable[Rule]) -> list[int]:
    """How many products on sale each rule is about, in order, by one statement.

    Where it compares with the product shown, these are the products it holds beside.
    """
    parts, values = [], {}
    for number, rule in enumerate(rules):
        test, more = _is_meant(rule, f"rule{number}")
        parts.append(
            f"SELECT {number}, count(*) FROM products_product AS p WHERE {ON_SALE} AND {test}"
        )
        values |= more
    return [count for _, count in sorted(fetch(" UNION ALL ".join(parts), values))] if parts else []


def _is_meant(rule: Rule, name: str) -> tuple[str, dict]:
    """Write down that a rule is about a product; the parameters are called after `name`."""
    ruling = ruling_of(rule)
    if rule.action not in (Rule.Action.SAME, Rule.Action.OTHER):
        return about(ruling, name)
    test = f"{value_of(ruling.attribute, name, 'p')} <> ''"
    if rule.within:
        test += f" AND {IN_CATEGORY.format(name=f'{name}_within')}"
    if rule.beside_id:
        test += f" AND p.id = %({name}_beside)s"
    values = {name: rule.attribute, f"{name}_beside": rule.beside_id}
    return test, values | category_values(f"{name}_within", rule.within)


class Names(NamedTuple):
    """What rules can be about, what most products have first."""

    brand: list[str]
    category: list[str]
    attribute: list[str]


def names() -> Names:
    """Every brand and category path there is, and the attributes of the newest products."""
    brands = fetch(
        """SELECT brand FROM products_product WHERE deleted_at IS NULL AND brand <> ''
            GROUP BY brand ORDER BY count(*) DESC, brand"""
    )
    paths = fetch(
        """SELECT product_type FROM products_product
            WHERE deleted_at IS NULL AND product_type <> ''
            GROUP BY product_type ORDER BY count(*) DESC, product_type"""
    )
    attributes = fetch(
        f"""SELECT DISTINCT jsonb_object_keys(attributes) AS name FROM (
            SELECT attributes FROM products_product WHERE deleted_at IS NULL
            ORDER BY id DESC LIMIT {LOOKED_THROUGH}) AS newest ORDER BY name"""
    )
    steps = [path.split(" > ") for (path,) in paths]
    found = [" > ".join(of[: n + 1]) for of in steps for n in range(len(of))]
    return Names(
        [brand for (brand,) in brands],
        list(dict.fromkeys(found)),
        [*COLUMNS, *(name for (name,) in attributes)],
    )


def is_known(kind: str, name: str) -> bool:
    """Say whether any product has this brand, category or attribute."""
    products = Product.objects.filter(deleted_at=None)
    if kind == "attribute":
        return name.lower() in COLUMNS or products.filter(attributes__has_key=name).exists()
    if kind == "category":
        return in_category(products, name).exists()
    return of_brand(products, name).exists()
