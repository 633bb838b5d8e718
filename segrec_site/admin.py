"""Keys of the API on staff pages: made, shown once, revoked."""

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget
from django.contrib.postgres.fields import ArrayField
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache

from runs.admin.moments import ONE_FIELD
from runs.cells import ago, day, pill
from segrec_site import keys, usage
from segrec_site.models import ApiKey

TONES = {"active": "good", "expired": "warn", "revoked": "bad"}


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):
    """Keys are never deleted, so that their names stay known; they are revoked."""

    list_display = ("name", "kind", "prefix", "rights", "status", "expires", "last_used")
    list_filter = ("kind", "read_only")
    search_fields = ("name", "prefix")
    fields = ("name", "kind", "read_only", "origins", "expires_at")
    actions = ("revoke",)
    sortable_by = ("name",)
    formfield_overrides = {ArrayField: {"widget": AdminTextInputWidget}, **ONE_FIELD}

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        self.last_uses = usage.last_uses()
        return super().changelist_view(request, extra_context)

    @admin.display
    def rights(self, key: ApiKey) -> str:
        return "reads only" if key.read_only else "all"

    @admin.display
    def status(self, key: ApiKey) -> SafeString:
        return pill(key.state, TONES[key.state])

    @admin.display
    def expires(self, key: ApiKey) -> str:
        return day(key.expires_at)

    @admin.display
    def last_used(self, key: ApiKey) -> str:
        return ago(self.last_uses.get(key.pk))

    @admin.action(description="Revoke: the next call with it is refused", permissions=["change"])
    def revoke(self, request: HttpRequest, chosen) -> None:
        count = keys.revoke_keys(chosen)
        for key in chosen:
            self.log_change(request, key, "Revoked.")
        self.message_user(request, f"{count} of the keys were in use until now; none is any more.")

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj=None) -> tuple[str, ...]:
        return ("kind",) if obj else ()

    def save_model(self, request: HttpRequest, obj: ApiKey, form, change: bool) -> None:
        if change:
            obj.save()
        else:
            obj.created_by = request.user
            request.new_key = keys.give_secret(obj)

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue=None):
        """Show the key now; nothing else ever will."""
        context = self.admin_site.each_context(request) | {
            "title": f"Key for {obj.name}",
            "opts": self.opts,
            "key": request.new_key,
            "made": obj,
        }
        page = TemplateResponse(request, "admin/segrec_site/apikey/made.html", context)
        return never_cache(lambda request: page)(request)
