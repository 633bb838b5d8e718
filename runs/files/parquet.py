"""Parquet: typed columns, written as the text their cells would be in CSV."""

import json
from collections.abc import Callable, Iterator

from django.conf import settings

from runs.files.opening import FileFacts, FileRefused
from runs.files.tables import BATCH_ROWS, Batch, NoHeader, Table, check_width


def read_table(facts: FileFacts, count_known: Callable[[list[str]], int]) -> Table:
    """Read the schema."""
    import pyarrow as pa  # as large as all the rest of an import, and rarely needed
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(facts.path) as file:
            header = file.schema_arrow.names
            groups = [file.metadata.row_group(n) for n in range(file.num_row_groups)]
    except (pa.ArrowException, OSError) as problem:
        raise FileRefused(f"{facts.path.name} is damaged: {str(problem).splitlines()[0]}") from None
    if sum(group.total_byte_size for group in groups) > settings.IMPORT_UNPACKED_BYTES:
        raise FileRefused(
            f"{facts.path.name} is larger than {settings.IMPORT_UNPACKED_BYTES:,} bytes."
        )
    check_width(facts, header, settings.IMPORT_COLUMNS)
    table = Table(facts, header, lambda: _batches(facts), "Parquet", typed=True)
    if not count_known(header):
        raise NoHeader(table)
    return table


def _batches(facts: FileFacts) -> Iterator[Batch]:
    import pyarrow as pa
    from pyarrow import parquet

    number = 1
    try:
        with parquet.ParquetFile(facts.path) as file:
            for rows in file.iter_batches(batch_size=BATCH_ROWS):
                lines = list(range(number, number + rows.num_rows))
                number += rows.num_rows
                share = number / file.metadata.num_rows
                yield Batch(lines, [_texts(column) for column in rows.columns], min(share, 1.0))
    except (pa.ArrowException, OSError) as problem:
        raise FileRefused(f"{facts.path.name} is damaged: {str(problem).splitlines()[0]}") from None


def _texts(column) -> list[str]:
    import pyarrow as pa

    if isinstance(column, pa.DictionaryArray):
        column = column.dictionary_decode()
    try:
        values = column.cast(pa.string()).to_pylist()
    except (pa.ArrowException, UnicodeDecodeError):
        values = [value if value is None else _text(value) for value in column.to_pylist()]
    if pa.types.is_floating(column.type):
        values = map(_in_full, values)
    return ["" if value is None else value for value in values]


def _in_full(text: str | None) -> str | None:
    """Write a whole number as in 7.1e+12 with all its figures: pandas has ids with gaps as such."""
    if text is None or "e" not in text:
        return text
    value = float(text)
    return str(int(value)) if value.is_integer() else text


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return json.dumps(value, ensure_ascii=False, default=str)
