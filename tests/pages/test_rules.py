"""A rule tried and kept in a real browser."""

import pytest

from recommendations.models import Rule
from tests.factories import make_product
from tests.recommendations.shelf import make_neighbours, make_together

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def mug():
    mug, *others = (
        make_product(
            external_id=f"p{n}", title=f"{colour} mug", product_type="Home > Mugs", brand=b
        )
        for n, (colour, b) in enumerate(
            [("Blue", "Acme"), ("Red", "Acme"), ("Green", "Zen"), ("Tall white", "Zen")]
        )
    )
    make_neighbours(mug, *others)
    make_together(mug, others[1])
    return mug


def titles(page) -> list[str]:
    return page.locator("#lists section").first.locator(".tile > a").all_inner_texts()


def test_a_rule_is_seen_while_it_is_filled_in_and_then_kept(open_staff_page, mug, complaints):
    page = open_staff_page(f"recommendations/recommendedproduct/{mug.pk}/change/")
    assert titles(page) == ["Red mug", "Green mug", "Tall white mug"]

    page.get_by_text("Try a rule").click()
    page.locator("form.rule [name=action]").select_option("pin")
    page.locator("form.rule [name=product]").fill("p3")
    page.locator("form.rule [name=position]").fill("1")
    page.get_by_text("This is how the lists would look").wait_for()
    assert titles(page)[0] == "Tall white mug"
    page.get_by_text("Keep this rule").click()
    page.get_by_role("button", name="Save", exact=True).click()

    page.get_by_text("Pin Tall white mug to place 1").wait_for()
    assert Rule.objects.get().beside == mug
    assert complaints == []
