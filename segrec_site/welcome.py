"""What the demo's first start gives its visitor: a login, two API keys, models to look at."""

import secrets
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils import timezone

from customers.models import Order, Shop
from runs import kinds
from runs.models import Run
from runs.services import SAME_TIME
from runs.tasks import start_run
from segrec_site.keys import create_key
from segrec_site.models import ApiKey

MODELS_TO_SHOW = ("segments", "similar")  # the others may follow


def demo_is_loaded() -> bool:
    """Tell whether the demo shop need not be loaded any more."""
    return Shop.objects.filter(is_demo=True).exists() and Order.objects.exists()


def make_login() -> tuple[str, str] | None:
    """Make an administrator with a password that is kept nowhere; None when there is one."""
    people = get_user_model().objects
    if people.filter(is_superuser=True).exists():
        return None
    password = secrets.token_urlsafe(9)
    people.create_superuser("admin", password=password)
    return "admin", password


def make_keys() -> dict[str, str]:
    """Make a key of each kind, by kind; nothing when there are keys."""
    if ApiKey.objects.exists():
        return {}
    return {kind: create_key("Demo", kind)[1] for kind in ApiKey.Kind.values}


def request_models() -> datetime:
    """Ask the workers for every kind of model that is not published yet; return when."""
    asked_at = timezone.now()
    published = _kinds_of(status=Run.Status.PUBLISHED)
    for kind in kinds.names():
        if kind not in published:
            start_run.delay(kind)
    return asked_at


def models_are_published() -> bool:
    """Tell whether there is something to show."""
    return _kinds_of(status=Run.Status.PUBLISHED) >= {*MODELS_TO_SHOW}


def models_have_ended(asked_at: datetime) -> bool:
    """Tell whether nothing more is to be waited for: what was asked for then came to some end."""
    of_then = Q(created_at__gt=asked_at - SAME_TIME) | Q(finished_at__gt=asked_at)
    is_active = Q(status__in=Run.ACTIVE)
    ended = _kinds_of(of_then, ~is_active) - _kinds_of(is_active)
    return ended | _kinds_of(status=Run.Status.PUBLISHED) >= {*MODELS_TO_SHOW}


def progress() -> str:
    """Say in a line how far the models to show are."""
    runs = Run.objects.filter(kind__in=MODELS_TO_SHOW).order_by("kind", "-id").distinct("kind")
    return " · ".join(_in_words(run) for run in runs)


def _kinds_of(*conditions: Q, **values: object) -> set[str]:
    return set(Run.objects.filter(*conditions, **values).values_list("kind", flat=True))


def _in_words(run: Run) -> str:
    if run.is_active:
        return f"{run.kind} {run.progress:.0%} {run.step}".rstrip()
    if run.status == Run.Status.PUBLISHED:
        return f"{run.kind} published"
    why = run.error or "; ".join(reason["text"] for reason in run.reasons)
    return f"{run.kind} {run.status}{f': {why}' if why else ''}"
