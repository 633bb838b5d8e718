"""Lists of the admin: cells that know their column, so that a phone can show them as cards."""

import re
from collections.abc import Iterable

from django import template
from django.contrib.admin.views.main import ChangeList
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.filter
def headers_of(headers: list[dict], cl: ChangeList) -> list[dict]:
    """Mark the headers of the columns that a ModelAdmin names as `number_columns`."""
    for header in headers:
        header["is_number"] = _column(header["class_attrib"]) in _number_columns(cl)
    return headers


@register.filter
def cells_of(row: Iterable[str], headers: list[dict]) -> list[SafeString]:
    """Write each cell with the label of its column, and numbers as numbers."""
    return [_cell(cell, header) for cell, header in zip(row, headers, strict=False)]


def _cell(cell: str, header: dict) -> SafeString:
    if "action-checkbox" in header["class_attrib"]:
        return cell
    label = escape(header["text"][:1].upper() + header["text"][1:])
    kind = "number " if header["is_number"] else ""
    return mark_safe(cell.replace(' class="', f' data-label="{label}" class="{kind}', 1))


def _column(class_attrib: str) -> str:
    found = re.search(r"column-(\w+)", class_attrib)
    return found[1] if found else ""


def _number_columns(cl: ChangeList) -> Iterable[str]:
    return getattr(cl.model_admin, "number_columns", ())
