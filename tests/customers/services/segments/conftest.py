"""A simulated shop for a whole module: loaded once, and each test undoes what it did."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from tests.customers.services.segments.shops import load_shop


@pytest.fixture(scope="module")
def shop(django_db_setup, django_db_blocker) -> Iterator:
    """Load a shop of seven kinds of customers; no segments yet."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield load_shop()
        transaction.set_rollback(True)
