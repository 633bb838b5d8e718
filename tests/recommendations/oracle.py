"""The slow plain way to an answer: the contract's sentences, one product at a time."""

REASONS = ["hidden", "out_of_stock", "purchased", "same_group", "filtered"]


def expected_answer(shown, catalogue, sources, buyers, wishes):
    """Return [(id, source)] and what was removed, for one product of the catalogue.

    `sources` are the scores by key of each source in turn, `buyers` are (in 90 days, ever) by key.
    """
    results, removed, seen, groups = [], dict.fromkeys(REASONS, 0), {shown.pk}, set()
    for source, product in _chain(shown, catalogue, sources, buyers, wishes):
        if len(results) == wishes.limit:
            break
        if product.pk in seen:
            continue
        seen.add(product.pk)
        score = sources.get(source, {}).get(product.pk)
        reason = _reason(product, shown, score, groups, wishes)
        if reason:
            removed[reason] += 1
            continue
        results.append((product.external_id, source))
        if product.item_group_id and wishes.one_per_group:
            groups.add(product.item_group_id)
    return results, removed


def _chain(shown, catalogue, sources, buyers, wishes):
    for source, scores in sources.items() if wishes.arm == "model" else ():
        found = [product for product in catalogue if product.pk in scores]
        found.sort(key=lambda p: (-scores[p.pk], p.external_id.lower()))
        yield from ((source, product) for product in found)
    if wishes.min_score >= 0:
        return
    popular = sorted(catalogue, key=lambda p: p.external_id.lower())
    popular.sort(key=lambda p: p.created_at, reverse=True)
    popular.sort(key=lambda p: buyers.get(p.pk, (0, 0)), reverse=True)
    if shown.product_type:
        own = [product for product in popular if _is_in(product, shown.product_type)]
        yield from (("popular_in_category", product) for product in own)
    yield from (("popular", product) for product in popular)


def _is_in(product, path):
    steps, above = ([s.strip().lower() for s in p.split(">")] for p in (product.product_type, path))
    return steps[: len(above)] == above


def _reason(product, shown, score, groups, wishes):
    if not product.visible or product.deleted_at:
        return "hidden"
    if wishes.in_stock and product.availability == "out_of_stock":
        return "out_of_stock"
    if product.item_group_id and product.item_group_id in {shown.item_group_id, *groups}:
        return "same_group"
    if score is not None and score < wishes.min_score:
        return "filtered"
    return None if _passes(product, shown, wishes) else "filtered"


def _passes(product, shown, wishes):
    if wishes.category and not _is_in(product, wishes.category):
        return False
    if wishes.brand and product.brand.lower() not in [name.lower() for name in wishes.brand]:
        return False
    if product.external_id.lower() in [excluded.lower() for excluded in wishes.exclude]:
        return False
    price, own = product.price, shown.price
    if wishes.min_price is not None and (price is None or price < wishes.min_price):
        return False
    if wishes.max_price is not None and (price is None or price > wishes.max_price):
        return False
    if wishes.price == "any":
        return True
    if price is None or own is None:
        return False
    return price < own if wishes.price == "cheaper" else price > own
