"""Wires the site: its own tables, its checks and the admin site with menus by role."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class SiteConfig(AppConfig):
    """The site's own tables: API keys."""

    name = "segrec_site"
    verbose_name = "Operations"

    def ready(self) -> None:
        """Register the checks of settings, and what hears of logins."""
        from segrec_site import checks, login  # noqa: F401


class SegrecAdminConfig(AdminConfig):
    """Django's admin with segrec's site."""

    default_site = "segrec_site.admin_site.SegrecAdminSite"
