"""Runs: what works now, what was decided and why; refresh, publish, discard, roll back."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from runs import kinds, overview, services
from runs.admin.seen import SeenOnly
from runs.cells import NOTHING, ago, day, duration, pill, share
from runs.measures import checks, readable, tables
from runs.messages import hand_over
from runs.models import Run
from runs.queries import published_run
from runs.wording import many


def passed(run: Run) -> str:
    """Say how many checks a run passed that has nothing else to tell."""
    count = len(checks(run.metrics))
    return f"{many(count, 'check')} passed." if count else NOTHING


@admin.register(Run)
class RunAdmin(SeenOnly):
    """Runs, newest first, below how each kind stands."""

    list_display = ("what", "state", "outcome", "data_until", "began", "took", "asked_by")
    number_columns = ("took",)
    list_filter = ("kind", "status")
    empty_template = "admin/runs/run/empty.html"
    sortable_by = ()

    @admin.display(description="run")
    def what(self, run: Run) -> SafeString:
        return format_html("{} <small>{}</small>", overview.title(run.kind), run.pk)

    @admin.display(description="status")
    def state(self, run: Run) -> SafeString:
        return pill(run.status)

    @admin.display
    def outcome(self, run: Run) -> SafeString | str:
        if run.is_active:
            return format_html(
                '<progress value="{}" max="1"></progress> <small>{} {}</small>',
                f"{run.progress:.3f}",
                share(run.progress),
                run.step,
            )
        if run.error or not run.reasons:
            return run.error or passed(run)
        first, *others = run.reasons
        return f"{first['text']} And {len(others)} more." if others else first["text"]

    @admin.display
    def data_until(self, run: Run) -> str:
        return day(run.as_of)

    @admin.display
    def began(self, run: Run) -> SafeString | str:
        return ago(run.started_at or run.created_at)

    @admin.display
    def took(self, run: Run) -> str:
        return duration(run.seconds)

    @admin.display
    def asked_by(self, run: Run) -> str:
        return overview.asked_by(run) or NOTHING

    def changelist_view(
        self, request: HttpRequest, extra_context: dict | None = None
    ) -> HttpResponse:
        states = overview.kind_states()
        facts = {"states": states, "live": any(state.active for state in states)}
        return super().changelist_view(request, facts | (extra_context or {}))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict | None = None,
    ) -> HttpResponse:
        """Show one run: its decision with the reasons, its figures, what can be done."""
        run = self.get_object(request, object_id)
        facts = self.facts(run) if run else {}
        return super().change_view(request, object_id, form_url, facts | (extra_context or {}))

    def facts(self, run: Run) -> dict:
        """Collect what the page of a run shows; reasons no check gave stand beside the others."""
        gates = checks(run.metrics)
        failed = {check.code for check in gates if check.level != "pass"}
        beside = [reason for reason in run.reasons if failed and reason["code"] not in failed]
        published = published_run(run.kind) if run.status == Run.Status.HELD else None
        return {
            "kind_title": overview.title(run.kind),
            "asked_by": overview.asked_by(run),
            "checks": gates,
            "beside": beside,
            "decisive": [reason for reason in run.reasons if reason not in beside],
            "measures": readable(run.metrics, run.kind),
            "tables": tables(run.metrics),
            "parameters": readable(run.parameters),
            "changes": run.metrics.get("changes"),
            "newer": published if services.is_overtaken(run, published) else None,
            "can_roll_back": run.status == Run.Status.PUBLISHED
            and services.can_be_gone_back_to(run.previous),
        }

    def get_urls(self) -> list:
        return [
            path("refresh/<slug:kind>/", self.post(self.refresh), name="runs_run_refresh"),
            path("roll-back/<slug:kind>/", self.post(self.roll_back), name="runs_run_roll_back"),
            path("<int:run_id>/publish/", self.post(self.publish), name="runs_run_publish"),
            path("<int:run_id>/discard/", self.post(self.discard), name="runs_run_discard"),
            *super().get_urls(),
        ]

    def post(self, act: Callable) -> Callable:
        """Let only POST through, from those who may change runs; go on with the run it is about."""

        def view(request: HttpRequest, **what) -> HttpResponse:
            if not request.user.has_perm("runs.change_run"):
                raise PermissionDenied
            try:
                run, said = act(request, **what)
            except services.RunError as problem:
                messages.error(request, str(problem))
                return redirect("admin:runs_run_changelist")
            messages.success(request, said)
            return redirect("admin:runs_run_change", run.pk)

        return self.admin_site.admin_view(require_POST(view))

    def refresh(self, request: HttpRequest, kind: str) -> tuple[Run, str]:
        """Ask for a run of this kind."""
        if kind not in kinds.names():
            raise Http404
        run = services.request_run(kind, requested_by=request.user.get_username())
        if not hand_over(run.pk):
            return (
                run,
                f"Run {run.pk} is noted; the broker is away, so it begins when that is back.",
            )
        return run, f"Run {run.pk} of {overview.title(kind).lower()} begins."

    def publish(self, request: HttpRequest, run_id: int) -> tuple[Run, str]:
        """Let readers see a held run."""
        run = services.publish_run(get_object_or_404(Run, pk=run_id))
        self.log_change(request, run, "Published.")
        return run, f"Run {run.pk} is published; readers see it from now on."

    def discard(self, request: HttpRequest, run_id: int) -> tuple[Run, str]:
        """Give up a held run."""
        run = services.discard_run(get_object_or_404(Run, pk=run_id))
        self.log_change(request, run, "Discarded.")
        return run, f"Run {run.pk} is discarded; what was published stays."

    def roll_back(self, request: HttpRequest, kind: str) -> tuple[Run, str]:
        """Go back to the run published before."""
        if kind not in kinds.names():
            raise Http404
        seen = request.POST.get("instead_of", "")
        run = services.roll_back(kind, instead_of=int(seen) if seen.isdecimal() else None)
        self.log_change(request, run, "Rolled back to.")
        return run, f"Rolled back: readers see run {run.pk} again."
