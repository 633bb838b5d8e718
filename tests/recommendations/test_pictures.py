import pytest

from recommendations.pictures import SHAPES, VARIANTS, picture_name, picture_tones


@pytest.mark.parametrize(
    ("product_type", "title", "shape"),
    [
        ("Home > Mugs", "Blue", "mug"),
        ("Produce > Tropical fruit > Bananas", "", "banana"),
        ("Sale", "Merino jumper", "garment"),
        ("Kitchen > Cups > Rest", "Blue", "mug"),
    ],
)
def test_the_nearest_words_choose_the_shape(product_type, title, shape):
    assert picture_name(product_type, title, "1").split("-")[0] == shape


def test_a_category_looks_alike_and_its_products_differ():
    names = {picture_name("Toys > Robots", "Robot", f"sku-{n}") for n in range(50)}

    assert len(names) == VARIANTS
    assert len({name.rsplit("-", 1)[0] for name in names}) == 1


def test_a_product_without_any_words_has_a_picture():
    assert picture_name("", "", "1").split("-")[0] in SHAPES


@pytest.mark.parametrize("name", ["", "mug", "cat-1-1", "mug-1-9", "mug-11-1", "../mug-1-1"])
def test_only_names_of_pictures_have_tones(name):
    with pytest.raises(LookupError):
        picture_tones(name)
