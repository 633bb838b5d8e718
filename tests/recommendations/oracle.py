"""The slow plain way to an answer: the contract's sentences, one product at a time."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from products.models import Product
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
    is_filled: bool = True


def expected_answer(scene: Scene, wishes: Wishes) -> tuple[list[tuple[str, str]], dict[str, int]]:
    """Return [(id, source)] and what was removed."""
    results, removed, groups = [], dict.fromkeys(REASONS, 0), set()
    seen = {product.pk for product in scene.beside}
    for source, product in _chain(scene, wishes):
        if len(results) == wishes.limit:
            break
        if product.pk in seen:
            continue
        seen.add(product.pk)
        score = scene.sources.get(source, {}).get(product.pk)
        reason = _reason(product, scene, score, groups, wishes)
        if reason:
            removed[reason] += 1
            continue
        results.append((product.external_id, source))
        if product.item_group_id and wishes.one_per_group:
            groups.add(product.item_group_id)
    return results, removed


def _chain(scene: Scene, wishes: Wishes) -> Iterator[tuple[str, Product]]:
    for source, scores in scene.sources.items() if wishes.arm == "model" else ():
        found = [product for product in scene.catalogue if product.pk in scores]
        found.sort(key=lambda p: (-scores[p.pk], p.external_id.lower()))
        yield from ((source, product) for product in found)
    if wishes.min_score >= 0 or not scene.is_filled:
        return
    popular = _by_buyers(scene.catalogue, scene.buyers)
    if scene.near:
        own = [product for product in popular if _is_in(product, scene.near)]
        yield from (("popular_in_category", product) for product in own)
    bought = [p for p in scene.catalogue if p.pk in scene.of_segment and wishes.arm == "model"]
    yield from (("popular_in_segment", p) for p in _by_buyers(bought, scene.of_segment))
    yield from (("popular", product) for product in popular)


def _by_buyers(products: list[Product], buyers: dict[int, tuple[int, int]]) -> list[Product]:
    ordered = sorted(products, key=lambda p: p.external_id.lower())
    ordered.sort(key=lambda p: p.created_at, reverse=True)
    ordered.sort(key=lambda p: buyers.get(p.pk, (0, 0)), reverse=True)
    return ordered


def _is_in(product: Product, path: str) -> bool:
    steps, above = ([s.strip().lower() for s in p.split(">")] for p in (product.product_type, path))
    return steps[: len(above)] == above


def _reason(
    product: Product, scene: Scene, score: float | None, groups: set[str], wishes: Wishes
) -> str | None:
    if not product.visible or product.deleted_at:
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
