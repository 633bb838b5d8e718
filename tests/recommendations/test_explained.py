"""Explanations of all lists of made-up shops, built for real: shares sum to the score."""

import random

import pytest

from products.models import Product
from recommendations.personal import model
from recommendations.services import basket_lists, customer_lists, serving
from recommendations.services.refreshing import refresh_recommendations
from recommendations.wishes import Wishes
from tests.factories import make_customer, make_order, make_product

pytestmark = pytest.mark.django_db
WORDS = ["wool", "red", "hat", "mug", "tea", "Straße", "羊毛", "🧦", "the", "cup", "blue", "2 kg"]
PATHS = ["", "Home", "Home > Mugs", "Home > Mugs > Small", "Food > Tea"]


def fill(chance: random.Random) -> list:
    """Make a shop of chance; return its customers."""
    products = [
        make_product(
            title=" ".join(chance.choices(WORDS, k=chance.randint(1, 5))),
            description=" ".join(chance.choices(WORDS, k=chance.randint(0, 15))),
            product_type=chance.choice(PATHS),
            brand=chance.choice(["", "Acme", "Zen"]),
            attributes={"colour": chance.choice(["red", "blue"])} if chance.random() < 0.5 else {},
            item_group_id=chance.choice(["", "", "", "g", "h"]),
        )
        for _ in range(30)
    ]
    people = [make_customer() for _ in range(25)]
    for person in people:
        for _ in range(chance.randint(1, 4)):
            bought = chance.sample(products, k=chance.randint(1, 5))
            make_order(person, *bought, days_ago=chance.randint(0, 300))
    return people


@pytest.mark.parametrize(("seed", "is_large"), [(1, True), (2, False)])
def test_shares_of_every_explained_score_sum_to_it(monkeypatch, seed, is_large):
    if is_large:
        monkeypatch.setattr(model, "FEWEST_CUSTOMERS", 5)
    people = fill(random.Random(seed))
    refresh_recommendations(["similar", "bought-together", "personal"])
    wishes = Wishes(limit=30, explain=True)

    answers = [
        customer_lists.recommendations_for(customer_lists.find_customer(person.external_id), wishes)
        for person in people
    ]
    for product in Product.objects.all():
        name = product.external_id
        answers.append(serving.similar_products(serving.find_situation(name), wishes))
        together = serving.find_situation(name, serving.BOUGHT_TOGETHER)
        answers.append(serving.products_bought_together(together, wishes))
        answers.append(basket_lists.basket_products([name, "p1"], wishes))

    explained = {}
    for answer in answers:
        for place in answer.places:
            if place.score is not None:
                total = sum(share for _, share in place.terms)
                assert total == pytest.approx(place.score, abs=1e-6), place
                explained[place.source] = explained.get(place.source, 0) + 1
    assert min(explained.get(s, 0) for s in ("similar", "bought_together", "personal")) > 20
