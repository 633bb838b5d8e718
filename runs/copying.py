"""COPY: rows into a table as text, far faster than INSERT."""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor

NULL = r"\N"
_ESCAPED = re.compile(r"[\\\t\n\r]")
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def copy_text(value: Any) -> str:
    """Write one value as COPY reads it."""
    if value is None:
        return NULL
    if isinstance(value, str):
        return value.translate(_ESCAPES) if _ESCAPED.search(value) else value
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, int | float | Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False, default=str).translate(_ESCAPES)


def copy_in(table: str, columns: Iterable[str], blocks: Iterable[list[Iterable[str]]]) -> int:
    """Copy blocks of columns, already written by `copy_text`, into a table; return their rows."""
    names = ", ".join(f'"{name}"' for name in columns)
    rows = 0
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy,
    ):
        for block in blocks:
            lines = list(map("\t".join, zip(*block, strict=True)))
            rows += len(lines)
            if lines:
                copy.write("\n".join(lines) + "\n")
    return rows


def copy_rows(table: str, columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> int:
    """Copy rows of plain values into a table; return how many."""
    blocks = ([list(map(copy_text, values)) for values in zip(*rows, strict=True)],)
    return copy_in(table, columns, blocks)


@contextmanager
def staged(
    table: str,
    types: dict[str, str],
    blocks: Iterable[list[Iterable[str]]],
    columns: Iterable[str] = (),
) -> Iterator[str]:
    """Keep blocks of columns, all or those named, in a temporary table of this session."""
    described = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
    execute(f"DROP TABLE IF EXISTS {table}; CREATE TEMP TABLE {table} ({described})")
    try:
        copy_in(table, columns or types, blocks)
        execute(f"ANALYZE {table}")
        yield table
    finally:
        if not connection.needs_rollback:
            execute(f"DROP TABLE IF EXISTS {table}")


def temp_table(name: str, query: str, params: Any = None) -> None:
    """Make a temporary table of this session from a query."""
    execute(f"DROP TABLE IF EXISTS {name}")
    execute(f"CREATE TEMP TABLE {name} AS {query}", params)
    execute(f"ANALYZE {name}")


def execute(sql: str, params: Any = None) -> int:
    """Run a statement; return how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.rowcount


def fetch(sql: str, params: Any = None) -> list[tuple]:
    """Run a query; return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def fetch_prepared(sql: str, params: Any = None) -> list[tuple]:
    """Run a query of those that are run all the time, which a connection plans once.

    The server binds its parameters, and must be able to tell their types from the query.
    """
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    bound_there = ServerBindingCursor(connection.connection)
    with connection._prepare_cursor(bound_there) as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
