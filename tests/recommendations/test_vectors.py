"""Fields become rows of whole numbers; any one product gets the same row alone."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommendations.vectors import (
    LENGTH,
    MOST_TERMS,
    Fields,
    fit,
    terms_of_attributes,
    terms_of_category,
    terms_of_price,
    vectorise,
)


def fields(*products):
    """Give fields of products, each a dict of some of them."""
    empty = {"title": "", "description": "", "product_type": "", "brand": ""}
    texts = {name: [product.get(name, "") for product in products] for name in empty}
    prices = [("EUR", product.get("price")) for product in products]
    attributes = [json.dumps(product.get("attributes", {})) for product in products]
    return Fields(**texts, price=prices, attributes=attributes)


def cosine(one, other):
    dot = (one.multiply(other)).sum()
    return dot / np.sqrt(one.multiply(one).sum() * other.multiply(other).sum())


def cosines(*products):
    """Give the cosine of the first product with each of the others."""
    _, weights = fit(fields(*products))
    rows = [weights[[row]] for row in range(len(products))]
    return [cosine(rows[0], row) if row.nnz else 0 for row in rows[1:]]


TEXT = st.text(alphabet="abc <>&é羊毛🧦0 ml", max_size=30)
PRODUCT = st.fixed_dictionaries(
    {
        "title": TEXT,
        "description": TEXT,
        "product_type": st.sampled_from(["", "A", "A > B", "A > C", "> >"]),
        "brand": st.sampled_from(["", "Acme", "acme ", "Other"]),
        "price": st.sampled_from([None, 0.0, 1.0, 9.99, 1e9]),
        "attributes": st.dictionaries(st.sampled_from("xy"), st.integers(0, 2)),
    }
)


@given(st.lists(PRODUCT, min_size=1, max_size=12))
@settings(max_examples=80, deadline=None)
def test_a_product_alone_gets_the_row_it_has_in_its_catalogue(products):
    vocabulary, weights = fit(fields(*products))

    for row, product in enumerate(products):
        alone = vectorise(vocabulary, fields(product))
        assert (alone.toarray() == weights[[row]].toarray()).all()


@given(st.lists(PRODUCT, min_size=1, max_size=12))
@settings(max_examples=80, deadline=None)
def test_rows_are_whole_numbers_of_one_length(products):
    _, weights = fit(fields(*products))

    assert (weights.data == np.rint(weights.data)).all()
    lengths = np.sqrt((weights.toarray().astype(float) ** 2).sum(axis=1))
    assert (np.abs(lengths[lengths > 0] - LENGTH) < 5).all()


def test_a_shared_rare_word_counts_more_than_a_shared_common_one():
    crowd = [{"title": "red"}] * 8 + [{"title": "merino"}]

    by_rare, by_common = cosines(
        {"title": "red merino"}, {"title": "merino hat"}, {"title": "red hat"}, *crowd
    )[:2]

    assert by_rare > by_common


def test_a_word_in_every_text_says_next_to_nothing():
    titles = [f"the {'mug' if number % 2 else 'hat'}" for number in range(40)]

    vocabulary, weights = fit(fields(*({"title": title} for title in titles)))

    assert weights[[0]].toarray()[0, vocabulary.columns["the"]] < LENGTH / 10


def test_a_brand_all_products_have_makes_none_alike():
    products = [{"title": title, "brand": "Acme"} for title in ["red mug", "blue hat"] * 20]

    assert cosines(*products)[0] < 0.01


def test_title_counts_more_than_description():
    in_title, in_description = cosines(
        {"title": "wool", "description": "cotton"},
        {"title": "wool", "description": "linen"},
        {"title": "silk", "description": "cotton"},
        {"title": "silk", "description": "linen"},
    )[:2]

    assert in_title > in_description


def test_a_word_of_the_title_meets_the_same_word_of_a_description():
    assert cosines({"title": "wool"}, {"description": "soft wool"}, {"title": "silk"})[0] > 0


def test_closer_categories_are_more_alike():
    near, far = cosines(
        {"product_type": "Home > Kitchen > Mugs"},
        {"product_type": "Home > kitchen > Pans"},
        {"product_type": "Home > Garden"},
        {"product_type": "Home > Kitchen > Mugs"},
        {"product_type": "Home > Garden"},
    )[:2]

    assert near > far > 0


def test_terms_of_one_product_alone_are_left_out():
    vocabulary, weights = fit(fields({"title": "wool hat"}, {"title": "wool sock"}))

    assert vocabulary.labels == ("wool",)
    assert weights.toarray().tolist() == [[LENGTH], [LENGTH]]


def test_one_product_or_none_have_no_terms():
    assert fit(fields({"title": "wool"}))[1].shape == (1, 0)
    assert fit(fields())[1].shape == (0, 0)


def test_new_words_of_a_product_are_left_out_of_its_row():
    vocabulary, _ = fit(fields({"title": "wool"}, {"title": "wool"}))

    assert vectorise(vocabulary, fields({"title": "unheard of"})).nnz == 0


def test_only_the_heaviest_terms_of_a_long_description_are_kept():
    words = " ".join(f"word{number}" for number in range(400))

    _, weights = fit(fields({"description": words}, {"description": words}))

    assert np.diff(weights.indptr).tolist() == [MOST_TERMS, MOST_TERMS]


@pytest.mark.parametrize(
    ("path", "terms"),
    [
        ("", []),
        (" > ", []),
        ("Home", ["category: home"]),
        (
            "Home > Mugs > Tall",
            [f"category: home{rest}" for rest in ("", " > mugs", " > mugs > tall")],
        ),
    ],
)
def test_a_category_path_names_each_level(path, terms):
    assert terms_of_category(path) == terms


@pytest.mark.parametrize(
    ("attributes", "terms"),
    [
        ({"Colour": " Red "}, ["colour: red"]),
        ({"size": 38, "width": 2.5}, ["size: 38", "width: 2.5"]),
        ({"organic": True, "vegan": False}, ["organic: yes", "vegan: no"]),
        ({"a": None, "b": "", "c": {"d": 1}, "e": [[1]]}, []),
        ({"care": "x" * 81}, []),
    ],
)
def test_attributes_are_terms_of_name_and_value(attributes, terms):
    assert terms_of_attributes(json.dumps(attributes)) == terms


@pytest.mark.parametrize(
    ("price", "terms"),
    [
        (None, []),
        (0, []),
        (-3, []),
        (float("nan"), []),
        (1, ["price: 1 to 1.5 EUR"]),
        (1.49, ["price: 1 to 1.5 EUR"]),
        (150, ["price: 130 to 190 EUR"]),
        (0.004, ["price: 0.0034 to 0.0051 EUR"]),
    ],
)
def test_prices_fall_in_bands(price, terms):
    assert terms_of_price(("EUR", price)) == terms
