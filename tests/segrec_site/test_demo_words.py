import doctest

import pytest

from segrec_site import demo_words


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("FRZN BREADED PREPARED CHICK", "Frozen breaded prepared chicken"),
        ("CHEESE: NATURAL PREPORTND", "Cheese, natural portioned"),
        ("CANDY BAGS-NON CHOCOLATE", "Candy bags, non chocolate"),
        ("WAFFLES/PANCAKES/FRENCH TOAST", "Waffles, pancakes, French toast"),
        ("CAN DOGFD GOURMET/SUPER PREM (", "Canned dog food gourmet, super premium"),
        ("MISC. FIRST AID PRODUCTS", "Miscellaneous first aid products"),
    ],
)
def test_terse_labels_become_plain_words(label, words):
    assert demo_words.plain_words(label, known={"TOAST"}) == words


def test_a_word_cut_off_at_the_end_is_left_out():
    known = demo_words.known_words(["PREMIUM COOKIES", "ANTIPERSPIRANTS"])

    assert (
        demo_words.plain_words("PREMIUM COOKIES AND CRACKERS MI", known)
        == "Premium cookies and crackers"
    )


def test_examples_in_the_words_module_hold():
    assert doctest.testmod(demo_words).failed == 0
