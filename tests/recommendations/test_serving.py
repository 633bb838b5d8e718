from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from products.models import Product
from recommendations.models import Popularity, SimilarList
from recommendations.services import serving
from recommendations.wishes import Wishes
from runs.models import Run
from tests.factories import NOW, make_product
from tests.recommendations.oracle import expected_answer

pytestmark = pytest.mark.django_db


def publish(run_status="published"):
    return Run.objects.create(kind="similar", status=run_status, finished_at=NOW)


def make_neighbours(shown, *neighbours, run=None):
    """Store neighbours with scores 0.9, 0.8, …"""
    scores = [0.9 - n / 10 for n in range(len(neighbours))]
    run = run or Run.objects.filter(status="published").first() or publish()
    SimilarList.objects.create(
        run=run, product=shown, neighbours=[near.pk for near in neighbours], scores=scores
    )


def similar(product, **wishes):
    here = serving.find_situation(product.external_id)
    return serving.similar_products(here, Wishes(**wishes))


def ids(answer):
    return [place.product.id for place in answer.places]


def sources(answer):
    return Counter(place.source for place in answer.places)


catalogues = st.lists(
    st.builds(
        dict,
        visible=st.sampled_from([True, True, True, False]),
        deleted_at=st.sampled_from([None, None, None, NOW]),
        availability=st.sampled_from(["in_stock", "in_stock", "preorder", "out_of_stock"]),
        product_type=st.sampled_from(["", "A", "A > B", "a > b > C", "A > B_", "AB"]),
        brand=st.sampled_from(["", "Acme", "ACME", "Zen"]),
        price=st.sampled_from([None, Decimal("1"), Decimal("2.50"), Decimal("4")]),
        item_group_id=st.sampled_from(["", "", "g", "h"]),
        created_at=st.sampled_from([NOW, NOW, NOW - timedelta(days=1)]),
        buyers=st.sampled_from([None, (0, 0), (0, 1), (1, 1), (1, 2)]),
        score=st.sampled_from([None, None, 0.2, 0.5, 0.5, 0.9]),
        external_id=st.uuids().map(lambda uuid: uuid.hex[:6]),
    ),
    min_size=1,
    max_size=14,
    unique_by=lambda product: product["external_id"],
)
all_wishes = st.builds(
    Wishes,
    limit=st.integers(1, 12),
    category=st.sampled_from(["", "", "A", "a >b", "A > B_"]),
    brand=st.sampled_from([(), (), ("acme",), ("ZEN", "Acme")]),
    min_price=st.sampled_from([None, None, Decimal("2"), Decimal("2.5")]),
    max_price=st.sampled_from([None, None, Decimal("2.5")]),
    price=st.sampled_from(["any", "any", "cheaper", "dearer"]),
    in_stock=st.sampled_from([True, True, False]),
    one_per_group=st.sampled_from([True, True, False]),
    exclude=st.sampled_from([(), ("nobody",), ("FIRST",)]),
    min_score=st.sampled_from([Wishes.min_score, Wishes.min_score, 0.0, 0.4]),
    arm=st.sampled_from(["model", "model", "baseline"]),
)


def store(rows):
    """Write a catalogue; return its products, the first one's neighbours and all buyers."""
    extras = ("buyers", "score", "created_at")
    rows[0]["external_id"] = "first"
    products = Product.objects.bulk_create(
        Product(**{name: value for name, value in row.items() if name not in extras}, title="-")
        for row in rows
    )
    for product, row in zip(products, rows, strict=True):
        product.created_at = row["created_at"]
    Product.objects.bulk_update(products, ["created_at"])
    pairs = list(zip(products, rows, strict=True))
    buyers = {product.pk: row["buyers"] for product, row in pairs if row["buyers"]}
    Popularity.objects.bulk_create(
        Popularity(product_id=key, buyers_90_days=lately, buyers_ever=ever)
        for key, (lately, ever) in buyers.items()
    )
    scores = {product.pk: row["score"] for product, row in pairs[1:] if row["score"]}
    SimilarList.objects.create(
        run=publish(),
        product=products[0],
        neighbours=list(scores),
        scores=list(scores.values()),
    )
    return products, scores, buyers


@pytest.mark.parametrize("walk_at_least", [0, 60])
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=catalogues, asked=st.lists(all_wishes, min_size=3, max_size=3))
def test_any_answer_is_the_one_the_plain_way_finds(monkeypatch, walk_at_least, rows, asked):
    monkeypatch.setattr(serving, "WALK_AT_LEAST", walk_at_least)
    monkeypatch.setattr(serving, "WALK_WHEN_FILTERED", walk_at_least or 1)
    with transaction.atomic():
        products, scores, buyers = store(rows)
        Product.objects.filter(pk=products[0].pk).update(deleted_at=None)
        for wishes in asked:
            answer = serving.similar_products(serving.find_situation("FIRST"), wishes)

            found = [(place.product.id, place.source) for place in answer.places]
            expected = expected_answer(products[0], products, scores, buyers, wishes)
            assert (found, answer.removed) == expected
        transaction.set_rollback(True)
