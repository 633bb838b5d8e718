"""Every URL of segrec, on one page."""

from django.contrib import admin
from django.urls import include, path

from products import api as products
from segrec_site import api_docs, health

api = [
    path("schema/", api_docs.SchemaView.as_view(), name="schema"),
    path("docs/", api_docs.DocsView.as_view(), name="docs"),
    path("products/", products.ProductList.as_view(), name="products"),
    path("products/<extid:id>/", products.ProductDetail.as_view(), name="product"),
]
urlpatterns = [
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("api/v1/", include(api)),
    path("admin/", admin.site.urls),
]
handler400 = "segrec_site.problems.bad_request"
handler403 = "segrec_site.problems.permission_denied"
handler404 = "segrec_site.problems.page_not_found"
handler500 = "segrec_site.problems.server_error"
