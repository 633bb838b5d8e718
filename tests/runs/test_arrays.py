import numpy as np
import pytest
from django.db import DataError, connection
from django.test.utils import CaptureQueriesContext

from runs.arrays import read_arrays

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["i2", "i4", "i8", "f4", "f8"])
def test_numbers_come_as_they_were_asked_for(kind):
    found = read_arrays("SELECT n FROM generate_series(1, 3) AS n", n=kind)["n"]

    assert found.dtype == np.dtype(kind)
    assert found.tolist() == [1, 2, 3]


def test_no_rows_are_empty_arrays():
    found = read_arrays("SELECT 1 AS a, 2.5 AS b WHERE false", a="i4", b="f8")

    assert {name: len(values) for name, values in found.items()} == {"a": 0, "b": 0}


def test_many_rows_arrive_whole_and_in_order(monkeypatch):
    monkeypatch.setattr("runs.arrays._AT_ONCE", 1_000)

    found = read_arrays("SELECT n, n / 2.0 AS h FROM generate_series(1, 5000) AS n", n="i4", h="f8")

    assert (found["n"] == np.arange(1, 5001)).all()
    assert (found["h"] == np.arange(1, 5001) / 2).all()


def test_null_is_not_a_number():
    assert np.isnan(read_arrays("SELECT NULL::numeric AS x", x="f4")["x"]).all()


def test_instants_come_as_those_of_utc_to_the_microsecond_and_null_as_none():
    sql = "SELECT unnest(%(at)s::timestamptz[]) AS at"
    told = ["1970-01-01 00:00+00", "1999-12-31 23:00:00.000001-02", "2026-03-29 02:30+02", None]

    found = read_arrays(sql, {"at": told}, at="M8[us]")["at"]

    assert found.dtype == np.dtype("M8[us]")
    assert [str(at) for at in found] == [
        "1970-01-01T00:00:00.000000",
        "2000-01-01T01:00:00.000001",
        "2026-03-29T00:30:00.000000",
        "NaT",
    ]


def test_parameters_are_bound():
    assert read_arrays("SELECT %(n)s AS n", {"n": 7}, n="i4")["n"].tolist() == [7]


def test_parameters_are_bound_where_statements_are_noted():
    with CaptureQueriesContext(connection):
        test_parameters_are_bound()


def test_an_error_on_the_way_is_raised_and_leaves_the_connection_usable(transactional_db):
    with pytest.raises(DataError):
        read_arrays("SELECT 1 / (n - 3000) AS n FROM generate_series(1, 5000) AS n", n="i4")

    assert read_arrays("SELECT 1 AS n", n="i4")["n"].tolist() == [1]
