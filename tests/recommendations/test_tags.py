"""Template tags take the parameters of the API as it does."""

import re

import pytest
from django.template import Context, Template, TemplateSyntaxError

from products.models import Product
from tests.factories import make_customer, make_order, make_product
from tests.recommendations.shelf import make_neighbours, make_personal, make_together

pytestmark = pytest.mark.django_db


def shown_by(tag: str, **context) -> list[str]:
    html = Template(f"{{% load recommendations %}}{{% {tag} %}}").render(Context(context))
    return re.findall(r'data-product="([^"]*)"', html)


@pytest.fixture
def shop() -> None:
    """A mug with what is like it, in order; the bowl is dearer, the pan cheaper and sold out."""
    mug, *others = (
        make_product(external_id=name, price=price, brand=brand, product_type=path, **over)
        for name, price, brand, path, over in [
            ("mug", 10, "Acme", "Home > Mugs", {}),
            ("cup", 10, "Acme", "Home > Mugs", {}),
            ("bowl", 20, "Zen", "Home > Bowls", {"item_group_id": "bowls"}),
            ("dish", 20, "Zen", "Home > Bowls", {"item_group_id": "bowls"}),
            ("pan", 5, "Zen", "Home > Pans", {"availability": "out_of_stock"}),
        ]
    )
    make_neighbours(mug, *others)


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("", ["cup", "bowl"]),
        ("limit=1", ["cup"]),
        ('limit="1"', ["cup"]),
        ('category="home >bowls"', ["bowl"]),
        ('brand="acme"', ["cup"]),
        ("brand=brands", ["cup", "bowl"]),
        ('min_price="10.50"', ["bowl"]),
        ("max_price=10", ["cup"]),
        ('price="dearer"', ["bowl"]),
        ('in_stock="false"', ["cup", "bowl", "pan"]),
        ("in_stock=False", ["cup", "bowl", "pan"]),
        ("one_per_group=False", ["cup", "bowl", "dish"]),
        ('exclude="CUP,bowl"', ["dish"]),
        ("exclude=seen", ["dish"]),
        ('min_score="0.85"', ["cup"]),
        ("min_score=0.85", ["cup"]),
        ("explain=True", ["cup", "bowl"]),
        ('include_purchased="true"', ["cup", "bowl"]),
        ('arm="baseline"', ["cup", "dish"]),
        ("brand=nothing category=missing exclude=none", ["cup", "bowl"]),
    ],
)
def test_every_parameter_does_what_it_says(shop, asked, shown):
    context = {"brands": ["acme", "ZEN"], "seen": ("cup", "bowl"), "nothing": "", "none": []}

    assert shown_by(f"similar_products 'mug' {asked}", **context) == shown


@pytest.mark.parametrize(
    "asked", ['price="dear"', "limit=0", 'min_price="cheap"', "min_score=2", 'colour="red"']
)
def test_what_is_wrong_is_refused(shop, asked):
    with pytest.raises(TemplateSyntaxError, match=asked.partition("=")[0]):
        shown_by(f"similar_products 'mug' {asked}")


@pytest.mark.parametrize(
    "tag", ["products_bought_together 'mug'", "for_basket basket", "popular_products"]
)
def test_every_tag_reads_its_parameters(shop, tag):
    make_together(Product.objects.get(external_id="mug"), Product.objects.get(external_id="bowl"))

    found = shown_by(f"{tag} limit='9' brand='zen' one_per_group='false'", basket=["mug"])

    assert {*found} == {"bowl", "dish"}


def test_what_a_customer_has_is_shown_again_only_where_asked():
    mug, cup = make_product(external_id="mug"), make_product(external_id="cup")
    make_personal({mug: {cup: 0.5}, cup: {}})
    make_order(make_customer(external_id="ada"), mug)

    assert shown_by("for_customer 'ada' limit='4'") == ["cup"]
    assert {*shown_by("for_customer 'ada' include_purchased='true'")} == {"cup", "mug"}
    assert shown_by("buy_again 'ada' exclude='cup,MUG'") == []


def test_what_is_merely_popular_is_not_called_often_bought_with_it():
    mug, tea = make_product(external_id="mug"), make_product(external_id="tea")
    make_product(external_id="hat")
    make_together(mug, tea)
    assert shown_by("products_bought_together mug", mug=mug) == ["tea", "hat"]

    Product.objects.filter(pk=tea.pk).update(availability="out_of_stock")

    assert shown_by("products_bought_together mug", mug=mug) == []


def test_ids_may_be_numbers_and_what_is_missing_shows_no_list():
    shown, beside = make_product(external_id="17"), make_product(external_id="18")
    make_neighbours(shown, beside)
    make_customer(external_id="17")

    assert shown_by("similar_products 17") == ["18"]
    assert shown_by("for_basket ids", ids=[17, beside]) == []
    assert sorted(shown_by("for_customer id", id=17)) == ["17", "18"]
    for tag in ("similar_products none", "products_bought_together none", "for_customer none"):
        assert shown_by(tag, none=None) == []
