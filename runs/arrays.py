"""Numbers out of PostgreSQL as NumPy arrays, by binary COPY."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from django.db import connection
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus

_HEADER, _TRAILER = 19, 2
_AT_ONCE = 1 << 24  # bytes turned into arrays at a time
_INSTANT = "M8[us]"
_SQL = {
    "i2": "{}::int2",
    "i4": "{}::int4",
    "i8": "{}::int8",
    "f4": "coalesce({}::float4, 'NaN')",
    "f8": "coalesce({}::float8, 'NaN')",
    _INSTANT: "coalesce({}::timestamptz, '-infinity')",
}
_POSTGRES_EPOCH = np.datetime64("2000-01-01", "us").astype("i8")
_NEVER = np.iinfo("i8").min  # both -infinity as it is sent and NaT as it is kept


def read_arrays(query: str, params: Sequence[Any] = (), /, **columns: str) -> dict[str, np.ndarray]:
    """Run a query and return these of its columns: `i2`, `i4`, `i8`, `f4`, `f8` or `M8[us]` each.

    All are fetched at one width a column, so every row has one length and none is looked at in
    Python. NULL is read as NaN or NaT; a column of integers must hold none. Instants are of UTC.
    """
    wanted = ", ".join(_SQL[kind].format(name) for name, kind in columns.items())
    parts = [("fields", ">i2")]
    for name, kind in columns.items():
        parts += [(f"{name} size", ">i4"), (name, ">i8" if kind == _INSTANT else f">{kind}")]
    row = np.dtype(parts)
    sql = f"COPY (SELECT {wanted} FROM ({query}) AS rows) TO STDOUT (FORMAT BINARY)"
    found = {name: [np.empty(0, kind)] for name, kind in columns.items()}
    for piece in _pieces(sql, params, row.itemsize):
        rows = np.frombuffer(piece, dtype=row)
        for name, kind in columns.items():
            found[name].append(
                _instants(rows[name]) if kind == _INSTANT else rows[name].astype(kind)
            )
    return {name: np.concatenate(found.pop(name)) for name in columns}


def _instants(sent: np.ndarray) -> np.ndarray:
    """Instants as numpy counts them, from 1970, of those counted from 2000."""
    found = sent.astype("i8")
    found[found != _NEVER] += _POSTGRES_EPOCH
    return found.view(_INSTANT)


def _pieces(sql: str, params: Sequence[Any], length: int) -> Iterator[bytes]:
    """Yield whole rows, many at a time, without COPY's header and trailer.

    psycopg hands a COPY over row by row, slowly, so all but the first are taken from libpq itself.
    """
    received = bytearray()
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.cursor.copy(sql, params) as copy,  # Django's own takes no parameters in debug mode
    ):
        received += memoryview(copy.read())[_HEADER:]
        libpq = copy.connection.pgconn
        while (block := libpq.get_copy_data(0))[0] > 0:
            received += block[1]
            if len(received) >= _AT_ONCE:
                whole = len(received) - len(received) % length
                yield bytes(received[:whole])
                del received[:whole]
        for result in list(iter(libpq.get_result, None)):
            if result.status != ExecStatus.COMMAND_OK:
                raise error_from_result(result)
    yield bytes(received[:-_TRAILER])
