"""What every test may use."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """Begin each test with nothing in Redis' cache database."""
    cache.clear()
