"""Figures of moving windows against counting each window by itself."""

import numpy as np
import pytest

from customers.insights.buyers import NOBODY, Purchases, buyer_figures, ratio_error


def some_purchases(orders: int = 300, buyers: int = 25, months: int = 15) -> Purchases:
    random = np.random.default_rng(3)
    gross = random.integers(1, 500, orders)
    discount = gross // random.integers(2, 9, orders)
    return Purchases(
        buyer=random.integers(0, buyers, orders),
        month=np.append(random.integers(0, months, orders - 1), months - 1),
        sold=random.random(orders) < 0.9,
        net=gross - discount - random.choice([0, 0, 600], orders),
        gross=gross,
        discount=discount,
    )


def firsts_of(bought: Purchases) -> np.ndarray:
    first = np.full(25, 99)
    np.minimum.at(first, bought.buyer[bought.sold], bought.month[bought.sold])
    return first


def plainly(bought: Purchases, who: set[int], end: int, span: int) -> dict:
    rows = [
        n
        for n in range(len(bought.buyer))
        if end - span < bought.month[n] <= end and bought.buyer[n] in who
    ]
    buyers = {bought.buyer[n] for n in rows if bought.sold[n]}
    firsts = {buyer: min(bought.month[(bought.buyer == buyer) & bought.sold]) for buyer in buyers}
    new = {buyer for buyer in buyers if end - span < firsts[buyer]}
    spent = {
        buyer: sum(bought.net[n] for n in rows if bought.buyer[n] == buyer) for buyer in buyers
    }
    return {
        "ranked": sorted(buyers, key=lambda buyer: (-spent[buyer], buyer)),
        "new_buyers": len(new),
        "orders": sum(bought.sold[n] for n in rows),
        "net": sum(bought.net[n] for n in rows),
        "new_net": sum(bought.net[n] for n in rows if bought.buyer[n] in new),
        "gross": sum(bought.gross[n] for n in rows if bought.buyer[n] in buyers),
        "discount": sum(bought.discount[n] for n in rows if bought.buyer[n] in buyers),
    }


@pytest.mark.parametrize("span", [1, 12])
def test_every_window_is_as_if_counted_alone(span):
    bought, segment = some_purchases(), np.arange(25) % 3 - 1

    for figures in buyer_figures(bought, firsts_of(bought), segment, range(15), (span,)):
        of_scope = segment == figures.scope if figures.scope is not None else segment > -9
        expected = plainly(bought, {*np.flatnonzero(of_scope)}, figures.end, span)
        assert {name: getattr(figures, name) for name in expected if name != "ranked"} == {
            name: value for name, value in expected.items() if name != "ranked"
        }
        assert figures.ranked.tolist() == expected["ranked"]


def test_later_windows_need_no_more_than_a_year_before_them():
    bought, segment = some_purchases(), np.zeros(25, int)
    late = bought.month > 14 - 12
    less = Purchases(**{name: values[late] for name, values in vars(bought).items()})

    for few, all_of in zip(
        buyer_figures(less, firsts_of(bought), segment, range(14, 15)),
        buyer_figures(bought, firsts_of(bought), segment, range(14, 15)),
        strict=True,
    ):
        assert (few.net, few.new_buyers, few.ranked.tolist()) == (
            all_of.net,
            all_of.new_buyers,
            all_of.ranked.tolist(),
        )


def test_a_month_without_orders_has_no_buyers():
    one = np.array([1, 1])
    bought = Purchases(np.array([0, 0]), np.array([0, 2]), one > 0, one, one, one)

    found = buyer_figures(bought, np.array([0]), np.array([NOBODY]), range(3), (1,))
    counts = [len(each.ranked) for each in found]

    assert counts == [1, 1, 0, 0, 1, 1]


def test_the_error_of_a_ratio_is_that_of_customers_drawn_anew():
    random = np.random.default_rng(5)
    wholes = random.lognormal(3, 1, 400)
    parts = wholes * random.beta(2, 8, 400)
    draws = random.integers(0, 400, (3000, 400))
    spread = (parts[draws].sum(axis=1) / wholes[draws].sum(axis=1)).std()

    assert ratio_error(parts, wholes) == pytest.approx(spread, rel=0.08)


@pytest.mark.parametrize("wholes", [[], [5.0], [0.0, 0.0]])
def test_too_few_customers_have_no_error(wholes):
    assert ratio_error(np.zeros(len(wholes)), np.array(wholes)) is None
