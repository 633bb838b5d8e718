"""What every staff page says of refreshes that ended badly, or wait for a decision."""

from django import template
from django.template.context import Context

from runs import overview

register = template.Library()


@register.inclusion_tag("admin/runs/notices.html", takes_context=True)
def refresh_notices(context: Context) -> dict:
    """Tell of the kinds whose last refresh was refused or failed; of held ones to who decides."""
    perms = context["perms"]
    states = overview.kind_states()
    return {
        "troubled": [state for state in states if state.trouble],
        "held": [state for state in states if state.held] if perms["runs.change_run"] else [],
        "perms": perms,
    }
