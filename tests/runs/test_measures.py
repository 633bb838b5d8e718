"""Figures of runs in words."""

from runs.measures import Table, readable, tables

FIGURES = {
    "pairs": 4640,
    "recall_at_20": 0.9995,
    "stability": 0.87,
    "borderline": 0.021,
    "refitted": True,
    "k": None,
    "build": {"terms": 9},
    "segments": [{"share": 0.25, "key": "loyal"}, {"share": 0.5, "key": "new"}],
    "choice": {"k": 5, "code": "k_chosen", "text": "5 segments."},
    "triggers": [],
}


def test_single_figures_are_named_and_have_their_unit():
    assert dict(readable(FIGURES)) == {
        "Pairs": "4,640",
        "Recall at 20": "0.9995",
        "Stability": "87\u00a0%",
        "Borderline": "2.1\u00a0%",
        "Refitted": "yes",
        "K": "–",
        "Build: terms": "9",
        "Choice: k": "5",
        "Triggers": "–",
    }


def test_figures_in_rows_become_tables():
    assert tables(FIGURES) == [
        Table("Segments", ["Key", "Share"], [["loyal", "25\u00a0%"], ["new", "50\u00a0%"]])
    ]


def test_columns_of_numbers_are_told_from_those_of_words():
    (table,) = tables(FIGURES)

    assert table.heads == [("Key", False), ("Share", True)]
    assert table.cells[0] == [("loyal", False), ("25\u00a0%", True)]
