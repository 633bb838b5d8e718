"""What every view of the API is made of: keys it takes, parameters, pages, copies, rows."""

from runs.rest.caching import revalidated
from runs.rest.fields import Money, money_text
from runs.rest.paging import PageParameters, Pages
from runs.rest.parameters import CommaSeparated, Flag, OneOrMore, read_parameters
from runs.rest.paths import IdConverter, path_to
from runs.rest.rows import read_object, read_rows, write_rows
from runs.rest.views import ANY_KEY, ApiView

__all__ = [
    "ANY_KEY",
    "ApiView",
    "CommaSeparated",
    "Flag",
    "IdConverter",
    "Money",
    "OneOrMore",
    "PageParameters",
    "Pages",
    "money_text",
    "path_to",
    "read_object",
    "read_parameters",
    "read_rows",
    "revalidated",
    "write_rows",
]
