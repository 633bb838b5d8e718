"""Words of staff pages: each feature of customers has a meaning, and shows it."""

import pytest

from customers.features import NAMES
from customers.models import Segment
from customers.services.segments import explaining
from customers.words import EXPLAINED
from tests.factories import NOW
from tests.staff import fill_shop

PLACED = "where what they pay lies among all prices in the same categories"


def test_every_feature_has_a_meaning():
    assert EXPLAINED.keys() == {*NAMES}


@pytest.mark.django_db
def test_a_segments_page_says_what_its_features_mean(admin_client):
    fill_shop()
    segment = Segment.objects.get(key="loyal")

    page = admin_client.get(f"/admin/customers/segment/{segment.pk}/change/").content.decode()

    assert "Number of orders: paid orders that sold something." in page


@pytest.mark.django_db
def test_a_customers_page_says_what_speaks_for_their_segment(admin_client, monkeypatch):
    ada, loyal = fill_shop(), Segment.objects.get(key="loyal")
    why = [explaining.Why("price_tier", 0.61, 70, 0.4)]
    found = explaining.Explanation(loyal, NOW, False, 0.9, None, why)
    monkeypatch.setattr(explaining, "explain_customer", lambda customer: found)

    page = admin_client.get(f"/admin/customers/customer/{ada.pk}/change/").content.decode()

    assert f"<strong>61\u00a0%</strong><small>{PLACED}" in page
