"""What staff may want to do once a file is in, as far as each person may."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser, User
from django.urls import reverse

from runs import overview
from runs.models import Import

# Of each kind of file the rows it becomes, and the kinds of run that read them.
BECOMES = {
    "products": ("products.product", ()),
    "customers": ("customers.customer", ("segments",)),
    "orders": ("customers.order", ("segments", "bought-together", "personal")),
    "rates": ("customers.order", ("segments",)),
}


@dataclass(frozen=True)
class NextSteps:
    """Where the rows are seen, which kinds of run to refresh, how to import the like again."""

    seen: str
    seen_at: str
    refreshes: list[tuple[str, str]]
    again_at: str


def next_steps(record: Import, user: User | AnonymousUser) -> NextSteps | None:
    """Return what follows an import that is done; what a person may not do is empty."""
    if record.status != Import.Status.DONE or record.kind not in BECOMES:
        return None
    label, read_by = BECOMES[record.kind]
    app, model = label.split(".")
    may_see = user.has_perm(f"{app}.view_{model}")
    has_changed = record.created or record.updated
    may_refresh = has_changed and user.has_perm("runs.change_run")
    return NextSteps(
        seen=f"{model}s",
        seen_at=reverse(f"admin:{app}_{model}_changelist") if may_see else "",
        refreshes=[(kind, overview.title(kind)) for kind in read_by] if may_refresh else [],
        again_at=_again(record) if user.has_perm("runs.add_import") else "",
    )


def _again(record: Import) -> str:
    """Return where a file is handed over that is read as this one was."""
    kept = {name: record.options[name] for name in ("format", "dates") if record.options.get(name)}
    asked = {"kind": record.kind, **kept, "like": record.pk}
    return f"{reverse('admin:runs_import_add')}?{urlencode(asked)}"
