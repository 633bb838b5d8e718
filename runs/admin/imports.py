"""Imports: a file is handed over, looked at, tried, imported; what was kept out is listed."""

import csv
from collections.abc import Callable
from itertools import islice

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from runs.admin.next_steps import next_steps
from runs.admin.seen import SeenOnly
from runs.cells import ago, number, pill
from runs.files import FileRefused
from runs.imports import importers, uploads
from runs.imports.uploads import ACTIVE
from runs.messages import hand_over_import
from runs.models import Import

REJECTS_SHOWN = 10
DATES = (
    ("", "told by the file"),
    ("iso", "2026-03-31"),
    ("dmy", "31/03/2026, the day first"),
    ("mdy", "03/31/2026, the month first"),
)


class ReadingForm(forms.Form):
    """How to read a file where that is not plain."""

    format = forms.ChoiceField(label="Laid out as", required=False)
    dates = forms.ChoiceField(label="Dates as in", choices=DATES, required=False)

    def __init__(self, *args, kinds: list[str], **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        known = {form.name: form.label for kind in kinds for form in importers.get(kind).formats()}
        self.fields["format"].choices = [("", "told by the header"), *sorted(known.items())]


class UploadForm(ReadingForm):
    """A file, what it holds, and how to read it."""

    kind = forms.ChoiceField(label="What it holds")
    file = forms.FileField(help_text="CSV, TSV, NDJSON or Parquet; may be .gz.")
    complete = forms.BooleanField(
        label="It is the whole catalogue: take off sale what it lacks", required=False
    )
    field_order = ("kind", "file", "format", "dates", "complete")

    def __init__(self, *args, **kwargs):
        kinds = importers.names()
        super().__init__(*args, kinds=kinds, **kwargs)
        self.fields["kind"].choices = [(kind, kind.capitalize()) for kind in kinds]

    def clean(self) -> dict:
        given = super().clean()
        kind = given.get("kind")
        if given.get("complete") and kind and not importers.get(kind).can_be_complete:
            self.add_error("complete", f"A file of {kind} cannot be complete.")
        layout = given.get("format")
        if layout and kind and layout not in {f.name for f in importers.get(kind).formats()}:
            self.add_error("format", f"No file of {kind} is laid out so.")
        return given

    def options(self) -> dict:
        """Return what was chosen, as `create_import` takes it."""
        chosen = {name: self.cleaned_data[name] for name in ("format", "dates", "complete")}
        return {name: value for name, value in chosen.items() if value}


def first_rejects(record: Import) -> list[dict]:
    """Read the beginning of a kept file's list of rejected rows."""
    listed = uploads.rejects_path(record)
    if not record.rejects_path or not listed.is_file():
        return []
    with listed.open(encoding="utf-8", newline="") as rows:
        return list(islice(csv.DictReader(rows), REJECTS_SHOWN))


def say_settled(request: HttpRequest, record: Import) -> None:
    """Say why nothing can be done with a file any more."""
    messages.error(request, f"The file {record.file_name} is {record.status} already.")


def imported_before(number: str) -> Import | None:
    """Return the import that a new file is to be read like."""
    return Import.objects.filter(pk=number).first() if number.isdecimal() else None


def columns_as_in(like: Import | None, kind: str) -> dict:
    """Return the columns named by hand for an earlier file of this kind, as an option."""
    mapping = like.options.get("mapping") if like and like.kind == kind else None
    return {"mapping": mapping} if mapping else {}


def in_our_order(record: Import) -> dict[str, list[str]]:
    """Return the columns that were named by hand, as our columns stand."""
    named, columns = record.options.get("mapping", {}), importers.get(record.kind).columns
    return {name: named[name] for name in [*columns, *(named.keys() - columns)] if name in named}


@admin.register(Import)
class ImportAdmin(SeenOnly):
    """Imported files, newest first."""

    list_display = ("file_name", "kind", "state", "rows", "new", "turned_away", "began", "who")
    list_select_related = ("requested_by",)
    number_columns = ("rows", "new", "turned_away")
    list_filter = ("kind", "status")
    sortable_by = ()
    empty_template = "admin/runs/import/empty.html"
    add_words = "Import a file"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("runs.add_import")

    @admin.display(description="status")
    def state(self, record: Import) -> SafeString:
        return pill(record.status)

    @admin.display
    def rows(self, record: Import) -> str:
        return number(record.rows_read)

    @admin.display
    def new(self, record: Import) -> str:
        return number(record.created)

    @admin.display(description="rejected")
    def turned_away(self, record: Import) -> str:
        return number(record.rejected)

    @admin.display
    def began(self, record: Import) -> SafeString | str:
        return ago(record.started_at or record.created_at)

    @admin.display(description="by")
    def who(self, record: Import) -> str:
        return str(record.requested_by or "command")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict | None = None
    ) -> HttpResponse:
        live = Import.objects.filter(status__in=ACTIVE).exists()
        return super().changelist_view(request, {"live": live} | (extra_context or {}))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """Take a file; show next how it would be read."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        initial = {"kind": "orders"} | request.GET.dict()
        form = UploadForm(request.POST or None, request.FILES or None, initial=initial)
        like = imported_before(request.GET.get("like", ""))
        if request.method == "POST" and form.is_valid():
            try:
                record = uploads.create_import(
                    form.cleaned_data["file"],
                    form.cleaned_data["kind"],
                    user=request.user,
                    **form.options() | columns_as_in(like, form.cleaned_data["kind"]),
                )
            except FileRefused as problem:
                form.add_error("file", str(problem))
            else:
                self.log_addition(request, record, "Uploaded.")
                return redirect("admin:runs_import_change", record.pk)
        facts = {"title": "Import a file", "form": form, "opts": self.opts, "like": like}
        context = self.admin_site.each_context(request) | facts
        return TemplateResponse(request, "admin/runs/import/add_form.html", context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict | None = None,
    ) -> HttpResponse:
        """Show one file: what it looks like, how far it is, what it came to."""
        record = self.get_object(request, object_id)
        facts = self.facts(request, record) if record else {}
        return super().change_view(request, object_id, form_url, facts | (extra_context or {}))

    def facts(self, request: HttpRequest, record: Import) -> dict:
        """Collect what the page of an import shows; the file's rows only for who may import."""
        is_active = record.status in ACTIVE
        may_read = self.has_add_permission(request) and bool(record.file_path)
        is_open = may_read and uploads.is_open(record)
        ended, began = record.finished_at, record.started_at
        return {
            "is_active": is_active,
            "was_tried": record.status == Import.Status.UPLOADED and record.options.get("tried"),
            "preview": uploads.preview(record) if is_open else None,
            "reading": ReadingForm(initial=record.options, kinds=[record.kind]),
            "done_before": uploads.done_before(record) if is_open else None,
            "mapping": in_our_order(record),
            "has_rejects": may_read and bool(record.rejects_path),
            "rejects": first_rejects(record) if may_read and not is_active else [],
            "may_discard": is_open,
            "next": next_steps(record, request.user),
            "seconds": (ended - began).total_seconds() if ended and began else None,
        }

    def get_urls(self) -> list:
        return [
            path(
                "<int:import_id>/read/", require_POST(self.view(self.read)), name="runs_import_read"
            ),
            path("<int:import_id>/try/", self.post(dry_run=True), name="runs_import_try"),
            path("<int:import_id>/start/", self.post(dry_run=False), name="runs_import_start"),
            path(
                "<int:import_id>/discard/",
                require_POST(self.view(self.discard)),
                name="runs_import_discard",
            ),
            path("<int:import_id>/rejects/", self.view(self.rejects), name="runs_import_rejects"),
            *super().get_urls(),
        ]

    def view(self, show: Callable) -> Callable:
        """Let through who may import."""

        def checked(request: HttpRequest, import_id: int) -> HttpResponse:
            if not self.has_add_permission(request):
                raise PermissionDenied
            return show(request, get_object_or_404(Import, pk=import_id))

        return self.admin_site.admin_view(checked)

    def post(self, *, dry_run: bool) -> Callable:
        """Hand a kept file to a worker, to be imported or only tried."""

        def start(request: HttpRequest, record: Import) -> HttpResponse:
            if not uploads.is_open(record):
                say_settled(request, record)
            else:
                uploads.request_import(record, dry_run=dry_run)
                self.log_change(request, record, "Tried." if dry_run else "Imported.")
                if not hand_over_import(record.pk):
                    messages.warning(
                        request, "The broker is away, so the file is read when that is back."
                    )
            return redirect("admin:runs_import_change", record.pk)

        return require_POST(self.view(start))

    def read(self, request: HttpRequest, record: Import) -> HttpResponse:
        """Keep how the file is to be read; the page shows what comes of it."""
        form = ReadingForm(request.POST, kinds=[record.kind])
        if not uploads.is_open(record):
            say_settled(request, record)
        elif form.is_valid():
            chosen = {
                name: [part for part in request.POST.getlist(f"from-{name}") if part]
                for name in importers.get(record.kind).columns
                if f"from-{name}" in request.POST
            }
            uploads.read_otherwise(record, **form.cleaned_data, chosen=chosen)
        else:
            messages.error(request, "There is no such way to read a file.")
        return redirect("admin:runs_import_change", record.pk)

    def discard(self, request: HttpRequest, record: Import) -> HttpResponse:
        """Delete a kept file that waits; its record stays."""
        if uploads.discard(record):
            self.log_change(request, record, "Discarded.")
            said = f"The file {record.file_name} is discarded; nothing of it was written."
            messages.success(request, said)
        else:
            say_settled(request, record)
        return redirect("admin:runs_import_change", record.pk)

    def rejects(self, request: HttpRequest, record: Import) -> FileResponse:
        """Hand out the rejected rows."""
        listed = uploads.rejects_path(record)
        if not record.rejects_path or not listed.is_file():
            raise Http404
        return FileResponse(
            listed.open("rb"), as_attachment=True, filename=f"{record.file_name}.rejects.csv"
        )
