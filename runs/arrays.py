"""Numbers out of PostgreSQL as NumPy arrays, by binary COPY."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from django.db import connection

_HEADER, _TRAILER = 19, 2


def read_arrays(query: str, params: Sequence[Any] = (), /, **columns: str) -> dict[str, np.ndarray]:
    """Run a query and return these of its columns, each as `i8` or `f8`; NULL is read as NaN.

    All are fetched 8 bytes wide, so every row has one length and none is looked at in Python.
    An `i8` column must hold no NULL.
    """
    wanted = ", ".join(
        f"{name}::int8" if kind == "i8" else f"coalesce({name}::float8, 'NaN')"
        for name, kind in columns.items()
    )
    row = np.dtype(
        [("fields", ">i2")]
        + [
            part
            for name, kind in columns.items()
            for part in ((f"{name} size", ">i4"), (name, f">{kind}"))
        ]
    )
    received = bytearray()
    with connection.cursor() as cursor:
        sql = f"COPY (SELECT {wanted} FROM ({query}) AS rows) TO STDOUT (FORMAT BINARY)"
        with cursor.copy(sql, params) as copy:
            for block in copy:
                received += block
    rows = np.frombuffer(received[_HEADER:-_TRAILER], dtype=row)
    return {name: rows[name].astype(kind) for name, kind in columns.items()}
