"""The slow plain way to an answer: the contract's sentences, one product at a time."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import prod

from products.models import Product
from recommendations.models import Rule
from recommendations.wishes import Wishes

REASONS = ["hidden", "out_of_stock", "purchased", "same_group", "filtered"]


@dataclass
class Scene:
    """What a list follows from: buyers are (in 90 days, ever) by key, sources scores by key."""

    catalogue: list[Product]
    sources: dict[str, dict[int, float]]
    buyers: dict[int, tuple[int, int]]
    beside: list[Product] = field(default_factory=list)
    near: str = ""
    of_segment: dict[int, tuple[int, int]] = field(default_factory=dict)
    owned: set[int] = field(default_factory=set)
    rules: list[Rule] = field(default_factory=list)
    is_filled: bool = True
    is_basket: bool = False


def expected_answer(scene: Scene, wishes: Wishes) -> tuple[list[tuple[str, str]], dict[str, int]]:
    """Return [(id, source)] and what was removed."""
    removed, groups = dict.fromkeys(REASONS, 0), set()
    seen = {product.pk for product in scene.beside}

    def takes(product: Product, score: float | None = None) -> bool:
        if product.pk in seen:
            return False
        seen.add(product.pk)
        reason = _reason(product, scene, score, groups, wishes)
        if reason:
            removed[reason] += 1
        elif product.item_group_id and wishes.one_per_group:
            groups.add(product.item_group_id)
        return not reason

    pinned = {place: product for place, product in _pins(scene, wishes) if takes(product)}
    walked = []
    for source, product in _chain(scene, wishes):
        if len(walked) + len(pinned) == wishes.limit:
            break
        if takes(product, scene.sources.get(source, {}).get(product.pk)):
            walked.append((product.external_id, source))
    results = []
    for place in range(1, wishes.limit + 1):
        if place in pinned:
            results.append((pinned[place].external_id, "pinned"))
        elif walked:
            results.append(walked.pop(0))
    return results, removed


def _rules(scene: Scene, wishes: Wishes, *actions: str) -> list[Rule]:
    """Return the rules for this list, the oldest first."""
    shown = [product.pk for product in scene.beside]
    return [
        rule
        for rule in sorted(scene.rules, key=lambda rule: rule.pk)
        if rule.action in actions
        and (rule.beside_id is None or rule.beside_id in shown)
        and (
            not rule.within
            or any(path and _is_below(path, rule.within) for path in (scene.near, wishes.category))
        )
    ]


def _pins(scene: Scene, wishes: Wishes) -> list[tuple[int, Product]]:
    products = {product.pk: product for product in scene.catalogue}
    shown = [product.pk for product in scene.beside]
    places: dict[int, int] = {}
    for rule in sorted(_rules(scene, wishes, "pin"), key=lambda rule: (rule.position, rule.pk)):
        place = rule.position
        while place in places:
            place += 1
        if place <= wishes.limit and rule.product_id not in places.values():
            places[place] = rule.product_id
    return [(place, products[key]) for place, key in sorted(places.items()) if key not in shown]


def _is_about(rule: Rule, product: Product) -> bool:
    if rule.product_id:
        return rule.product_id == product.pk
    if rule.category:
        return _is_in(product, rule.category)
    return rule.brand.lower() == product.brand.lower()


def _factor(product: Product, scene: Scene, wishes: Wishes) -> float:
    rules = [rule for rule in _rules(scene, wishes, "boost") if _is_about(rule, product)]
    return prod(rule.factor for rule in rules)


def _is_ruled_out(product: Product, scene: Scene, wishes: Wishes) -> bool:
    if any(_is_about(rule, product) for rule in _rules(scene, wishes, "hide")):
        return True
    if scene.is_basket or not scene.beside:
        return False
    for rule in _rules(scene, wishes, "same", "other"):
        shown, mine = (_value(p, rule.attribute) for p in (scene.beside[0], product))
        if shown and (shown == mine) != (rule.action == "same"):
            return True
    return False


def _value(product: Product, attribute: str) -> str:
    known = {"brand": product.brand, "category": product.product_type}
    return known.get(attribute, product.attributes.get(attribute, "")).lower()


def _chain(scene: Scene, wishes: Wishes) -> Iterator[tuple[str, Product]]:
    for source, scores in scene.sources.items() if wishes.arm == "model" else ():
        boosted = {
            p: scores[p.pk] * _factor(p, scene, wishes) ** (1 if scores[p.pk] > 0 else -1)
            for p in scene.catalogue
            if p.pk in scores
        }
        found = sorted(boosted, key=lambda p: (-boosted[p], p.external_id.lower()))
        yield from ((source, product) for product in found)
    if wishes.min_score >= 0 or not scene.is_filled:
        return
    popular = _by_buyers(scene.catalogue, scene.buyers, scene, wishes)
    if scene.near:
        own = [product for product in popular if _is_in(product, scene.near)]
        yield from (("popular_in_category", product) for product in own)
    bought = [p for p in scene.catalogue if p.pk in scene.of_segment and wishes.arm == "model"]
    yield from (
        ("popular_in_segment", p) for p in _by_buyers(bought, scene.of_segment, scene, wishes)
    )
    yield from (("popular", product) for product in popular)


def _by_buyers(
    products: list[Product], buyers: dict[int, tuple[int, int]], scene: Scene, wishes: Wishes
) -> list[Product]:
    def count(product: Product) -> list[float]:
        factor = _factor(product, scene, wishes)
        return [number * factor for number in buyers.get(product.pk, (0, 0))]

    ordered = sorted(products, key=lambda p: p.external_id.lower())
    ordered.sort(key=lambda p: p.created_at, reverse=True)
    ordered.sort(key=count, reverse=True)
    return ordered


def _is_in(product: Product, path: str) -> bool:
    return _is_below(product.product_type, path)


def _is_below(path: str, above: str) -> bool:
    steps, first = ([s.strip().lower() for s in p.split(">")] for p in (path, above))
    return steps[: len(first)] == first


def _reason(
    product: Product, scene: Scene, score: float | None, groups: set[str], wishes: Wishes
) -> str | None:
    if not product.visible or product.deleted_at or _is_ruled_out(product, scene, wishes):
        return "hidden"
    if wishes.in_stock and product.availability == "out_of_stock":
        return "out_of_stock"
    if product.pk in scene.owned and not wishes.include_purchased:
        return "purchased"
    shown_groups = {shown.item_group_id for shown in scene.beside}
    if product.item_group_id and product.item_group_id in {*shown_groups, *groups}:
        return "same_group"
    if score is not None and score < wishes.min_score:
        return "filtered"
    return None if _passes(product, scene, wishes) else "filtered"


def _passes(product: Product, scene: Scene, wishes: Wishes) -> bool:
    if wishes.category and not _is_in(product, wishes.category):
        return False
    if wishes.brand and product.brand.lower() not in [name.lower() for name in wishes.brand]:
        return False
    if product.external_id.lower() in [excluded.lower() for excluded in wishes.exclude]:
        return False
    price = product.price
    if wishes.min_price is not None and (price is None or price < wishes.min_price):
        return False
    if wishes.max_price is not None and (price is None or price > wishes.max_price):
        return False
    if wishes.price == "any":
        return True
    own = scene.beside[0].price
    if price is None or own is None:
        return False
    return price < own if wishes.price == "cheaper" else price > own
