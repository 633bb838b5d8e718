import pytest

from recommendations.pictures import SHAPES, VARIANTS, picture_name, picture_tones


@pytest.mark.parametrize(
    ("product_type", "title", "shape"),
    [
        ("Home > Mugs", "Blue", "mug"),
        ("Produce > Tropical fruit > Bananas", "", "banana"),
        ("Sale", "Merino jumper", "garment"),
        ("Outdoor > Hiking boots", "Slate", "shoe"),
        ("", "Peak saddle bag blue", "bag"),
        ("Bike > Lights", "Front light", "lamp"),
        ("Home > T-light holders", "", "candle"),
        ("Kitchen > Cups > Rest", "Blue", "mug"),
        ("Snacks > Soup crackers, oyster", "", "box"),
        ("Freezer > Ice cream", "", "tub"),
        ("Paper > Toilet paper", "", "roll"),
    ],
)
def test_the_nearest_words_choose_the_shape(product_type, title, shape):
    assert picture_name(product_type, title, "1").split("-")[0] == shape


def test_a_category_looks_alike_and_its_products_differ():
    names = [picture_name("Toys > Robots", "Robot", f"sku-{n}") for n in range(50)]

    assert len({name.split("-")[1][0] for name in names}) == 1  # the ground
    assert len(set(names)) > 40


@pytest.mark.parametrize(
    ("product_type", "title", "colours"),
    [("Sauces > Jars", "Tomato basil", "3"), ("Sauces > Jars", "Lemon", "5")],
)
def test_a_thing_has_the_colour_its_title_tells(product_type, title, colours):
    names = {picture_name(product_type, title, f"sku-{n}") for n in range(9)}

    assert {name.split("-")[1][1] for name in names} == {colours}


def test_what_grows_has_not_just_any_colour():
    names = {picture_name("Produce > Salads", "Blue", f"sku-{n}") for n in range(30)}

    assert {name.split("-")[1][1] for name in names} <= {"1", "8"}


@pytest.mark.parametrize("variant", range(VARIANTS))
def test_every_variant_stands_inside_its_picture(variant):
    _, tones = picture_tones(f"mug-00-{variant}")

    assert 78 * tones["scale"] + tones["left"] >= 0
    assert 312 * tones["scale"] + tones["left"] <= 400


def test_a_product_without_any_words_has_a_picture():
    assert picture_name("", "", "1").split("-")[0] in SHAPES


@pytest.mark.parametrize("name", ["", "mug", "cat-11-1", "mug-11-96", "mug-1-1", "../mug-11-1"])
def test_only_names_of_pictures_have_tones(name):
    with pytest.raises(LookupError):
        picture_tones(name)
