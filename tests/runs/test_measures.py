"""Figures of runs in words."""

from runs.measures import Table, readable, tables

FIGURES = {
    "pairs": 4640,
    "judged": 60,
    "split": "2026-04-01",
    "method": "kmeans",
    "difference_low": -0.0265,
    "foresight": {"rfm": 0.2},
    "changes": {"changed": 3, "text": "3 lists change."},
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
        "Places in all lists": "4,640",
        "Judged": "60",
        "Tried on what was bought after": "1 Apr 2026",
        "Method": "K-Means",
        "Lists above what is popular, at least": "−2.6 points",
        "Later spend explained: by RFM groups": "20\u00a0%",
        "Nearest 20 products that lists hold": "99.95\u00a0%",
        "Agreement of segments found in samples": "0.87 of 1",
        "Customers between two segments": "2.1\u00a0%",
        "New model": "yes",
        "Segments": "–",
        "Build: different terms in texts of products": "9",
        "Choice: segments": "5",
        "Triggers": "–",
    }


def test_a_figure_is_called_by_what_it_counts_in_its_kind_of_run():
    assert ("Customers tried", "60") in readable(FIGURES, "personal")
    assert ("Orders tried", "60") in readable(FIGURES, "bought-together")


def test_figures_in_rows_become_tables():
    assert tables(FIGURES) == [
        Table("Segments", ["Key", "Share"], [["loyal", "25\u00a0%"], ["new", "50\u00a0%"]])
    ]


def test_columns_of_numbers_are_told_from_those_of_words():
    (table,) = tables(FIGURES)

    assert table.heads == [("Key", False), ("Share", True)]
    assert table.cells[0] == [("loyal", False), ("25\u00a0%", True)]
