"""A shop with a year of dirty trade, summed, and the lines that count, read plainly."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from django.db import transaction
from django.test import override_settings

from customers.services.insights import refresh_insights
from tests.customers.trading import ZONE, counted_lines, divide, regroup, take_stock, trade


@pytest.fixture(scope="module")
def shop(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[pd.DataFrame]:
    """Trade once for all tests of a module; return the lines that count."""
    zone = {"TIME_ZONE": ZONE, "SHOP_TIME_ZONE": ZONE, "SHOP_ZONE": ZoneInfo(ZONE)}
    with django_db_blocker.unblock(), override_settings(**zone), transaction.atomic():
        trade(tmp_path_factory.mktemp("rates"), orders=500, customers=60)
        divide()
        regroup(5)
        refresh_insights()
        take_stock()
        yield counted_lines()
        transaction.set_rollback(True)
