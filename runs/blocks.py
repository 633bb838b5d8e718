"""Arrays into PostgreSQL by binary COPY: rows of one shape at a time, none looked at in Python."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from django.db import connection

_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
_ROWS_AT_ONCE = 200_000
# PostgreSQL's numbers for the types that arrays may be of.
_TYPES = {"b1": 16, "i8": 20, "i2": 21, "i4": 23, "f8": 701}

Values = np.ndarray | str | None


def write_blocks(table: str, columns: Sequence[str], blocks: Iterable[Mapping[str, Values]]) -> int:
    """Copy blocks of rows into a table; return how many rows.

    Within a block a column is an array, whose dtype must be the column's own (int16, int32,
    int64, float64 or bool), or one text or NULL (None) for all its rows. An array of two
    dimensions goes into a column of arrays, which all have its width then.
    """
    rows = 0
    names = ", ".join(f'"{name}"' for name in columns)
    sql = f"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)"
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(sql) as copy,
    ):
        copy.write(_SIGNATURE)
        for block in blocks:
            for packed in _pack(block, columns):
                copy.write(packed.tobytes())
                rows += len(packed)
        copy.write(_END)
    return rows


def _pack(block: Mapping[str, Values], columns: Sequence[str]) -> Iterable[np.ndarray]:
    length = next(len(values) for values in block.values() if isinstance(values, np.ndarray))
    shape = np.dtype([("fields", ">i2"), *_fields(block, columns)])
    for begin in range(0, length, _ROWS_AT_ONCE):
        rows = np.zeros(min(_ROWS_AT_ONCE, length - begin), dtype=shape)
        rows["fields"] = len(columns)
        for name in columns:
            values = block[name]
            if values is None:
                rows[f"{name} size"] = -1
                continue
            rows[f"{name} size"] = shape[name].itemsize if name in shape.names else 0
            if isinstance(values, np.ndarray) and values.ndim == 2:
                _fill_arrays(rows[name], values[begin : begin + len(rows)])
            elif isinstance(values, np.ndarray):
                rows[name] = values[begin : begin + len(rows)]
            elif values:
                rows[name] = np.void(values.encode())
        yield rows


def _fields(block: Mapping[str, Values], columns: Sequence[str]) -> Iterable[tuple]:
    for name in columns:
        yield f"{name} size", ">i4"
        values = block[name]
        if isinstance(values, np.ndarray):
            kind = "?" if values.dtype == bool else values.dtype.newbyteorder(">").str
            yield name, kind if values.ndim == 1 else _array_of(kind, values.shape[1])
        elif values:
            yield name, f"V{len(values.encode())}"


def _array_of(kind: str, width: int) -> list[tuple]:
    """Return the shape of an array's value: dimensions, type, extent, then sized elements."""
    head = [("dimensions", ">i4"), ("nulls", ">i4"), ("type", ">i4")]
    if not width:
        return head
    elements = ("elements", [("size", ">i4"), ("value", kind)], (width,))
    return [*head, ("width", ">i4"), ("first", ">i4"), elements]


def _fill_arrays(target: np.ndarray, values: np.ndarray) -> None:
    target["type"] = _TYPES[values.dtype.str[1:]]
    if values.shape[1]:
        target["dimensions"], target["width"], target["first"] = 1, values.shape[1], 1
        target["elements"]["size"] = values.dtype.itemsize
        target["elements"]["value"] = values
