import pytest

from runs.files import FileRefused, NoHeader, inspect_file, open_table


def known(header) -> int:
    return len({"id", "title", "note"}.intersection(name.strip() for name in header))


def read(folder, content: str | bytes, name="a.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    table = open_table(inspect_file(path), known)
    batches = list(table.batches())
    rows = [row for batch in batches for row in zip(batch.lines, *batch.columns, strict=True)]
    return table, rows, [bad for batch in batches for bad in batch.bad]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_names_columns(tmp_path, sign):
    _, rows, _ = read(tmp_path, f'id{sign}title\n1{sign}"Red, green; blue|"\n')

    assert rows[0][:2] == (2, "1")


def test_junk_before_the_header_is_passed_over(tmp_path):
    table, rows, _ = read(tmp_path, "Report of May\n\nShop: X,,\nid,title\n1,a\n")

    assert table.header == ["id", "title"]
    assert rows == [(5, "1", "a")]


@pytest.mark.parametrize(
    ("content", "header"),
    [
        ("1,a\n2,b\n", ["1", "a"]),
        ("Report, of May\nArt.;Preis;Menge\n7;1,50;1\n8;2,00;3,5\n", ["Art.", "Preis", "Menge"]),
        ("\n\n", []),
        ("words alone", ["words alone"]),
    ],
)
def test_without_a_known_header_the_likeliest_row_is_named(tmp_path, content, header):
    with pytest.raises(NoHeader, match="names the needed columns") as refusal:
        read(tmp_path, content)

    assert refusal.value.table.header == header


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(tmp_path, ending):
    _, rows, _ = read(tmp_path, ending.join(["id,title", "1,a", "2,b", ""]))

    assert rows == [(2, "1", "a"), (3, "2", "b")]


def test_mixed_endings_and_blank_lines_are_no_rows(tmp_path):
    _, rows, _ = read(tmp_path, "id,title\r\n1,a\n\n,\r2,b")

    assert [row[1:] for row in rows] == [("1", "a"), ("2", "b")]


def test_a_cell_may_hold_lines_and_the_next_row_knows_where_it_begins(tmp_path):
    _, rows, _ = read(tmp_path, 'id,title\n1,"a\nb\nc"\n2,d\n')

    assert rows == [(2, "1", "a\nb\nc"), (5, "2", "d")]


def test_a_header_repeated_is_counted_and_no_row(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,title\n1,a\nid,title\n2,b\n")
    (batch,) = open_table(inspect_file(path), known).batches()

    assert batch.repeated_headers == 1
    assert list(batch.columns[0]) == ["1", "2"]


def test_a_quote_never_closed_costs_one_row(tmp_path):
    _, rows, bad = read(tmp_path, 'id,title\n1,a\n2,"b\n3,c\n4,d\n')

    assert [row[1] for row in rows] == ["1", "3", "4"]
    assert [(row.line, row.text) for row in bad] == [(3, '2,"b')]


def test_quotes_never_closed_do_not_swallow_the_rows_between_them(tmp_path):
    good = [f"{n}\tmug {n}\tx\ty" for n in range(40)]
    good[10], good[30] = '10\tmug\t"never\tclosed', '30\tmug\tx\t"never closed'
    _, rows, bad = read(tmp_path, "id\ttitle\tnote\tmore\n" + "\n".join(good))

    assert [int(row[1]) for row in rows] == [n for n in range(40) if n not in (10, 30)]
    assert [row.line for row in bad] == [12, 32]


def test_lines_with_commas_may_stand_within_a_cell(tmp_path):
    cell = '"Sizes: S, M, L, XL\nColours: red, blue, green, grey\nDry, flat, cool"'
    _, rows, bad = read(tmp_path, f"id,title,note,more\n1,a,b,{cell}\n{cell},c,d,e\n")

    assert [row[0] for row in rows] == [2, 5]
    assert rows[1][1].startswith("Sizes")
    assert bad == []


def test_a_cell_too_large_costs_one_row(tmp_path, settings):
    settings.IMPORT_CELL_CHARACTERS = 50
    _, rows, bad = read(tmp_path, f"id,title\n1,{'x' * 60}\n2,{'y' * 900}\n3,c\n")

    assert [row[1] for row in rows] == ["3"]
    assert [row.line for row in bad] == [2, 3]


def test_rows_of_another_width_are_named_but_for_empty_cells(tmp_path):
    _, rows, bad = read(tmp_path, "id,title\n1,a,,\n2\n3,c,d\n")

    assert rows == [(2, "1", "a")]
    assert [row.reason for row in bad] == ["has 1 cells, the header 2", "has 3 cells, the header 2"]


def test_too_many_columns_are_refused(tmp_path, settings):
    settings.IMPORT_COLUMNS = 3

    with pytest.raises(FileRefused, match="4 columns"):
        read(tmp_path, "id,title,c,d\n1,a,b,c\n")
