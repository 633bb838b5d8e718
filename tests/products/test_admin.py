"""Staff pages of the catalogue."""

from decimal import Decimal

import pytest

from products.models import Product
from products.queries import catalogue_state
from products.services import delete_products
from products.signals import catalogue_changed
from runs.stamps import Seen
from tests.factories import make_product

pytestmark = pytest.mark.django_db

PRODUCTS = "/admin/products/product/"


@pytest.fixture
def mug() -> Product:
    return make_product(title="Blue mug", product_type="Home > Mugs", attributes={"size": "L"})


def form_of(client, product: Product) -> dict:
    """What the page's form would send unchanged."""
    form = client.get(f"{PRODUCTS}{product.pk}/change/").context["adminform"].form
    sent = {field.name: field.value() for field in form}
    return {name: value for name, value in sent.items() if value not in (None, False)}


def save(client, product: Product, **changed):
    sent = form_of(client, product) | changed
    return client.post(f"{PRODUCTS}{product.pk}/change/", sent)


def test_an_edit_is_stored_with_its_category_and_leaves_the_rest(admin_client, mug):
    save(admin_client, mug, title="Green mug", product_type="Kitchen > Mugs")

    mug.refresh_from_db()
    assert (mug.title, mug.category.name, mug.price) == ("Green mug", "Kitchen", 10)
    assert mug.attributes == {"size": "L"}


def test_an_edit_raises_the_catalogues_version_and_tells_who_listens(
    admin_client, mug, django_capture_on_commit_callbacks
):
    told, before = [], catalogue_state(Seen())
    hear = lambda product_ids, **_: told.append(product_ids)  # noqa: E731
    catalogue_changed.connect(hear)

    with django_capture_on_commit_callbacks(execute=True):
        save(admin_client, mug, availability="out_of_stock")

    catalogue_changed.disconnect(hear)
    assert catalogue_state(Seen()) != before
    assert told == [[mug.pk]]


@pytest.mark.parametrize(("price", "stored"), [("12.50", "12.50"), ("0", "0"), ("-1", None)])
def test_another_price_is_stored_where_an_import_would_take_it(admin_client, mug, price, stored):
    save(admin_client, mug, price=price)

    mug.refresh_from_db()
    assert mug.price == Decimal(stored or "10")


@pytest.mark.parametrize("way", ["", "-"], ids=["rising", "falling"])
@pytest.mark.parametrize(
    ("page", "column"), [("products/product", 4), ("recommendations/recommendedproduct", 3)]
)
def test_what_has_no_price_stands_below_all_others(admin_client, mug, page, column, way):
    without = make_product(price=None)

    answer = admin_client.get(f"/admin/{page}/", {"o": f"{way}{column}"})

    assert [each.pk for each in answer.context["cl"].result_list] == [mug.pk, without.pk]


def test_an_emptied_price_is_cleared_and_an_unticked_product_hidden(admin_client, mug):
    sent = form_of(admin_client, mug) | {"price": ""}
    del sent["visible"]

    admin_client.post(f"{PRODUCTS}{mug.pk}/change/", sent)

    mug.refresh_from_db()
    assert (mug.price, mug.visible) == (None, False)


def test_what_no_file_may_hold_is_refused_with_the_field_named(admin_client, mug):
    response = save(admin_client, mug, link="javascript:alert(1)")

    assert list(response.context["adminform"].form.errors) == ["link"]
    assert not Product.objects.filter(link__startswith="java").exists()


def test_a_title_that_an_import_takes_for_none_is_refused(admin_client, mug):
    response = save(admin_client, mug, title="NaN")

    assert response.context["adminform"].form.errors == {"title": ["This is missing."]}


def test_a_product_off_sale_for_good_is_shown_but_not_edited(admin_client, mug):
    delete_products([mug.external_id])

    page = admin_client.get(f"{PRODUCTS}{mug.pk}/change/")
    answer = admin_client.post(f"{PRODUCTS}{mug.pk}/change/", {"title": "Blue mug"})

    assert (page.status_code, page.context["has_change_permission"]) == (200, False)
    assert answer.status_code == 403
    mug.refresh_from_db()
    assert mug.deleted_at


@pytest.mark.parametrize("title", ["b-1", "Blue bowl"])
def test_a_hidden_product_stays_hidden_when_something_else_is_edited(admin_client, title):
    bowl = make_product(external_id="b-1", title=title, visible=False)

    save(admin_client, bowl, brand="Oak")

    bowl.refresh_from_db()
    assert (bowl.brand, bowl.visible) == ("Oak", False)


@pytest.mark.parametrize("words", ["blue", "P-9"])
def test_products_are_found_by_title_or_id(admin_client, mug, words):
    make_product(title="Oak bowl", external_id="p-9", description="blue")
    expected = mug if words == "blue" else Product.objects.get(external_id="p-9")

    listed = admin_client.get(PRODUCTS, {"q": words}).context["cl"].result_list

    assert list(listed) == [expected]


@pytest.mark.parametrize("products", [1, 30])
def test_the_list_takes_the_same_queries_however_long(
    admin_client, django_assert_num_queries, products
):
    for _ in range(products):
        make_product()

    with django_assert_num_queries(7):  # session, user, notices, categories, estimate, count, page
        admin_client.get(PRODUCTS)


def test_what_is_shown_beside_a_product_off_sale_is_not_offered(admin_client, mug):
    address = f"{PRODUCTS}{mug.pk}/change/"
    assert "What is shown beside it" in admin_client.get(address).content.decode()

    delete_products([mug.external_id])

    assert "What is shown beside it" not in admin_client.get(address).content.decode()


@pytest.mark.parametrize("model", ["products/product", "recommendations/recommendedproduct"])
@pytest.mark.parametrize("typed", ["AB 12", "ab 12", "mug blue"])
def test_a_product_is_found_by_an_id_with_a_blank_or_by_words(admin_client, model, typed):
    mug = make_product(title="Blue mug", external_id="AB 12")
    make_product(title="Red mug", external_id="AB-12")

    (found,) = admin_client.get(f"/admin/{model}/", {"q": typed}).context["cl"].result_list

    assert found.pk == mug.pk
