"""One cell of a file in, its value out, or BadCell with the reason; empty cells give the default.

Parsers are made once per column and remembered cell by cell, so none may look at its neighbours.
What one cell cannot tell (day or month first, which sign parts decimals) is decided per file and
handed in as `Forms`.
"""

from runs.parsing.dates import check_year, date_order, moment
from runs.parsing.forms import BadCell, FormedParser, Forms, Parser, clean
from runs.parsing.numbers import decimal_sign, money, number, whole
from runs.parsing.text import (
    category_path,
    currency,
    email,
    identifier,
    is_text,
    joined_path,
    line_of_text,
    paragraph,
    text_of_html,
    web_link,
    yes_or_no,
)

__all__ = [
    "BadCell",
    "FormedParser",
    "Forms",
    "Parser",
    "category_path",
    "check_year",
    "clean",
    "currency",
    "date_order",
    "decimal_sign",
    "email",
    "identifier",
    "is_text",
    "joined_path",
    "line_of_text",
    "moment",
    "money",
    "number",
    "paragraph",
    "text_of_html",
    "web_link",
    "whole",
    "yes_or_no",
]
