"""The admin site: segrec's name on it, and (later in this file) menus by role."""

from django.contrib import admin


class SegrecAdminSite(admin.AdminSite):
    """Django's admin with segrec's frame."""

    site_header = "segrec"
    site_title = "segrec"
    index_title = "Dashboard"
