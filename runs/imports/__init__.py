"""A file in, rows of ours out, and the truth about each: what all importers share.

inspect -> recognise the format -> adapt -> check cells -> (staged and stored by an app) -> summary.
"""

from runs.imports.blocks import Block, ImportUnderWay
from runs.imports.checking import ABSENT, Cells, Checked, Column, RowProblem
from runs.imports.formats import Doubtful, Format, Row, Skip, Unrecognised, fold
from runs.imports.given import GivenRows, Written, flat, in_turn
from runs.imports.reading import DEFAULTS, FileRows, Options
from runs.imports.summary import Summary

__all__ = [
    "ABSENT",
    "DEFAULTS",
    "Block",
    "Cells",
    "Checked",
    "Column",
    "Doubtful",
    "FileRows",
    "Format",
    "GivenRows",
    "ImportUnderWay",
    "Options",
    "Row",
    "RowProblem",
    "Skip",
    "Summary",
    "Unrecognised",
    "Written",
    "flat",
    "fold",
    "in_turn",
]
