"""What every staff page says of refreshes that ended badly, or wait for a decision."""

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from runs import overview

register = template.Library()


@register.inclusion_tag("admin/runs/notices.html", takes_context=True)
def refresh_notices(context: Context) -> dict:
    """Tell of the kinds whose last refresh was refused or failed; of held ones to who decides."""
    perms = context["perms"]
    states = overview.kind_states()
    return {
        "troubled": [state for state in states if state.trouble],
        "held": [state for state in states if state.held] if "runs.change_run" in perms else [],
        "perms": perms,
    }


@register.simple_tag(takes_context=True)
def run_link(context: Context, run_id: int, words: str = "") -> SafeString | str:
    """Write words, or the run's number, that lead to its page; plain where runs are not seen."""
    words = words or f"run {run_id}"
    if "runs.view_run" not in context["perms"]:
        return words
    url = reverse("admin:runs_run_change", args=[run_id])
    return format_html('<a href="{}">{}</a>', url, words)
