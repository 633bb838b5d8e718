"""Files of rows, whatever they are: CSV, TSV, NDJSON or Parquet, packed or not, read as a stream.

opening (limits, encoding, hash) -> delimited | ndjson | parquet -> Table of batches of columns.
"""

from runs.files.opening import FileFacts, FileRefused, inspect_file
from runs.files.tables import BadRow, Batch, NoHeader, Table, open_table

__all__ = [
    "BadRow",
    "Batch",
    "FileFacts",
    "FileRefused",
    "NoHeader",
    "Table",
    "inspect_file",
    "open_table",
]
