import json

import numpy as np
import pytest

from customers.norms import ShopNorms, measure_norms, percentile_of, share_below
from tests.customers.frames import AS_OF, category_frame, totals_frame, totals_row


def test_rates_are_of_the_whole_shop():
    totals = totals_frame(
        totals_row(1, gross=100.0, discount=10.0, returned=0.0, season_orders=1),
        totals_row(2, gross=300.0, discount=30.0, returned=36.0, season_orders=0),
    )

    norms = measure_norms(totals, category_frame(), AS_OF)

    assert norms.discount_rate == pytest.approx(0.1)
    assert norms.return_rate == pytest.approx(0.1)
    assert norms.season_rate == pytest.approx(0.25)


def test_the_usual_gap_is_the_median_of_those_who_came_again():
    totals = totals_frame(
        totals_row(1, order_count=1, first=50, last=50),
        totals_row(2, order_count=3, first=40, last=10),
        totals_row(3, order_count=2, first=40, last=20),
        totals_row(4, order_count=2, first=40, last=15),
    )

    assert measure_norms(totals, category_frame(), AS_OF).usual_gap == 20


def test_history_reaches_back_to_the_first_order_of_all():
    totals = totals_frame(totals_row(1, first=20), totals_row(2, first=700))

    assert measure_norms(totals, category_frame(), AS_OF).history == 700


def test_a_shop_without_orders_has_norms_that_are_numbers():
    norms = measure_norms(totals_frame(), category_frame(), AS_OF)

    assert np.isfinite([norms.order_value, norms.discount_rate, norms.usual_gap]).all()


def test_shares_of_categories_leave_out_what_was_sent_back():
    categories = category_frame((1, 5, 1, 1, 30.0), (1, 6, 1, 1, -10.0), (2, 7, 1, 1, 10.0))

    norms = measure_norms(totals_frame(totals_row(1)), categories, AS_OF)

    assert norms.category_shares == pytest.approx({5: 0.75, 6: 0.0, 7: 0.25})


def test_norms_survive_json():
    categories = category_frame((1, 5, 1, 1, 30.0), (1, 6, 2, 4, 10.0))
    norms = measure_norms(totals_frame(totals_row(1)), categories, AS_OF)

    assert ShopNorms.from_json(json.loads(json.dumps(norms.to_json()))) == norms


def test_equal_values_share_the_middle_of_their_places():
    grid = np.array([1.0, 1.0, 1.0, 1.0])

    assert percentile_of(np.array([1.0]), grid)[0] == 0.5


def test_of_equal_values_none_is_below_the_other():
    ordered = np.array([1.0] * 60 + [2.0] * 30 + [9.0] * 10)

    assert share_below(np.array([1.0, 2.0, 3.0]), ordered).tolist() == [0.0, 0.6, 0.9]
