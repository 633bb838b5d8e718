"""The admin site: the menu in the order of daily work, the dashboard as its first page."""

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path

from runs.cells import NOTHING
from segrec_site.dashboard import views
from segrec_site.dashboard.page import page_of
from segrec_site.login import LoginForm

# Groups of the menu; a model shows to who may see it. The icons are in templates/admin/icons.html.
MENU = (
    (
        "Customers",
        (
            "customers.segment",
            "customers.move",
            "customers.customer",
            "customers.audience",
            "customers.order",
            "customers.export",
        ),
    ),
    (
        "Catalogue",
        (
            "products.product",
            "recommendations.recommendedproduct",
            "recommendations.rule",
            "recommendations.event",
        ),
    ),
    ("Work", ("runs.run", "runs.import")),
    ("Access", ("segrec_site.apikey", "auth.user", "auth.group")),
)


class SegrecAdminSite(admin.AdminSite):
    """Django's admin with segrec's frame."""

    site_header = "segrec"
    site_title = "segrec"
    site_url = "/" if settings.SHOP_PAGES else None
    index_title = "Dashboard"
    empty_value_display = NOTHING
    login_form = LoginForm

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict]:
        """Return the menu's groups with what this person may see; for one app, Django's list."""
        apps = super().get_app_list(request, app_label)
        if app_label:
            return apps
        models = {
            model["model"]._meta.label_lower: model for app in apps for model in app["models"]
        }
        for label, model in models.items():
            model["icon"] = label.split(".")[1]
            model["is_current"] = request.path.startswith(model["admin_url"] or "-")
        groups = [(name, [label for label in labels if label in models]) for name, labels in MENU]
        listed = {label for _, labels in groups for label in labels}
        groups.append(("More", [label for label in models if label not in listed]))
        return [
            {"name": name, "models": [models[label] for label in labels]}
            for name, labels in groups
            if labels
        ]

    def index(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Show the dashboard."""
        return super().index(request, page_of(request) | (extra_context or {}))

    def get_urls(self) -> list:
        """Add the tables behind the dashboard's charts."""
        path_of_table = path(
            "dashboard/<slug:key>.csv", self.admin_view(views.download), name="dashboard_table"
        )
        return [path_of_table, *super().get_urls()]
