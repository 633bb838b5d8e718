"""Refreshing lists as of a day: all of it, or nothing."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from recommendations.models import Popularity
from recommendations.services.popularity import refresh_popularity
from runs.models import Run
from runs.services import request_run
from tests.factories import NOW, make_customer, make_order, make_product

pytestmark = pytest.mark.django_db
EARLIER = (NOW - timedelta(days=200)).date()


@pytest.fixture
def tea():
    tea = make_product()
    make_order(make_customer(), tea, days_ago=300)
    make_order(make_customer(), tea, days_ago=1)
    refresh_popularity()
    return tea


def buyers(product) -> tuple[int, int]:
    counted = Popularity.objects.get(product=product)
    return counted.buyers_90_days, counted.buyers_ever


@pytest.mark.parametrize("asked", [{"only": "bought-together"}, {}, {"enqueue": True}])
def test_a_refresh_that_another_is_in_the_way_of_changes_nothing(tea, asked):
    under_way = request_run("bought-together")

    with pytest.raises(CommandError, match="under way"):
        call_command("refresh_recommendations", as_of=EARLIER, **asked)

    assert buyers(tea) == (1, 2)
    assert Run.objects.get() == under_way


def test_buyers_are_counted_as_of_the_day_asked_for(tea):
    call_command("refresh_recommendations", only="similar", as_of=EARLIER)

    assert buyers(tea) == (0, 1)
