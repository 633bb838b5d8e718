"""Arrays arrive in PostgreSQL as they were, row by row."""

import numpy as np
import pytest

from runs.blocks import write_blocks
from runs.copying import execute, fetch

pytestmark = pytest.mark.django_db


def test_arrays_texts_and_nulls_become_columns():
    execute("CREATE TEMP TABLE written (a int, b float8, c text, d bool) ON COMMIT DROP")
    block = {"a": np.array([1, -2], "i4"), "b": np.array([0.5, 1e9]), "c": "é", "d": None}

    assert write_blocks("written", list(block), [block]) == 2

    assert fetch("SELECT * FROM written") == [(1, 0.5, "é", None), (-2, 1e9, "é", None)]


@pytest.mark.parametrize(
    ("kind", "dtype"),
    [("int2", "i2"), ("int4", "i4"), ("int8", "i8"), ("float8", "f8"), ("bool", "?")],
)
def test_rows_of_two_dimensions_become_arrays(kind, dtype):
    execute(f"CREATE TEMP TABLE written (a int, b {kind}[]) ON COMMIT DROP")
    values = np.array([[0, 1, 1], [1, 0, 1]], dtype)
    blocks = [
        {"a": np.array([1, 2], "i4"), "b": values},
        {"a": np.array([3], "i4"), "b": values[:1, :0]},
    ]

    write_blocks("written", ["a", "b"], blocks)

    assert fetch("SELECT b FROM written ORDER BY a") == [(row.tolist(),) for row in values] + [
        ([],)
    ]
