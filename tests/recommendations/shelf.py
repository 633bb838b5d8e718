"""Stored lists made by hand."""

from struct import pack
from uuid import uuid4

import numpy as np

from products.models import Product
from recommendations.models import (
    Popularity,
    ProductVector,
    Rule,
    SimilarList,
    TogetherList,
    Vocabulary,
)
from recommendations.personal.appeal import make_field
from recommendations.personal.scoring import Shelf
from recommendations.queries import personal as queries
from recommendations.services.rules import save_rule
from runs.models import Run
from tests.factories import NOW


def make_run(status: str = "published", **over) -> Run:
    """Make a similarity run, published unless said otherwise."""
    return Run.objects.create(**{"kind": "similar", "status": status, "finished_at": NOW} | over)


def make_rule(**fields) -> Rule:
    """Write a rule as staff do."""
    made = Rule(**fields)
    save_rule(made)
    return made


def make_neighbours(shown: Product, *neighbours: Product, run: Run | None = None) -> Run:
    """Store the neighbours of a product with scores 0.9, 0.8, …"""
    run = run or Run.objects.filter(kind="similar", status="published").first() or make_run()
    SimilarList.objects.create(
        run=run,
        product=shown,
        neighbours=[near.pk for near in neighbours],
        scores=[round(0.9 - n / 10, 1) for n in range(len(neighbours))],
    )
    return run


def make_together(
    shown: Product, *others: Product, direct: list[float] | None = None, run: Run | None = None
) -> Run:
    """Store what is bought with a product, with scores 0.5, 0.4, … of which orders give half."""
    published = Run.objects.filter(kind="bought-together", status="published")
    run = run or published.first() or make_run(kind="bought-together")
    scores = [round(0.5 - n / 10, 1) for n in range(len(others))]
    TogetherList.objects.create(
        run=run,
        product=shown,
        others=[other.pk for other in others],
        scores=scores,
        direct=direct or [score / 2 for score in scores],
    )
    return run


def make_personal(
    weights: dict[Product, dict[Product, float]],
    shelf: list[Product] | None = None,
    base: np.ndarray | None = None,
    buyers: list[int] | None = None,
    is_small: bool = False,
) -> Run:
    """Store a shelf, by the products' ids, and what a purchase of each adds to others."""
    products = sorted(shelf or weights, key=lambda product: product.external_id)
    places = {product: place for place, product in enumerate(products)}
    count = len(products)
    values = {
        "top": [product.product_type.partition(" > ")[0].lower() for product in products],
        "category": [product.product_type.lower() for product in products],
        "brand": [product.brand.lower() for product in products],
    }
    codes = {
        name: {value: code for code, value in enumerate(sorted({*column} - {""}))}
        for name, column in values.items()
    }
    fields = {
        name: make_field(np.array([codes[name].get(v, -1) for v in column]), np.ones(count))
        for name, column in values.items()
    }
    run = make_run(kind="personal", as_of=NOW)
    kept = Shelf(
        base=np.zeros(0) if is_small else np.zeros(count) if base is None else base,
        buyers=np.array(buyers or [1] * count),
        adoption=np.full(count, 0.1),
        fields=fields,
    )
    keys = np.array([product.pk for product in products])
    queries.store_shelf(run, queries.Kept(keys, kept, codes))
    for product, row in weights.items():
        near = np.array([[places[other] for other in row]], "i2").reshape(1, -1)
        given = np.array([list(row.values())], "f4").reshape(1, -1)
        queries.store_weights(run.pk, np.array([product.pk]), near, given)
    return run


def make_buyers(product: Product, lately: int, ever: int | None = None) -> None:
    """Say how many customers bought a product."""
    Popularity.objects.create(
        product=product, buyers_90_days=lately, buyers_ever=lately if ever is None else ever
    )


def make_vectors(run: Run, labels: list[str], rows: dict[Product, list[int]]) -> None:
    """Store a vocabulary, and a vector for each product: a weight for each label."""
    Vocabulary.objects.create(run=run, labels=labels, rarity=[1.0] * len(labels))
    for product, row in rows.items():
        columns = [column for column, weight in enumerate(row) if weight]
        weights = [row[column] for column in columns]
        ProductVector.objects.create(
            run=run,
            product=product,
            group=product.pk,
            digest=uuid4(),
            terms=pack(f"<{len(columns)}i", *columns),
            weights=pack(f"<{len(columns)}h", *weights),
        )
