import numpy as np
import pytest

from customers.features import NAMES
from customers.naming.profiles import profile_segments, typical_values
from customers.transform import fit_transform
from tests.customers.test_transform import random_features, with_column


def profiles_of(features, labels):
    return profile_segments(features, fit_transform(features), np.asarray(labels), 2)


def test_sizes_and_revenue_add_up_to_all():
    features = random_features()

    found = profiles_of(features, np.arange(400) % 4 == 0)

    assert [profile.customers for profile in found] == [300, 100]
    assert sum(profile.share for profile in found) == pytest.approx(1)
    assert sum(profile.revenue_share for profile in found) == pytest.approx(1)


def test_a_ladder_parted_in_two_has_its_quarters_as_places():
    features = with_column(random_features(), "order_count", np.arange(400))

    low, high = profiles_of(features, np.arange(400) >= 200)

    assert low.percentile["order_count"] == pytest.approx(25, abs=1)
    assert high.percentile["order_count"] == pytest.approx(75, abs=1)
    assert high.measure("median_order_count") == pytest.approx(299.5)


def test_the_typical_customer_of_all_is_the_middle_one_whatever_the_segments():
    orders = np.repeat([1, 3, 20], [240, 120, 40])

    typical = typical_values(with_column(random_features(), "order_count", orders))

    assert typical["order_count"] == 1
    assert list(typical) == list(NAMES)


def test_a_feature_left_out_has_no_place():
    features = with_column(random_features(), "return_rate", 0.0)

    profile = profiles_of(features, np.arange(400) % 2)[0]

    assert profile.measure("return_rate") is None
    assert profile.measure("recentness") == 100 - profile.percentile["days_since_last_order"]


def test_who_ordered_once_is_counted():
    features = with_column(random_features(), "order_count", np.where(np.arange(400) < 100, 1, 5))

    profile = profiles_of(features, np.zeros(400, int) + (np.arange(400) >= 200))[0]

    assert profile.one_time == 0.5


def test_a_sample_of_many_customers_says_about_the_same(monkeypatch):
    features, labels = random_features(4_000), np.arange(4_000) % 2
    whole = profiles_of(features, labels)

    monkeypatch.setattr("customers.naming.profiles.SAMPLE", 1_500)
    part = profiles_of(features, labels)

    for name in NAMES:
        assert part[0].median[name] == pytest.approx(whole[0].median[name], rel=0.1)
    assert part[0].customers == whole[0].customers
