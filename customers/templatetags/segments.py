"""Segments' faces in templates."""

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString

from customers import cells
from customers.models import Segment
from customers.services.segments.changes import moves_of_run
from runs.models import Run

register = template.Library()
register.filter("face", cells.face)
register.filter("chip", cells.chip)


@register.filter
def shown(segment: Segment | str | None) -> SafeString | str:
    """Draw a segment; one that is not there yet by its name alone."""
    return cells.chip(segment) if isinstance(segment, Segment) else segment or "no segment"


@register.inclusion_tag("admin/customers/moves_of_run.html", takes_context=True)
def segment_moves(context: Context, run: Run) -> dict:
    """Tell what a run of segments changes, or would change."""
    return moves_of_run(run) | {"perms": context["perms"]}
