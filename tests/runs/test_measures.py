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
    "segments": [{"key": "loyal", "share": 0.25}, {"key": "new", "share": 0.5}],
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
        "Triggers": "–",
    }


def test_figures_in_rows_become_tables():
    assert tables(FIGURES) == [
        Table("Segments", ["Key", "Share"], [["loyal", "25\u00a0%"], ["new", "50\u00a0%"]])
    ]
