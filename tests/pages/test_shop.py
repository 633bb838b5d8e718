"""The demo shop in a real browser: wide and narrow, light and dark, by keyboard."""

from pathlib import Path

import pytest

from customers.models import CustomerTotal
from products.models import Category
from tests.factories import NOW, make_customer, make_order, make_product
from tests.recommendations.shelf import make_buyers, make_neighbours

FAINT = (Path(__file__).parent / "faint.js").read_text()

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def mugs():
    """Twelve mugs, each with an own word; the first has the others for neighbours."""
    home = Category.objects.create(name="Home")
    words = ["Blue", "Green", "Tall", "Small", "Old", "New"] * 2
    made = [
        make_product(
            external_id=f"mug-{n}",
            title=f"{word} mug with a rather long name, number {n}",
            product_type="Home > Mugs",
            category=home,
            currency="EUR",
            availability="preorder" if n == 2 else "in_stock",
            attributes={"material": "stoneware"},
        )
        for n, word in enumerate(words)
    ]
    make_neighbours(made[0], *made[1:9])
    make_buyers(made[3], 4)
    return made


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_every_page_keeps_the_content_policy_and_its_edges_and_reads_well(
    open_page, mugs, complaints, width, colours
):
    page = open_page(width=width, colours=colours)
    paths = ["category/Home", "search/?q=mug", "search/?q=zebra", "products/mug-0", "basket", "as"]
    for path in ["/", *(f"/shop/{path}" for path in paths)]:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert page.evaluate(FAINT) == [], path
        page.evaluate("for (const image of document.images) image.loading = 'eager'")
        page.evaluate("Promise.all([...document.images].map(image => image.decode()))")

    assert complaints == []


def test_one_shops_as_a_customer_and_is_nobody_again_by_keyboard(open_page, mugs, complaints):
    ada = make_customer(first_name="Ada", last_name="Abel")
    make_order(ada, mugs[5])
    CustomerTotal.objects.create(customer=ada, order_count=1, last_order_at=NOW)
    page = open_page()

    page.get_by_role("link", name="Shop as…").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Ada Abel").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="For you").wait_for()
    page.get_by_role("heading", name="Buy again").wait_for()

    page.get_by_role("link", name="As Ada Abel").click()
    page.get_by_role("button", name="Be nobody again").click()
    page.get_by_role("heading", name="Popular right now").wait_for()
    assert page.get_by_role("heading", name="For you").count() == 0
    assert complaints == []


def test_a_similar_product_is_reached_by_keyboard(open_page, mugs):
    page = open_page("/shop/products/mug-0/")

    page.get_by_role("button", name="Add to basket").focus()
    for _ in range(3):  # past the arrows of the row
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.className") == "segrec-title":
            break
    page.keyboard.press("Enter")

    page.wait_for_url("**/shop/products/mug-1/")
    assert page.get_by_role("heading", level=1).inner_text().startswith("Green mug")


def test_a_product_goes_into_the_basket_and_out_again(open_page, mugs):
    page = open_page("/shop/products/mug-0/")

    page.get_by_role("button", name="Add to basket").click()
    page.wait_for_url("**/shop/basket/")
    page.get_by_role("link", name="Basket 1").wait_for()
    assert page.locator(".total b").inner_text() == "€10.00"

    page.get_by_role("button", name="Remove").click()
    page.get_by_text("There is nothing in it yet.").wait_for()


def test_a_row_keeps_its_cards_in_one_line_that_scrolls(open_page, mugs):
    page = open_page("/shop/products/mug-0/", width=390)
    row = page.locator(".segrec-row").first

    tops = row.locator(".segrec-card").evaluate_all("all => all.map(c => c.offsetTop)")

    assert (len(tops), len(set(tops))) == (11, 1)
    assert row.evaluate("row => row.scrollWidth > row.clientWidth")
