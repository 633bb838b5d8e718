import pytest

from recommendations.reasons import clause, shared_terms


def test_shares_sum_to_the_cosine():
    one, other = ([1, 4, 9], [3.0, 4.0, 12.0]), ([4, 9], [8.0, 6.0])

    shares = shared_terms(one, other)

    assert [column for column, _ in shares] == [9, 4]
    assert sum(share for _, share in shares) == pytest.approx((4 * 8 + 12 * 6) / (13 * 10))


def test_equal_shares_are_ordered_by_column():
    one = ([2, 7], [1.0, 1.0])

    assert [column for column, _ in shared_terms(one, one)] == [2, 7]


@pytest.mark.parametrize(
    ("labels", "title", "said"),
    [
        (["merino"], "Socks", "Also merino"),
        (["socks", "merino"], "Fine merino socks", "Also merino socks"),
        (["milk", "white"], "Milk, white", "Also milk"),
        (["a", "b1", "12", "tea"], "12 a b1", "Also tea"),
        (["500ml"], "", "Same size"),
        (["brand: acme", "tea"], "", "Also tea, same brand"),
        (["colour: red", "brand: acme"], "", "Also red, same brand"),
        (["organic: yes"], "", "Also organic"),
        (["organic: no"], "", ""),
        (["size: 38", "price: 11 to 17 EUR"], "", "Same size, similar price"),
        (["category: home", "tea"], "", "Also tea"),
        ([], "", ""),
    ],
)
def test_a_clause_says_what_is_shared_in_a_few_words(labels, title, said):
    assert clause(labels, title) == said


def test_a_category_is_spelled_as_in_the_products_path():
    said = clause(["category: home > tea & mugs"], product_type="Home > Tea & Mugs > Small")

    assert said == "Also in Tea & Mugs"
