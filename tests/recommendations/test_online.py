import numpy as np
import pytest

from recommendations.online import LEAST_HITS, Estimate, Sums, lift, rates


def sums_of(impressions, clicks, orders, revenue) -> Sums:
    """Sum arrays with a value for each shopper, the plain way."""
    i, c, o, r = (np.asarray(values, float) for values in (impressions, clicks, orders, revenue))
    return Sums(
        len(i),
        *(values.sum() for values in (i, c, o, r)),
        *((values**2).sum() for values in (i, c, o, r)),
        (c * i).sum(),
        (o * c).sum(),
        (r * i).sum(),
    )


def shoppers(random, count, rate, order_rate=0.2):
    """Simulate shoppers of different keenness, who see 1 to 40 products each."""
    impressions = random.integers(1, 41, count)
    keenness = random.gamma(2, rate / 2, count).clip(max=1)
    clicks = random.binomial(impressions, keenness)
    orders = random.binomial(clicks, order_rate)
    return sums_of(impressions, clicks, orders, orders * random.gamma(2, 10, count))


def test_an_interval_of_equal_shoppers_is_that_of_their_mean():
    clicks = np.array([0, 1] * 50)

    found = rates(sums_of([10] * 100, clicks, [0] * 100, [0] * 100)).clicks

    half = 1.959964 * clicks.std(ddof=1) / 10 / np.sqrt(100)
    assert (found.value, found.low, found.high) == pytest.approx((0.05, 0.05 - half, 0.05 + half))


@pytest.mark.parametrize("figure", ["clicks", "orders", "revenue"])
def test_ninety_five_of_a_hundred_intervals_hold_the_truth(figure):
    random = np.random.default_rng(5)
    truth = getattr(rates(shoppers(random, 1_000_000, 0.05)), figure).value

    found = [getattr(rates(shoppers(random, 1500, 0.05)), figure) for _ in range(400)]

    covered = np.mean([estimate.low <= truth <= estimate.high for estimate in found])
    assert 0.92 <= covered <= 0.98


def test_as_many_intervals_of_a_lift_hold_the_truth():
    random = np.random.default_rng(6)
    big = [rates(shoppers(random, 1_000_000, rate)).clicks.value for rate in (0.06, 0.04)]
    truth = big[0] / big[1] - 1

    found = [
        lift(*(rates(shoppers(random, count, rate)).clicks for count, rate in pairs))
        for pairs in [((1500, 0.06), (500, 0.04))] * 400
    ]

    assert 0.92 <= np.mean([each.low <= truth <= each.high for each in found]) <= 0.98
    assert truth == pytest.approx(0.5, abs=0.02)


def test_few_are_too_few_to_tell():
    few_hits = sums_of([9] * 50, [1] * (LEAST_HITS - 1) + [0] * 41, [0] * 50, [0] * 50)
    few_shoppers = sums_of([9] * 20, [1] * 20, [0] * 20, [0] * 20)

    assert rates(few_hits).clicks == Estimate(pytest.approx(9 / 450))
    assert not rates(few_shoppers).clicks.is_sure
    assert rates(few_hits).orders == Estimate(0)


def test_of_nothing_there_is_no_share():
    nothing = rates(sums_of([], [], [], []))

    assert nothing.clicks == nothing.orders == nothing.revenue == Estimate(None)
    assert lift(nothing.clicks, Estimate(0.1)) == Estimate(None)


def test_a_lift_of_what_is_not_sure_has_no_interval():
    found = lift(Estimate(0.2), Estimate(0.1, 0.08, 0.12))

    assert found == Estimate(1.0)
