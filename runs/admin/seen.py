"""Pages of rows that come from work done elsewhere."""

from django.contrib import admin
from django.http import HttpRequest


class SeenOnly(admin.ModelAdmin):
    """Staff look at these rows; buttons act through services, nothing is edited by hand."""

    actions = None
    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False


class ListedOnly(SeenOnly):
    """A list whose rows say all there is, so that none has a page."""

    list_display_links = None
    sortable_by = ()

    def has_view_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return obj is None and super().has_view_permission(request)
