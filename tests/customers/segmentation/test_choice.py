import numpy as np
import pytest

from customers.segmentation.choice import Candidate, choose_k, decide_k
from tests.customers.segmentation.test_clusters import blobs

SOUND = [
    Candidate(4, 0.95, 0.30, 0.10),
    Candidate(5, 0.90, 0.29, 0.08),
    Candidate(6, 0.85, 0.28, 0.06),
    Candidate(7, 0.60, 0.33, 0.05),
]


def test_the_finest_split_close_to_the_best_is_taken():
    choice = decide_k(SOUND)

    assert (choice.k, choice.code) == (5, "k_chosen")


def test_a_tiny_segment_rules_a_number_out():
    assert decide_k([Candidate(4, 0.9, 0.2, 0.1), Candidate(5, 0.9, 0.5, 0.019)]).k == 4


def test_without_a_stable_number_the_most_stable_is_taken_softly():
    choice = decide_k([Candidate(4, 0.6, 0.2, 0.1), Candidate(5, 0.7, 0.1, 0.1)])

    assert (choice.k, choice.code) == (5, "k_soft")


def test_the_number_in_use_stays_unless_another_is_clearly_better():
    assert decide_k(SOUND, current=6).code == "k_kept"
    assert decide_k(SOUND, current=4).k == 4


@pytest.mark.parametrize(
    "current",
    [
        Candidate(6, 0.59, 0.29, 0.10),
        Candidate(6, 0.90, 0.29, 0.01),
        Candidate(6, 0.90, 0.26, 0.10),
    ],
)
def test_the_number_in_use_gives_way(current):
    assert decide_k([*SOUND[:2], current], current=6).k == 5


SOFT = [Candidate(5, 0.55, 0.18, 0.1), Candidate(6, 0.70, 0.17, 0.1)]


def test_one_poor_number_does_not_give_way_to_another():
    assert decide_k([*SOFT, Candidate(7, 0.56, 0.15, 0.1)], current=7).code == "k_kept"


@pytest.mark.parametrize("current", [Candidate(7, 0.54, 0.2, 0.1), Candidate(7, 0.7, 0.2, 0.01)])
def test_a_number_that_is_much_less_stable_gives_way(current):
    assert decide_k([*SOFT, current], current=7).k == 6


def test_a_number_in_use_that_is_not_considered_gives_way():
    assert decide_k(SOUND, current=12).k == 5


def test_six_blobs_are_six_segments():
    z, _ = blobs(k=6, n=80)

    choice = choose_k(z, seed=1, counts=(5, 6, 7))

    assert choice.k == 6
    assert choice.chosen.stability > 0.99
    assert "6 segments" in choice.text
    assert choice.text.endswith("smallest 17\xa0%).")


def test_a_pinned_number_is_taken_and_measured():
    z, _ = blobs(k=4)

    choice = choose_k(z, seed=1, pinned=5)

    assert (choice.k, choice.code, len(choice.candidates)) == (5, "k_pinned", 1)


def test_small_shops_consider_few_segments():
    z = np.random.default_rng(1).normal(size=(260, 3))

    assert [candidate.k for candidate in choose_k(z, seed=1).candidates] == [5]


def test_the_same_seed_chooses_the_same():
    z = np.random.default_rng(1).normal(size=(300, 3))

    assert choose_k(z, seed=7, counts=(4, 5)) == choose_k(z, seed=7, counts=(4, 5))
