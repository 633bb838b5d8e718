"""Every URL of segrec, on one page."""

from django.contrib import admin
from django.urls import path

from segrec_site import health

urlpatterns = [
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("admin/", admin.site.urls),
]
