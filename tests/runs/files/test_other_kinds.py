import datetime

import pyarrow as pa
import pytest
from pyarrow import parquet

from runs.files import FileRefused, inspect_file, open_table


def open_(path):
    return open_table(inspect_file(path), lambda header: len({"id"}.intersection(header)))


def test_ndjson_gives_cells_and_none_for_fields_a_line_lacks(tmp_path):
    path = tmp_path / "a.ndjson"
    path.write_text('{"id": 1, "n": 1.10}\n\n{"id": "b", "x": null, "t": true}\nrubbish\n[1]\n')
    table = open_(path)
    (batch,) = table.batches()

    assert table.header == ["id", "n", "x", "t"]
    assert [list(column) for column in batch.columns] == [
        ["1", "b"],
        ["1.10", None],
        [None, ""],
        [None, "true"],
    ]
    assert [bad.line for bad in batch.bad] == [4, 5]


def test_json_nested_beyond_reason_is_a_bad_line(tmp_path):
    path = tmp_path / "a.ndjson"
    path.write_text('{"id": 1}\n{"id": ' + "[" * 100_000 + "\n")
    (batch,) = open_(path).batches()

    assert [bad.line for bad in batch.bad] == [2]


def test_parquet_gives_cells_as_csv_would(tmp_path):
    path = tmp_path / "a.parquet"
    columns = {
        "id": [17850.0, None],
        "price": pa.array([2.1, float("nan")], pa.float32()),
        "at": [datetime.datetime(2010, 12, 1, 8, 26), None],
        "ok": [True, False],
        "many": [[1], None],
    }
    parquet.write_table(pa.table(columns), path)
    table = open_(path)
    (batch,) = table.batches()

    assert table.typed
    cells = dict(zip(table.header, batch.columns, strict=True))
    assert float(cells["id"][0]) == 17850
    assert cells["id"][1] == ""
    assert list(cells["price"]) == ["2.1", "nan"]
    assert cells["at"][0].startswith("2010-12-01 08:26:00")
    assert list(cells["ok"]) == ["true", "false"]
    assert list(cells["many"]) == ["[1]", ""]


@pytest.mark.parametrize("cut", [4, 60])
def test_damaged_parquet_is_refused(tmp_path, cut):
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"id": ["a"] * 9}), path)
    path.write_bytes(path.read_bytes()[:cut])

    with pytest.raises(FileRefused, match="damaged"):
        open_(path)


def test_whole_numbers_that_parquet_has_as_floats_keep_their_figures(tmp_path):
    path = tmp_path / "a.parquet"
    floats = pa.array([7123456789012.0, None, 1e16, 0.0000025, float("inf")])
    parquet.write_table(
        pa.table({"id": floats, "again": floats.dictionary_encode()}),
        path,
    )
    (batch,) = open_(path).batches()

    texts = ["7123456789012", "", "10000000000000000", "0.0000025", "inf"]
    assert [list(cells) for cells in batch.columns] == [texts, texts]
