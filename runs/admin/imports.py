"""Imports: what each file brought, what was kept out and why."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from runs.admin.seen import SeenOnly
from runs.cells import ago, number, pill
from runs.models import Import


@admin.register(Import)
class ImportAdmin(SeenOnly):
    """Imported files, newest first."""

    list_display = ("file_name", "kind", "state", "rows", "new", "turned_away", "began")
    number_columns = ("rows", "new", "turned_away")
    list_filter = ("kind", "status")
    sortable_by = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return True

    @admin.display(description="status")
    def state(self, imported: Import) -> SafeString:
        return pill(imported.status)

    @admin.display
    def rows(self, imported: Import) -> str:
        return number(imported.rows_read)

    @admin.display
    def new(self, imported: Import) -> str:
        return number(imported.created)

    @admin.display(description="rejected")
    def turned_away(self, imported: Import) -> str:
        return number(imported.rejected)

    @admin.display
    def began(self, imported: Import) -> SafeString | str:
        return ago(imported.started_at or imported.created_at)
