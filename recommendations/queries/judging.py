"""SQL of what may be shown: one judgement for all sources, made anew for every answer.

So a product sold out or hidden a moment ago is gone from the very next one.
"""

import re
from typing import NamedTuple

from recommendations.queries.situations import Situation
from recommendations.rulings import HIDE, OTHER, SAME, Ruling
from recommendations.wishes import Wishes
from runs.parsing import joined_path

IN_CATEGORY = (
    "(lower(p.product_type) = lower(%({name})s)"
    " OR lower(p.product_type) LIKE lower(%({name}_below)s))"
)
# What a rule may compare beside attributes.
COLUMNS = {
    "brand": "{0}.brand",
    "category": "{0}.product_type",
    "top category": "split_part({0}.product_type, ' > ', 1)",
}


class Judgement(NamedTuple):
    """Expressions over a product `p`: the reason against it, empty if none; and that there is none.

    `values` are those of their parameters.
    """

    reason: str
    may_be_shown: str
    values: dict


def judge(here: Situation, wishes: Wishes) -> Judgement:
    """Write down what counts against a product, the weightiest first."""
    filters = {
        "lower(p.brand) = ANY(SELECT lower(unnest(%(brand)s::text[])))": wishes.brand,
        "lower(p.external_id) <> ALL(SELECT lower(unnest(%(exclude)s::text[])))": wishes.exclude,
        "p.price >= %(min_price)s": wishes.min_price is not None,
        "p.price <= %(max_price)s": wishes.max_price is not None,
        "p.price < %(price)s": wishes.price == "cheaper",
        "p.price > %(price)s": wishes.price == "dearer",
        "p.currency IN (%(currency)s, '')": wishes.price != "any" and here.currency,
        IN_CATEGORY.format(name="category"): wishes.category,
    }
    passes = " AND ".join(test for test, is_asked in filters.items() if is_asked) or "true"
    ruled, ruled_values = _against(here)
    cases = {
        " OR ".join(["NOT p.visible", "p.deleted_at IS NOT NULL", *ruled]): "hidden",
        "%(in_stock)s AND p.availability = 'out_of_stock'": "out_of_stock",
        "p.id = ANY(%(owned)s)": "purchased",
        "p.item_group_id = ANY(%(groups)s)": "same_group",
    }
    nothing_against = " AND ".join(f"({case}) IS NOT TRUE" for case in cases)
    cases[f"({passes}) IS NOT TRUE"] = "filtered"
    whens = " ".join(f"WHEN {case} THEN '{reason}'" for case, reason in cases.items())
    return Judgement(
        reason=f"CASE {whens} ELSE '' END",
        may_be_shown=f"p.id <> ALL(%(beside)s) AND {nothing_against} AND {passes}",
        values={
            "beside": here.beside,
            "groups": here.groups,
            "owned": [] if wishes.include_purchased else list(here.owned),
            "price": here.price,
            "currency": here.currency,
            "brand": list(wishes.brand),
            "exclude": list(wishes.exclude),
            "min_price": wishes.min_price,
            "max_price": wishes.max_price,
            "in_stock": wishes.in_stock,
            **category_values("category", wishes.category),
            **ruled_values,
        },
    )


def _against(here: Situation) -> tuple[list[str], dict]:
    """Write down what rules have against a product: that it is hidden, or not as the one shown."""
    tests, values = [], {}
    for number, ruling in enumerate(here.rulings):
        name = f"rule{number}"
        if ruling.action == HIDE:
            test, more = about(ruling, name)
            tests.append(test)
            values |= more
        elif ruling.action in (SAME, OTHER) and here.product:
            mine, shown = (value_of(ruling.attribute, name, table) for table in ("p", "s"))
            shown = f"(SELECT {shown} FROM products_product AS s WHERE s.id = %(shown)s)"
            differs = "IS DISTINCT FROM" if ruling.action == SAME else "="
            tests.append(f"{shown} <> '' AND {mine} {differs} {shown}")
            values |= {name: ruling.attribute, "shown": here.product}
    return tests, values


def about(ruling: Ruling, name: str) -> tuple[str, dict]:
    """Write down that a rule is about a product; the parameters are called after `name`."""
    if ruling.product is not None:
        return f"p.id = %({name})s", {name: ruling.product}
    if ruling.category:
        return IN_CATEGORY.format(name=name), category_values(name, ruling.category)
    return f"lower(p.brand) = lower(%({name})s)", {name: ruling.brand}


def value_of(attribute: str, name: str, table: str) -> str:
    """Write down the value of an attribute that a rule names."""
    column = COLUMNS.get(attribute.lower(), "{0}.attributes ->> %({1})s")
    return f"lower({column.format(table, name)})"


def category_values(name: str, path: str) -> dict[str, str]:
    """Return the values `IN_CATEGORY` needs: the path as it is stored, and what is below it."""
    stored = joined_path(path) or path
    return {name: stored, f"{name}_below": f"{like(stored)} > %"}


def like(text: str) -> str:
    """Escape a text for LIKE."""
    return re.sub(r"([\\%_])", r"\\\1", text)
