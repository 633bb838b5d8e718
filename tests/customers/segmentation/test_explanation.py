import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from customers.segmentation.explanation import contributions, main_reasons, moving_feature

coordinates = arrays(float, 6, elements=st.floats(-5, 5))


@settings(max_examples=50, deadline=None)
@given(coordinates, coordinates, coordinates)
def test_contributions_add_up_to_the_margin(z, own, other):
    margin = ((z - other) ** 2).sum() - ((z - own) ** 2).sum()

    assert contributions(z, own, other).sum() == pytest.approx(margin, abs=1e-9)


def test_reasons_come_largest_first_with_shares_of_all_that_speaks_for_it():
    reasons = main_reasons(("a", "b", "c", "d"), np.array([1.0, 4.0, -9.0, 5.0]), most=2)

    assert [(reason.feature, reason.share) for reason in reasons] == [("d", 0.5), ("b", 0.4)]


def test_nothing_may_speak_for_a_segment():
    assert main_reasons(("a", "b"), np.array([-1.0, 0.0])) == []


def test_the_feature_that_changed_most_towards_the_new_segment_moved_the_customer():
    was = np.array([[0.0, 0.0], [0.0, 0.0]])
    now = np.array([[3.0, 1.0], [1.0, 3.0]])
    left, entered = np.zeros((2, 2)), np.full((2, 2), 4.0)

    assert moving_feature(was, now, left, entered).tolist() == [0, 1]
