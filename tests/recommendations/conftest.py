"""A small shelf that several tests share."""

import pytest

from recommendations.queries import rules
from tests.factories import make_product
from tests.recommendations.shelf import make_neighbours


@pytest.fixture(autouse=True)
def read_boundaries_anew() -> None:
    """Forget when rules of other tests began and ended."""
    rules.boundaries.cache_clear()


@pytest.fixture
def shelf() -> dict:
    """A mug, and what is like it in turn."""
    products = {
        name: make_product(
            external_id=name, title=name.capitalize(), brand=brand, product_type=path
        )
        for name, brand, path in [
            ("mug", "Acme", "Home > Mugs"),
            ("cup", "Acme", "Home > Mugs"),
            ("bowl", "Zen", "Home > Bowls"),
            ("pan", "Zen", "Home > Pans"),
        ]
    }
    mug, *others = products.values()
    make_neighbours(mug, *others)
    return products
