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
