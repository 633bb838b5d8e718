"""Stored lists made by hand."""

from struct import pack
from uuid import uuid4

from products.models import Product
from recommendations.models import Popularity, ProductVector, SimilarList, TogetherList, Vocabulary
from runs.models import Run
from tests.factories import NOW


def make_run(status: str = "published", **over) -> Run:
    """Make a similarity run, published unless said otherwise."""
    return Run.objects.create(**{"kind": "similar", "status": status, "finished_at": NOW} | over)


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
