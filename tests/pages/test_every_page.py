"""Every page in a real browser: wide and narrow, light and dark, by axe and by its edges."""

import pytest

from tests.segrec_site.access import SEEN
from tests.staff import page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_every_page_of_the_admin_holds(open_staff_page, things, faults_of):
    addresses = [page(row.name, *([things[row.of]] if row.of else [])) for row in SEEN]

    assert len(addresses) > 50
    assert faults_of(open_staff_page(), addresses) == {}


def test_every_page_of_an_empty_shop_holds(open_staff_page, faults_of):
    lists = [row.name for row in SEEN if row.name.endswith("_changelist")]

    assert faults_of(open_staff_page(), [page("index"), *map(page, lists)]) == {}
