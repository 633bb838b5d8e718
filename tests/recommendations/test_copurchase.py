import numpy as np
import pytest

from recommendations import copurchase
from recommendations.copurchase import fill_baskets, together

NO_CATEGORIES = np.full(6, -1)


def some_lines(seed: int, orders: int = 60, groups: int = 6) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    return random.integers(0, orders, 5 * orders), random.integers(0, groups, 5 * orders)


def lists_of(found) -> dict[int, list[tuple[int, float, float]]]:
    entries = list(zip(found.others, found.scores, found.direct, strict=True))
    ends = zip(found.rows, found.starts, found.starts[1:], strict=False)
    return {
        int(row): [
            (int(other), round(float(score), 9), round(float(direct), 9))
            for other, score, direct in entries[start:end]
        ]
        for row, start, end in ends
    }


def slowly(orders, groups, categories, kept: int) -> dict[int, list[tuple[int, float, float]]]:
    """The formula of the module's docstring, one pair at a time."""
    baskets = {o: {int(g) for g in groups[orders == o]} for o in set(orders.tolist())}
    every = list(baskets.values())
    n = [sum(g in basket for basket in every) for g in range(len(categories))]

    def usual(i, j):
        p = n[j] / len(every)
        if categories[i] < 0:
            return p, 0
        of_category = [{g for g in b if categories[g] == categories[i]} for b in every]
        here = sum(bool(own) for own in of_category)
        both = sum(j in b and bool(own - {j}) for b, own in zip(every, of_category, strict=True))
        return (both + 100 * p) / (here + 100), both

    lists = {}
    for i in range(len(categories)):
        entries = []
        for j in set(range(len(categories))) - {i}:
            count = sum(i in basket and j in basket for basket in every)
            share, both = usual(i, j)
            if count or both:
                damping = (n[i] + 50) ** 0.8 * (n[j] + 50 * share) ** 0.2
                score = (count + 50 * share) / damping
                entries.append((j, round(score, 9), round(count / damping, 9)))
        entries.sort(key=lambda entry: (-entry[1], entry[0]))
        if entries:
            lists[i] = entries[:kept]
    return lists


@pytest.mark.parametrize("categories", [NO_CATEGORIES, np.array([0, 1, 0, 1, -1, 0])])
@pytest.mark.parametrize("kept", [2, 10])
def test_lists_are_those_of_the_formula(categories, kept):
    orders, groups = some_lines(1)

    found = together(fill_baskets(orders, groups, categories), np.arange(6), kept)

    assert lists_of(found) == slowly(orders, groups, categories, kept)


def test_counting_in_small_pieces_changes_nothing(monkeypatch):
    orders, groups = some_lines(2)
    baskets = fill_baskets(orders, groups, np.array([0, 1, 0, 1, -1, 0]))
    whole = lists_of(together(baskets, np.arange(6), 10))

    monkeypatch.setattr(copurchase, "PAIRS_AT_ONCE", 7)

    assert lists_of(together(baskets, np.arange(6), 10)) == whole


def test_lists_of_some_rows_are_those_of_all():
    baskets = fill_baskets(*some_lines(3), np.array([0, 1, 0, 1, -1, 0]))
    every = lists_of(together(baskets, np.arange(6), 10))

    some = lists_of(together(baskets, np.array([5, 1]), 10))

    assert some == {row: every[row] for row in (1, 5)}


def test_scores_lie_between_nothing_and_one_and_their_direct_part_below_them():
    found = together(fill_baskets(*some_lines(4), NO_CATEGORIES), np.arange(6), 10)

    assert ((found.scores > 0) & (found.scores <= 1)).all()
    assert (found.direct <= found.scores).all()


def test_a_product_without_orders_has_what_its_category_is_bought_with():
    orders = np.repeat(np.arange(30), 2)
    groups = np.tile([0, 1], 30)
    tea, biscuits, new_tea = 0, 1, 2
    categories = np.array([7, 8, 7])

    found = together(fill_baskets(orders, groups, categories), np.array([new_tea]), 5)

    assert [other for other, _, _ in lists_of(found)[new_tea]] == [biscuits]
    assert found.direct.tolist() == [0]
    assert tea not in found.others  # never bought beside another tea


def test_two_orders_say_less_than_twenty():
    often, seldom, other = 0, 1, 2
    orders = np.r_[np.repeat(np.arange(20), 2), np.repeat(np.arange(20, 22), 2), np.arange(22, 400)]
    groups = np.r_[np.tile([often, other], 20), np.tile([seldom, other], 2), np.full(378, 3)]

    found = lists_of(together(fill_baskets(orders, groups, np.full(4, -1)), np.arange(4), 5))

    assert found[often][0][1] > found[seldom][0][1]


def test_orders_of_a_hundred_and_one_groups_say_nothing():
    lines = np.zeros(101, int), np.arange(101)

    assert fill_baskets(*lines, np.full(101, -1)).held.shape[0] == 0
    assert fill_baskets(lines[0][:100], lines[1][:100], np.full(101, -1)).held.shape[0] == 1


@pytest.mark.parametrize("groups", [0, 3])
def test_without_orders_there_are_no_lists(groups):
    nothing = np.empty(0, dtype=int)

    found = together(fill_baskets(nothing, nothing, np.full(groups, -1)), np.arange(groups), 5)

    assert found.rows.tolist() == []
    assert found.starts.tolist() == [0]
