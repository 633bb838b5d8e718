import re
from urllib.parse import quote

import pytest
from django.test import Client

from customers.models import Customer, CustomerTotal
from products.models import Category, Product
from recommendations.pictures import SHAPES
from recommendations.storefront import ON_A_PAGE
from tests.api import storefront
from tests.factories import NOW, make_customer, make_order, make_product, make_segment
from tests.factories import make_run as make_segments_run
from tests.recommendations.shelf import make_buyers, make_neighbours, make_together

pytestmark = pytest.mark.django_db


def make_mug(title="Mug", **over):
    home, _ = Category.objects.get_or_create(name="Home")
    return make_product(title=title, product_type="Home > Mugs", category=home, **over)


def page(path, **query):
    response = Client().get(path, query)
    assert response.status_code == 200
    return response.content.decode()


def test_an_empty_shop_says_how_to_fill_it():
    assert "manage.py import_products" in page("/")


def test_home_shows_what_is_popular_and_the_shelves():
    make_buyers(make_mug("Loved mug", price="7.5", currency="EUR"), 3)

    html = page("/")

    assert html.index("Popular right now") < html.index("Loved mug") < html.index("€7.50")
    assert '<a href="/shop/category/Home/">Home</a><span>1 product' in html


def test_a_category_leads_down_and_shows_its_products():
    make_mug("Blue mug"), make_product(title="Hat")

    html = page("/shop/category/home/")

    assert "Blue mug" in html
    assert "Hat" not in html
    assert f'href="/shop/category/{quote("home > Mugs")}/"' in html


@pytest.mark.parametrize("safe", ["/", ""], ids=["as it is", "percent-encoded"])
def test_a_category_with_a_slash_in_its_name_is_found(safe):
    make_mug(), make_product(title="Tee", product_type="Men > Tops/Tees")
    path = f"/shop/category/{quote('Men > Tops/Tees', safe=safe)}/"

    answer = Client().get(path, RAW_URI=path)

    assert answer.status_code == 200
    assert "Tee</a>" in answer.content.decode()


def test_a_category_shows_more_when_asked():
    for number in range(ON_A_PAGE + 1):
        make_mug(f"Mug {number}")

    first, second = page("/shop/category/Home/"), page("/shop/category/Home/", page=2)

    assert first.count("segrec-card") == ON_A_PAGE
    assert 'href="?page=2"' in first
    assert second.count("segrec-card") == ON_A_PAGE + 1


@pytest.mark.parametrize("number", ["0", "-1", "x", "99999999999"])
def test_any_page_number_shows_a_page(number):
    make_mug()

    assert "Mug" in page("/shop/category/Home/", page=number)


def test_search_finds_all_words_in_any_case_and_ids():
    make_mug("Blue mug"), make_mug("Red mug", external_id="sku-7"), make_mug("100% blue")

    assert page("/shop/search/", q="MUG blue").count("segrec-card") == 1
    assert "Red mug" in page("/shop/search/", q="SKU-7")
    assert page("/shop/search/", q="%").count("segrec-card") == 1


def test_a_search_without_result_shows_what_is_popular():
    make_mug()

    html = page("/shop/search/", q="<b>zebra")

    assert "Nothing found for “&lt;b&gt;zebra”" in html
    assert "Popular in this shop" in html


def test_a_product_page_shows_what_it_is_and_what_is_like_it(django_assert_num_queries):
    shown = make_mug(
        "Blue mug", price="12.5", currency="GBP", brand="Acme", attributes={"holds_ml": 300}
    )
    make_neighbours(shown, make_mug("Green mug", price="14", currency="GBP"))

    # Product; shelves; its lists; dearer neighbours; all of them, a walk, what that dropped.
    with django_assert_num_queries(7):
        html = page(f"/shop/products/{shown.external_id}/")

    assert "£12.50" in html
    assert "<dt>Holds ml</dt><dd>300</dd>" in html
    assert html.index("Similar mugs") < html.index("Green mug")
    assert "Add to basket" in html


def shown_in(html, heading) -> list[str]:
    """Return the products of the list under a heading."""
    _, found, rest = html.partition(f'segrec-heading">{heading}<')
    return re.findall('data-product="([^"]*)"', rest.partition("</section>")[0]) if found else []


def test_a_product_page_has_what_is_bought_with_it_and_a_step_up_and_shows_nothing_twice():
    shown, *others = (make_mug(external_id=f"m{n}", price=str(10 + n)) for n in range(7))
    cheap = make_mug(external_id="cheap", price="1")
    make_neighbours(shown, *others, cheap)
    make_together(shown, others[0], make_product(external_id="tea"))

    html = page(f"/shop/products/{shown.external_id}/")

    assert shown_in(html, "Often bought with it") == ["m1", "tea"]
    assert shown_in(html, "A step up") == ["m2", "m3", "m4", "m5", "m6"]
    assert shown_in(html, "Similar mugs") == ["cheap"]


def test_one_dearer_product_is_no_step_up():
    shown, dearer = make_mug(price="1"), make_mug(price="2")
    make_neighbours(shown, dearer, make_mug(price="0.5"))

    assert shown_in(page(f"/shop/products/{shown.external_id}/"), "A step up") == []


@pytest.fixture
def ada():
    """A customer in a segment who bought a mug twice."""
    customer = make_customer(external_id="ada", first_name="Ada")
    mug = make_mug("Her mug", external_id="mug")
    make_order(customer, mug, days_ago=3)
    make_order(customer, mug, days_ago=40)
    CustomerTotal.objects.create(customer=customer, order_count=2, last_order_at=NOW)
    make_segment(make_segments_run(), customer, name="Loyal")
    return customer


def shop_as(customer_id):
    client = Client()
    answer = client.post("/shop/as/", {"customer": customer_id})
    return client, answer


def test_one_may_shop_as_a_customer(ada):
    make_mug("Another mug")
    assert "Ada" in page("/shop/as/")
    client, answer = shop_as("ada")

    html = client.get("/").content.decode()

    assert answer.status_code == 302
    assert "You shop as Ada, one of “Loyal”" in html
    assert shown_in(html, "Buy again") == ["mug"]
    assert html.index("For you") < html.index("Buy again") < html.index("Popular right now")


def test_one_may_be_nobody_again(ada):
    client, _ = shop_as("ada")

    client.post("/shop/as/", {"customer": ""})

    assert "You shop as" not in client.get("/").content.decode()


@pytest.mark.parametrize("wanted", ["nobody", "<b>", "a\0b", "x" * 500])
def test_nobody_shops_as_who_is_unknown(ada, wanted):
    client, answer = shop_as(wanted)

    assert answer.status_code == 200
    assert "There is no customer" in answer.content.decode()
    assert "shopper" not in client.cookies


@pytest.mark.parametrize("change", [{"erased_at": NOW}, {"profiling_opt_out": True}])
def test_who_is_gone_or_not_to_be_profiled_is_not_offered(ada, change):
    Customer.objects.update(**change)

    assert "Ada" not in page("/shop/as/")


def test_without_segments_those_who_ordered_are_offered():
    customer = make_customer(external_id="ben")
    CustomerTotal.objects.create(customer=customer, order_count=1, last_order_at=NOW)

    assert ">Customer ben<" in page("/shop/as/")


def test_a_forged_cookie_is_nobody(ada):
    client = Client()
    client.cookies["shopper"] = "ImFkYSI:1abc:forged"

    assert "You shop as" not in client.get("/").content.decode()


def test_a_basket_shows_what_goes_with_it():
    mug, tea = make_mug(external_id="mug"), make_product(external_id="tea", title="Tea")
    make_together(mug, tea)
    client = Client()

    empty = client.get("/shop/basket/").content.decode()
    client.post("/shop/basket/", {"product": "mug", "pieces": "+1"})
    filled = client.get("/shop/basket/").content.decode()

    assert shown_in(empty, "What others put into theirs") != []
    assert shown_in(filled, "Goes well with your basket")[0] == "tea"


def test_what_is_sold_out_says_so_and_cannot_be_bought():
    shown = make_mug(availability="out_of_stock")

    html = page(f"/shop/products/{shown.external_id}/")

    assert "Sold out" in html
    assert "Add to basket" not in html


@pytest.mark.parametrize(
    "path",
    ["products/none/", "category/none/", "category/%20/", "category/%3E/", "pictures/cat-11-1.svg"],
)
def test_what_is_not_there_is_not_found(path):
    make_product(product_type="")

    assert Client().get(f"/shop/{path}").status_code == 404


def test_hidden_products_have_no_page():
    hidden = make_mug(visible=False)

    assert Client().get(f"/shop/products/{hidden.external_id}/").status_code == 404


def test_a_basket_takes_and_gives_back():
    mug, client = make_mug(external_id="A/b", price="2.50"), Client()

    client.post("/shop/basket/", {"product": "a/B", "pieces": "+1"})
    client.post("/shop/basket/", {"product": mug.external_id, "pieces": "+1"})
    assert "<b>5.00</b>" in client.get("/shop/basket/").content.decode()

    client.post("/shop/basket/", {"product": mug.external_id, "pieces": "0"})
    assert "nothing in it" in client.get("/shop/basket/").content.decode()


def test_a_basket_that_is_not_ours_is_empty():
    client = Client()
    client.cookies["basket"] = "eyJtdWciOjF9:1abc:forged"

    assert "nothing in it" in client.get("/shop/basket/").content.decode()


@pytest.mark.parametrize("wanted", ["none", "", "a\0b", "x" * 20_000])
def test_what_is_no_product_does_not_come_into_the_basket(wanted):
    make_mug(external_id="mug")
    client = Client()
    client.post("/shop/basket/", {"product": "mug", "pieces": "2"})

    client.post("/shop/basket/", {"product": wanted, "pieces": "1"})
    response = client.get("/shop/basket/")

    assert response.status_code == 200
    assert response.context["bought"] == ("mug",)


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_every_picture_is_drawn_and_kept_for_good(shape):
    response = Client().get(f"/shop/pictures/{shape}-35-77.svg")

    assert response["Content-Type"] == "image/svg+xml"
    assert "immutable" in response["Cache-Control"]
    assert response.content.startswith(b"<svg")
    assert b'fill=""' not in response.content


def test_pages_hold_no_style_and_no_script():
    shown = make_mug()
    make_neighbours(shown, make_mug())
    paths = ["/", "/shop/category/Home/", f"/shop/products/{shown.external_id}/", "/shop/basket/"]

    for html in map(page, paths):
        assert " style=" not in html
        assert "<script" not in html


def test_a_fragment_is_the_list_as_html_and_revalidated():
    shown = make_mug("Blue mug")
    make_neighbours(shown, make_mug("Green & grey", link="https://shop.example/g"))
    path, caller = f"/fragments/products/{shown.external_id}/similar/", storefront()

    first = caller.get(f"{path}?limit=1")
    second = caller.get(f"{path}?limit=1", headers={"If-None-Match": first["ETag"]})

    assert first["Content-Type"] == "text/html; charset=utf-8"
    assert '<a class="segrec-title" href="https://shop.example/g">Green &amp; grey</a>' in (
        first.content.decode()
    )
    assert (second.status_code, second.content) == (304, b"")


def test_a_fragment_answers_problems_as_the_api_does():
    make_mug(external_id="mug")

    unknown = storefront().get("/fragments/products/none/similar/")
    wrong = storefront().get("/fragments/products/mug/similar/?limit=0")

    assert (unknown.status_code, wrong.status_code) == (404, 400)
    assert wrong["Content-Type"].startswith("application/problem+json")
    assert wrong.json()["errors"][0]["field"] == "limit"


def test_hidden_products_of_the_catalogue_are_nowhere():
    make_mug("Ghost", visible=False), make_mug("Mug")

    for html in (page("/"), page("/shop/category/Home/"), page("/shop/search/", q="ghost")):
        assert "segrec-title" in html
        assert ">Ghost<" not in html
    assert Product.objects.count() == 2
