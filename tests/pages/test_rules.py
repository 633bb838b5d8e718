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


def ids(page, which: int) -> list[str]:
    """The titles of the list without the rule, 0, or with it, 1."""
    names = page.locator(".before-after").first.locator(".places").nth(which)
    return [text.split("\n")[0] for text in names.locator("li > span:last-child").all_inner_texts()]


def test_a_rule_is_seen_while_it_is_filled_in_and_then_kept(open_staff_page, mug, complaints):
    page = open_staff_page(f"recommendations/recommendedproduct/{mug.pk}/change/")

    page.get_by_role("link", name="Try a rule here").click()
    page.get_by_label("Brand").wait_for(state="hidden")
    page.get_by_label("Action").select_option("hide")
    page.get_by_label("Brand").wait_for()
    page.get_by_label("Action").select_option("pin")
    page.get_by_label("Brand").wait_for(state="hidden")
    page.get_by_label("Product", exact=True).fill("tall")
    page.locator("#products option[value=p3]").wait_for(state="attached")
    page.get_by_label("Product", exact=True).fill("p3")
    page.get_by_label("Position").fill("1")
    page.get_by_label("List", exact=True).select_option("similar")
    page.get_by_text("Changes 1 of 1 list shown here").wait_for()
    assert ids(page, 0) == ["Red mug", "Green mug", "Tall white mug"]
    assert ids(page, 1)[0].startswith("Tall white mug")
    assert page.locator(".places .moved").inner_text().endswith("from place 3")
    page.get_by_role("button", name="Save", exact=True).click()

    page.get_by_text("Pin Tall white mug to place 1").wait_for()
    assert Rule.objects.get().beside == mug
    assert complaints == []


def test_a_typo_is_named_while_it_is_typed(open_staff_page, mug):
    page = open_staff_page("recommendations/rule/add/")

    page.get_by_label("Action").select_option("hide")
    page.get_by_label("Brand").fill("Akme")
    page.get_by_text("Did you mean Acme?").wait_for()
    page.get_by_label("Brand").fill("Acme")

    page.get_by_text("Affects 2 products on sale.").wait_for()
