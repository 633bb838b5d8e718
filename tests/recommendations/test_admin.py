"""Staff pages of what is shown beside a product."""

import pytest
from django.contrib.auth.models import Permission

from recommendations.models import SimilarList
from runs.models import Run
from tests.factories import make_product, make_run
from tests.recommendations.shelf import make_rule, make_together

pytestmark = pytest.mark.django_db

LISTS = "/admin/recommendations/recommendedproduct/"


@pytest.fixture
def run() -> Run:
    return make_run("similar")


def store_list(run, product, *others, best: float = 0.9) -> None:
    scores = [round(best - 0.1 * n, 2) for n in range(len(others))]
    keys = [other.pk for other in others]
    SimilarList.objects.create(run=run, product=product, neighbours=keys, scores=scores)


def shown_beside(client, product, which: int = 0) -> list[tuple]:
    """Return title, source and score of the tiles of a list on a product's page."""
    beside = client.get(f"{LISTS}{product.pk}/change/").context["lists"][which]["answer"]
    return [(place.product.title, place.source, place.score) for place in beside.places]


def test_the_page_shows_the_list_of_shoppers_with_what_stands_in_for_the_rest(admin_client, run):
    mug, bowl, _ = (make_product(title=title) for title in ("Mug", "Bowl", "Pan"))
    store_list(run, mug, bowl)

    assert shown_beside(admin_client, mug) == [
        ("Bowl", "similar", 0.9),
        ("Pan", "popular", None),
    ]


def test_the_page_shows_what_is_bought_together_too(admin_client):
    mug, tea, _ = (make_product(title=title) for title in ("Mug", "Tea", "Pan"))
    make_together(mug, tea)

    assert shown_beside(admin_client, mug, which=1) == [
        ("Tea", "bought_together", 0.5),
        ("Pan", "popular", None),
    ]


def test_what_shoppers_may_not_see_is_left_out_and_counted(admin_client, run):
    mug, bowl = make_product(), make_product(title="Bowl")
    sold_out = make_product(availability="out_of_stock")
    store_list(run, mug, sold_out, bowl)

    assert [title for title, *_ in shown_beside(admin_client, mug)] == ["Bowl"]
    assert b"1 out of stock" in admin_client.get(f"{LISTS}{mug.pk}/change/").content


def test_before_the_first_run_popular_products_stand_in_and_the_page_says_so(admin_client):
    mug, _ = make_product(), make_product(title="Bowl")

    page = admin_client.get(f"{LISTS}{mug.pk}/change/")

    assert b"no run published yet" in page.content
    assert shown_beside(admin_client, mug) == [("Bowl", "popular", None)]


@pytest.mark.parametrize(("similar", "expected"), [("some", "Mug"), ("none", "Bowl")])
def test_products_without_neighbours_are_found(admin_client, run, similar, expected):
    mug, bowl = make_product(title="Mug"), make_product(title="Bowl")
    store_list(run, mug, bowl)

    listed = admin_client.get(LISTS, {"similar": similar}).context["cl"].result_list

    assert [product.title for product in listed] == [expected]


@pytest.mark.parametrize("products", [1, 30])
def test_the_list_takes_the_same_queries_however_long(
    admin_client, run, django_assert_num_queries, products
):
    for _ in range(products):
        make_product()

    with django_assert_num_queries(6):  # session, user, notices, run, count, page
        admin_client.get(LISTS)


@pytest.mark.parametrize("others", [1, 20])
def test_a_product_s_page_takes_the_same_queries_however_much_it_shows(
    admin_client, run, django_assert_num_queries, others
):
    mug, *rest = (make_product(brand="Acme") for _ in range(others + 1))
    store_list(run, mug, *rest, best=20)
    make_together(mug, *rest)
    for other in rest:
        make_rule(action="boost", product=other, factor=2, beside=mug)

    page = f"{LISTS}{mug.pk}/change/"
    admin_client.get(page)  # the content type is read once

    # Session, user, notices; run and product, twice; of both lists the situation, candidates, what
    # is popular and what was left out; rules.
    with django_assert_num_queries(16):
        admin_client.get(page)


def test_nothing_is_edited_here(admin_client):
    product = make_product()

    assert admin_client.get(f"{LISTS}add/").status_code == 403
    assert admin_client.post(f"{LISTS}{product.pk}/change/", {"title": "x"}).status_code == 403


@pytest.mark.parametrize(("may", "said"), [("view", "See"), ("change", "Edit")])
def test_only_who_may_edit_a_product_is_told_so(client, django_user_model, run, may, said):
    user = django_user_model.objects.create_user("mia", is_staff=True)
    names = {"view_recommendedproduct", "view_product", f"{may}_product"}
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)

    page = client.get(f"{LISTS}{make_product().pk}/change/").content.decode()

    assert f">{said} the product<" in page
